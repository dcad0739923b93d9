"""The statements that read the books. A cut is a moment inside a day: sums go up to that day, postings the rest.

The last closed day is asked for inside each statement, since a day may be closed while we ask; and given from outside
as well, since the planner takes a day that it doesn't know yet for a third of all the years there are.
"""
# ruff: noqa: S608 - they are put together of words of ours alone; whatever is asked for is bound

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, DATE, TEXT, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PGUUID

CLOSED = text("SELECT max(day) FROM ledger_day")
_CLOSED = "coalesce((SELECT max(day) FROM ledger_day), '-infinity'::date)"
_SINCE = f"booked_on > :closed AND booked_on > {_CLOSED}"
_DAY = bindparam("closed", type_=DATE)
_CUT = "(:at AT TIME ZONE 'UTC')::date"
_AT = bindparam("at", type_=TIMESTAMP(timezone=True))


_ACCOUNT = "account = ANY(:accounts) AND currency = :currency"
_ACCOUNTS = bindparam("accounts", type_=ARRAY(TEXT))
_DIMENSIONS = ("campaign", "pool")


def _balance(asked: tuple[str, ...], cut: bool) -> str:
    """The sum over closed days, over what was booked since, and (with a cut) over the day that is cut."""
    named = "".join(f" AND {name} = :{name}" for name in asked)
    others = "".join(f" AND {name} IS NULL" for name in _DIMENSIONS if name not in asked)
    before, until = (f" AND day < {_CUT}", " AND at < :at") if cut else ("", "")
    parts = [
        f"SELECT sum(minor) AS minor FROM ledger_sum WHERE {_ACCOUNT}{named}{others}{before}",
        f"SELECT sum(minor) FROM ledger_posting WHERE {_ACCOUNT}{named} AND {_SINCE}{until}",
    ]
    if cut:
        parts.append(
            f"SELECT sum(minor) FROM ledger_posting WHERE {_ACCOUNT}{named} AND booked_on <= {_CLOSED} "
            f"AND at >= {_CUT}::timestamp AT TIME ZONE 'UTC' AND at < :at"
        )
    return f"SELECT coalesce(sum(minor), 0)::bigint FROM ({' UNION ALL '.join(parts)}) AS parts"


BALANCES = {
    (cut, *asked): text(_balance(asked, cut)).bindparams(
        _DAY, _ACCOUNTS, *([_AT] if cut else []), *(bindparam(name, type_=PGUUID()) for name in asked)
    )
    for cut in (False, True)
    for asked in ((), ("campaign",), ("pool",), _DIMENSIONS)
}
"""By whether there is a cut, and by what is asked for alone."""
OF_GIFT = text(
    f"SELECT coalesce(sum(minor), 0)::bigint FROM ledger_posting WHERE {_ACCOUNT} AND gift = :gift "
    "AND (:campaign IS NULL OR campaign = :campaign) AND (:pool IS NULL OR pool = :pool) AND (:at IS NULL OR at < :at)"
).bindparams(_AT, _ACCOUNTS, *(bindparam(name, type_=PGUUID()) for name in ("gift", "campaign", "pool")))


def _trial(cut: bool) -> str:
    before, until = (f" AND day < {_CUT}", " AND at < :at") if cut else ("", "")
    parts = [
        f"SELECT account, currency, minor FROM ledger_sum WHERE campaign IS NULL AND pool IS NULL{before}",
        f"SELECT account, currency, minor FROM ledger_posting WHERE {_SINCE}{until}",
    ]
    if cut:
        parts.append(
            "SELECT p.account, p.currency, p.minor FROM ledger_entry AS e "
            "JOIN ledger_posting AS p ON p.tenant_id = e.tenant_id AND p.entry_id = e.id "
            f"WHERE p.booked_on <= {_CLOSED} AND e.at >= {_CUT}::timestamp AT TIME ZONE 'UTC' AND e.at < :at"
        )
    return (
        f"SELECT account, currency, sum(minor)::bigint AS minor FROM ({' UNION ALL '.join(parts)}) AS parts "
        "GROUP BY account, currency HAVING count(*) > 0"
    )


TRIALS = {False: text(_trial(False)).bindparams(_DAY), True: text(_trial(True)).bindparams(_DAY, _AT)}
LINES = {
    paged: text(
        "SELECT p.id, p.entry_id, p.at, e.ref, e.kind, e.note, p.minor, p.campaign, p.gift, p.pool "
        "FROM ledger_posting AS p JOIN ledger_entry AS e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id "
        f"WHERE p.account = :account AND p.currency = :currency AND p.at < :until AND {condition} "
        "ORDER BY p.at, p.id LIMIT :limit"
    ).bindparams(
        *(bindparam(name, type_=TIMESTAMP(timezone=True)) for name in ("until", "at")),
        *([bindparam("key", type_=PGUUID())] if paged else []),
    )
    for paged, condition in ((False, "p.at >= :at"), (True, "(p.at, p.id) > (:at, :key)"))
}
SAME_MOMENT = text(
    f"SELECT coalesce(sum(minor), 0)::bigint FROM ledger_posting WHERE {_ACCOUNT} AND at = :at AND id <= :key"
).bindparams(_AT, _ACCOUNTS, bindparam("key", type_=PGUUID()))
