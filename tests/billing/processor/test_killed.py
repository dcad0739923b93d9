"""Killed between the call to the processor and our commit, at every point of it: one page paid, one payment booked, one
refund, and the books are what the processor has. HARK_DEATHS says how often; a thousand take half an hour on two cores
that have other work as well."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from infra.settings import settings
from tests.billing.processor.conftest import House
from tests.billing.processor.killed import PART, POINTS
from tests.billing.processor.test_payouts import swept

ROOT = Path(__file__).parents[3]
DEATHS = int(os.environ.get("HARK_DEATHS", "30"))


async def test_killed_anywhere_a_gift_is_paid_booked_and_given_back_once(house: House) -> None:
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.billing.processor.killed", str(house.tenant), str(DEATHS), "7"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "HARK_STRIPE_API": settings().stripe_api or ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = ran.stdout.splitlines()
    died = Counter(line.removeprefix("died ") for line in said if line.startswith("died "))
    gifts = [json.loads(line)["gift"] for line in said if line.startswith("{")]
    assert died.total() >= DEATHS
    if DEATHS >= 100:
        assert set(died) == {f"{act} {point}" for act, points in POINTS.items() for point in points}
    own = house.simulated.client(house.account)
    charges = [one.to_dict() async for one in (await own.v1.charges.list_async({"limit": 100})).auto_paging_iter()]
    assert Counter(one["metadata"]["gift"] for one in charges) == Counter(gifts), "one payment for each gift"
    assert {one["amount_refunded"] for one in charges} == {PART}, "one refund of each"
    await swept(house)
    books = await house.books()
    assert (books["gifts"], books["refunds"]) == (-2500 * len(gifts), PART * len(gifts))
    assert (await house.reconciled()).nil
    sys.stdout.write(f"{died.total()} deaths over {len(gifts)} gifts: {dict(died)}\n")
