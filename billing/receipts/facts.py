"""What stands on a receipt: kept sealed, as it was on the day that it was issued."""

import json
from dataclasses import asdict, dataclass, replace

from infra.database import Session
from infra.vault import seal, unseal


@dataclass(frozen=True, slots=True)
class Facts:
    """`name` and `email` are the donor's (None: given anonymously, or not asked). `method` is a word of `METHODS` in
    `wording`, or any other; `purpose` is a sentence for people. `hotline`, `organisation` and `country` (ISO 3166
    alpha-2) are the receiver's. `token` is the secret in the donor's link; `reason` says why the receipt was
    ended; `simulated` that no real money moved; `follows` that a payment, not a person, last decided about it."""

    name: str | None
    email: str | None
    method: str
    purpose: str
    hotline: str
    organisation: str
    country: str
    token: str
    reason: str = ""
    simulated: bool = False
    follows: bool = False

    async def sealed(self, session: Session) -> bytes:
        """The facts as they are stored."""
        return await seal(session, json.dumps(asdict(self), ensure_ascii=False).encode())

    def printed(self) -> str:
        """Every text on the paper that somebody else wrote: what must be looked at before it is printed."""
        return "".join((self.name or "", self.purpose, self.method, self.hotline, self.organisation, self.reason))

    def but(self, **changes: str | bool | None) -> "Facts":
        """The same but for these."""
        return replace(self, **changes)  # type: ignore[arg-type]  # whoever calls knows the fields


async def facts_of(session: Session, sealed: bytes) -> Facts:
    """Open what `Facts.sealed` made. Raises infra.vault.Erased once the hotline's key is destroyed."""
    return Facts(**json.loads(await unseal(session, sealed)))
