"""What callers of the past left behind: voicemails, each a tone sealed in the store, and call-backs on their terms."""

import json
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from hark.demo.invented.cast import Hotline
from hark.demo.invented.persona import reach, window
from hark.demo.invented.tone import MEDIA_TYPE, tone
from hark.demo.past.playing import Played
from hark.demo.past.rows import Rows, id_at
from hark.switchboard.left import part_key
from hark.switchboard.models import Callback, Voicemail
from infra.database import Session
from infra.storage import store
from infra.vault import seal

SECONDS = (4, 6, 8)


class Left:
    """Writes voicemails and call-backs into rows; the older ones have been dealt with by one of `crew`."""

    def __init__(self, hotline: Hotline, crew: list[UUID], rows: Rows, until: datetime, chance: Random) -> None:
        self.hotline, self.crew, self.rows, self.until, self.chance = hotline, crew, rows, until, chance

    async def keep(self, session: Session, call_id: UUID, call: Played) -> None:
        """What this call left, if anything."""
        at = call.row["ended_at"]
        status = self._status(at)
        owner = None if status == "new" else self.chance.choice(self.crew)
        common = {"id": id_at(at), "call_id": call_id, "at": at, "status": status, "owner": owner}
        if call.left == "voicemail":
            seconds = self.chance.choice(SECONDS)
            await store().put(part_key(call_id, 1, 0), await seal(session, tone(seconds)))
            self.rows.add(Voicemail, **common, media_type=MEDIA_TYPE, take=1, parts=1, seconds=seconds)
        elif call.left == "callback":
            sealed = await seal(session, json.dumps(reach(self.hotline, call_id)).encode())
            self.rows.add(
                Callback,
                **common,
                sealed=sealed,
                window=window(call_id),
                voicemail_ok=self.chance.random() < 0.4,
            )

    def _status(self, at: datetime) -> str:
        age = self.until - at
        if age < timedelta(hours=20):
            return "new"
        if age < timedelta(hours=40):
            return self.chance.choice(("new", "handling", "done"))
        return "done"
