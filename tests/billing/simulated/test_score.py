"""Stripe's own fixtures and event scripts against the simulated processor."""

from pathlib import Path
from typing import Any

import pytest

from billing.simulated.scoring import fixtures, triggers
from billing.simulated.scoring.report import measure
from hark.bench.processor import PAGE
from tests.billing.conftest import Simulated

FOLDER = Path(__file__).parents[4] / "shared" / "fixtures" / "stripe"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="Stripe's fixtures aren't here")
SCRIPTS = dict(triggers.scripts(FOLDER)) if FOLDER.is_dir() else {}


@pytest.mark.parametrize("name", [name for name in SCRIPTS if triggers.concerns(name)])
async def test_an_event_script_brings_its_event_about(simulated: Simulated, name: str) -> None:
    outcome = await triggers.run(name, SCRIPTS[name])
    if name in triggers.NOT_DONE:
        assert not outcome.passed, "it is done now: take it off the list"
    else:
        assert outcome.passed, outcome.trouble


@pytest.mark.parametrize("shape", fixtures.compare(FOLDER) if FOLDER.is_dir() else [], ids=lambda shape: shape.kind)
def test_ours_says_what_stripes_example_says(shape: Any) -> None:
    assert shape.whole, shape.missing


async def test_the_published_score_is_the_one_that_is_measured(simulated: Simulated) -> None:
    assert PAGE.read_text() == await measure(FOLDER), "write it anew: hark stripe ../shared/fixtures/stripe"
