"""For the sweeps: a gift that was entered by hand, and a bank's account with a file, a line and a payer."""

from uuid import UUID

from billing.bankfeed.models import BankAccount, BankFile, BankLayout, BankLine, BankPayer
from billing.ledger import Entry, Posting, book
from billing.offline.facts import OfflineFacts
from billing.offline.models import OfflineGift
from infra.clock import now
from infra.database import Session
from infra.vault import fingerprint, seal


async def by_hand(session: Session, marker: str, gift: UUID, donor: UUID) -> dict[str, UUID]:
    """A row of each table in the tenant in scope. The gift that it was entered for came by the page, as far as its
    own row says; `in_cash` is its entry in the books."""
    postings = [Posting("cash", 1000, "GBP", gift=gift), Posting("gifts", -1000, "GBP", gift=gift)]
    entry = await book(session, Entry(f"offline:{marker}", "gift.cash", now(), postings))
    facts = OfflineFacts(name=marker, email=f"{marker}@example.org", postal=marker, purpose=marker, counted=marker)
    entered = OfflineGift(
        id=gift, kind="cash", given_on=now().date(), currency="GBP", minor=1000, sealed=await facts.sealed(session),
        language="en", entry=entry, booked=1,
    )  # fmt: skip
    account = BankAccount(name=f"Account {marker}", currency="GBP")
    session.add_all([entered, account])
    await session.flush()
    sealed = await seal(session, f"Date,Amount,Payer,Reference\n2026-01-31,10.00,{marker},Thanks\n".encode())
    brought = BankFile(sealed_name=await seal(session, marker.encode()), sealed=sealed, hash=marker.encode())
    layout = BankLayout(header=marker, account=account.id, columns={"name": marker})
    payer = BankPayer(hash=await fingerprint(session, "bank-payer", marker), donor=donor)
    session.add_all([brought, layout, payer])
    await session.flush()
    told = await seal(session, f'{{"payer": "{marker}", "reference": "{marker}", "number": "", "words": ""}}'.encode())
    line = BankLine(
        account=account.id, file=brought.id, day=now().date(), minor=1000, currency="GBP", sealed=told,
        hash=marker.encode(), payer=payer.hash,
    )  # fmt: skip
    session.add(line)
    await session.flush()
    return {
        "offline_gift": gift, "bank_account": account.id, "bank_file": brought.id, "bank_layout": layout.id,
        "bank_payer": payer.id, "bank_line": line.id,
    }  # fmt: skip
