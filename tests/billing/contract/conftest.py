"""The same promises, asked of the simulated processor and, when there is a key, of Stripe's own test mode."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import stripe

from billing.simulated.wire.shapes import misfits
from tests.billing.conftest import Simulated

KEY = os.environ.get("HARK_STRIPE_TEST_KEY", "")
TARGETS = ["simulated", "stripe"] if KEY else ["simulated"]
PATIENCE = 120
"""Seconds that Stripe may take for what it does by itself; the simulated processor takes none."""


@dataclass
class Processor:
    """A processor's client, and what tests need around it."""

    name: str
    client: stripe.StripeClient

    @property
    def v1(self) -> Any:
        """The client's requests."""
        return self.client.v1

    async def until(self, ask: Callable[[], Awaitable[Any]], good: Callable[[Any], object]) -> Any:
        """The first answer that is good; fails when none comes in time."""
        for _ in range(PATIENCE if self.name == "stripe" else 1):
            answer = await ask()
            if good(answer):
                return answer
            await asyncio.sleep(1 if self.name == "stripe" else 0)
        raise AssertionError(f"still not so: {answer}")

    def fits(self, answer: stripe.StripeObject) -> None:
        """The answer is shaped as the SDK's own annotations say."""
        assert misfits(answer.to_dict()) == []

    def fresh(self, word: str) -> str:
        """A word that no other run uses."""
        return f"{word}-{uuid4().hex[:12]}"


@pytest.fixture(params=TARGETS)
async def processor(request: pytest.FixtureRequest, simulated: Simulated) -> Processor:
    """Each processor in turn."""
    if request.param == "stripe":
        return Processor("stripe", stripe.StripeClient(KEY, max_network_retries=3))
    return Processor("simulated", simulated.client())
