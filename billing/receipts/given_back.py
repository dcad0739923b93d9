"""Keeps a receipt true to its payment: what was given back, or taken back by a bank, is on no receipt that stands."""

from billing.money import Money, shown
from billing.processor.payments import Payment
from billing.receipts import service
from billing.receipts.facts import facts_of
from infra.database import Session
from infra.web import gettext as _
from infra.web import language, speaking


async def fit(session: Session, payment: Payment) -> None:
    """Make the gift's receipt be for what is left of the payment, if it is for more; nothing left makes it void.

    Told the same again, it changes nothing. What comes back (a dispute that was won) is put on a receipt again only
    if a payment took it off: what a person has decided about a receipt stays.
    """
    row = await service.receipt_of_gift(session, payment.gift)
    if payment.state != "paid" or row is None or row.currency != payment.money.currency:
        return
    standing = row.minor if row.state == "issued" else 0
    kept = max(payment.kept.minor, 0)
    if kept == standing or (kept > standing and not (await facts_of(session, row.sealed)).follows):
        return
    with speaking(row.language):
        reason = _why(Money(standing, row.currency), payment)
    if kept:
        await service.replace(session, row.id, reason, money=Money(kept, row.currency), follows=True)
    else:
        await service.void(session, row.id, reason, follows=True)


def _why(standing: Money, payment: Payment) -> str:
    if payment.kept > standing:
        return _("The payment stands again.")
    if payment.disputed.minor:
        return _("The donor's bank has taken the payment back.")
    if payment.kept.minor <= 0:
        return _("The gift was given back.")
    return _("%(amount)s of the gift was given back.", amount=shown(payment.refunded, language()))
