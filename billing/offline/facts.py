"""What is said about a gift that was entered by hand: kept sealed, for most of it is about people."""

import json
from dataclasses import asdict, dataclass

from infra.database import Session
from infra.vault import seal, unseal


@dataclass(frozen=True, slots=True)
class OfflineFacts:
    """Each "" where nothing was said. `postal` is the donor's address on paper, `purpose` what the gift is for where
    that is neither the hotline's work nor a campaign. Of a gift in kind `what` it is and who `valued` it; of cash who
    `counted` it with whoever entered it; `reference` is the bank's. `why` says why it was last changed."""

    name: str = ""
    email: str = ""
    postal: str = ""
    purpose: str = ""
    what: str = ""
    valued: str = ""
    counted: str = ""
    reference: str = ""
    why: str = ""

    async def sealed(self, session: Session) -> bytes:
        """The facts as they are stored."""
        return await seal(session, json.dumps(asdict(self), ensure_ascii=False).encode())


async def facts_of(session: Session, sealed: bytes) -> OfflineFacts:
    """Open what `OfflineFacts.sealed` made. Raises infra.vault.Erased once the hotline's key is destroyed."""
    return OfflineFacts(**json.loads(await unseal(session, sealed)))
