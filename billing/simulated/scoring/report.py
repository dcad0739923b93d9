"""The score as a page: what passes, what doesn't and why, and what is left to Stripe alone."""

from pathlib import Path

from billing.simulated.registry import ENDPOINTS
from billing.simulated.scoring import fixtures, triggers

TITLE = """# How far the simulated processor goes

A fresh install takes payments in a simulated processor of its own, which speaks Stripe's dialect and moves no money.
This page is written by `hark stripe <folder>`, from Stripe's own fixtures and the event scripts of its command-line
tool; a test fails when it isn't current. The promises that matter to us are in `tests/billing/contract`: they run
against the simulated processor always, and unchanged against Stripe's test mode when `HARK_STRIPE_TEST_KEY` is set.
"""
BEYOND = """
## What it doesn't do

- A customer's own discounts and coupons' reductions: a coupon is kept and told, but reduces no invoice.
- Prorations: a change of price counts from the next period; anything else is refused rather than reckoned wrongly.
- Taxes, tiers, metered use, credit notes, quotes, schedules, payment links, transfers between accounts, cash balances.
- Currency conversion: an account is paid out in the currency that was paid in.
- Uploads, reports, Radar, Terminal, Issuing, Treasury, Identity, and all of `/v2`.
- Real cards: only Stripe's published test cards exist.
- Limits on how often one may ask; retries of events stop after about a day.

Whatever isn't done is refused, never ignored: an unknown address is a 404 (`Unrecognized request URL`), an unknown
parameter a 400 (`parameter_unknown`), at any depth, by the SDK's own types. A parameter that the SDK knows and the
simulated processor has no use for (a statement's wording, say) is checked and left alone.
"""


def write(outcomes: list[triggers.Outcome], shapes: list[fixtures.Shape]) -> str:
    """The page, the same for the same results."""
    passed = [one for one in outcomes if one.passed]
    failed = [one for one in outcomes if not one.passed]
    whole = [shape for shape in shapes if shape.whole]
    lines = [
        TITLE,
        "| measured | score |",
        "|---|---|",
        f"| event scripts that concern gifts and billing | {len(passed)} of {len(outcomes)} |",
        f"| kinds of objects with every field of Stripe's example that the SDK still knows | {len(whole)} of {len(shapes)} |",  # noqa: E501 - a row
        f"| requests that are answered | {len(ENDPOINTS)} |",
        "",
        "The scripts were written before the SDK's version, so they are run as requests of an earlier one, in which "
        "`allowed_payment_method_types` still had its old name.",
        "",
        "## Event scripts",
        "",
        *(f"- {one.name}" for one in passed),
        "",
        "Not passed:",
        "",
        *(f"- {one.name}: {triggers.NOT_DONE.get(one.name, one.trouble)}" for one in failed),
        "",
        "Not run, since they concern neither gifts nor the platform's own billing:",
        "",
        *(f"- {start}{'*' if start.endswith('.') else ''}: {what}" for start, what in triggers.BEYOND.items()),
        "",
        "## Objects",
        "",
        "Stripe's examples are of an earlier version; fields that the SDK has no more are named.",
        "",
        "| kind | fields alike | gone from the SDK |",
        "|---|---|---|",
        *(f"| {shape.kind} | {shape.same} | {', '.join(shape.gone)} |" for shape in shapes),
        BEYOND,
        "## Requests",
        "",
        *(f"- {one.method} {one.path}" for one in sorted(ENDPOINTS, key=lambda one: (one.path, one.method))),
    ]
    return "\n".join(lines).rstrip() + "\n"


async def measure(folder: Path) -> str:
    """Run everything and write the page. The simulated processor must be on, and its database there."""
    named = [(name, script) for name, script in triggers.scripts(folder) if triggers.concerns(name)]
    outcomes = [await triggers.run(name, script) for name, script in named]
    return write(outcomes, fixtures.compare(folder))
