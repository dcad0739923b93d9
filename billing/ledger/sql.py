"""The statements that read the books. A cut is a moment inside a day: sums go up to that day, postings the rest."""
# ruff: noqa: S608 - they are put together of words of ours alone; whatever is asked for is bound

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PGUUID

_CLOSED = "coalesce((SELECT max(day) FROM ledger_day), '-infinity'::date)"
_CUT = "(:at AT TIME ZONE 'UTC')::date"
_AT = bindparam("at", type_=TIMESTAMP(timezone=True))


def _total(where: str, cut: bool) -> str:
    """The sum over closed days, over what was booked since, and (with a cut) over the day that is cut."""
    before = f" AND day < {_CUT}" if cut else ""
    until = " AND at < :at" if cut else ""
    parts = [
        f"SELECT sum(minor) AS minor FROM ledger_sum WHERE {where}{before}",
        f"SELECT sum(minor) FROM ledger_posting WHERE {where} AND booked_on > {_CLOSED}{until}",
    ]
    if cut:
        parts.append(
            f"SELECT sum(minor) FROM ledger_posting WHERE {where} AND booked_on <= {_CLOSED} "
            f"AND at >= {_CUT}::timestamp AT TIME ZONE 'UTC' AND at < :at"
        )
    return f"SELECT coalesce(sum(minor), 0)::bigint FROM ({' UNION ALL '.join(parts)}) AS parts"


_ACCOUNT = "account = :account AND currency = :currency"
BALANCES = {
    (cut, *dimensions): text(
        _total(_ACCOUNT + "".join(f" AND {name} = :{name}" for name in dimensions), cut)
    ).bindparams(*([_AT] if cut else []), *(bindparam(name, type_=PGUUID()) for name in dimensions))
    for cut in (False, True)
    for dimensions in ((), ("campaign",), ("pool",), ("campaign", "pool"))
}
OF_GIFT = text(
    f"SELECT coalesce(sum(minor), 0)::bigint FROM ledger_posting WHERE {_ACCOUNT} AND gift = :gift "
    "AND (:campaign IS NULL OR campaign = :campaign) AND (:pool IS NULL OR pool = :pool) AND (:at IS NULL OR at < :at)"
).bindparams(_AT, *(bindparam(name, type_=PGUUID()) for name in ("gift", "campaign", "pool")))


def _trial(cut: bool) -> str:
    before, until = (f" WHERE day < {_CUT}", " AND at < :at") if cut else ("", "")
    parts = [
        f"SELECT account, currency, minor FROM ledger_sum{before}",
        f"SELECT account, currency, minor FROM ledger_posting WHERE booked_on > {_CLOSED}{until}",
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


TRIALS = {False: text(_trial(False)), True: text(_trial(True)).bindparams(_AT)}
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
).bindparams(_AT, bindparam("key", type_=PGUUID()))
