"""The lines in which a hotline's money is laid open, and what each is made of."""

from dataclasses import dataclass

from billing.ledger.chart import CHART, account
from infra.errors import _

INSTITUTIONS = ("grants", "plans", "fees")
"""What comes from organisations. All other income is from people, and is told of as one sum: a gift, what was added to
it and what of it was given back would tell of one person each."""
PEOPLE = tuple(
    each.code for each in CHART.values() if each.kind in ("income", "less_income") and each.code not in INSTITUTIONS
)
LIQUID = ("processor", "transit", "bank", "cash")
OWED_TO_US = ("receivable",)
OWED = ("payable", "pool")


@dataclass(frozen=True, slots=True)
class Line:
    """`words` is its name, the id of its translation; `each`: it opens into single entries, not into sums alone."""

    key: str
    words: str
    side: str
    each: bool = False


LINES = {
    line.key: line
    for line in (
        Line("gifts", _("Gifts"), "in"),
        Line("grants", _("Grants and other income"), "in"),
        Line("people", _("People"), "cost", each=True),
        Line("training", _("Training and supervision"), "cost", each=True),
        Line("rooms", _("Rooms"), "cost", each=True),
        Line("technology", _("Telephone and technology"), "cost"),
        Line("fees", _("Fees for payments"), "cost"),
        Line("other", _("Other costs"), "cost", each=True),
    )
}
_TECHNOLOGY = ("cost.minutes", "cost.messages", "cost.numbers", "cost.storage", "cost.plan")
_OWN = {"cost.people": "people", "cost.training": "training", "cost.rooms": "rooms"}


def line_of(code: str) -> str | None:
    """The key of the line that an account belongs to; None for what is neither income nor cost."""
    kind = account(code).kind
    if kind in ("income", "less_income"):
        return "gifts" if code in PEOPLE else "grants"
    if kind != "expense":
        return None
    if code in _TECHNOLOGY:
        return "technology"
    if not code.startswith("cost."):
        return "fees"
    return _OWN.get(code, "other")
