"""How often the database is asked before a volunteer is rung: time is a machine's, but this number is ours."""

from hark.bench.statements import counted
from infra.carriers.protocol import Command, Ring
from tests.phone.conftest import Open
from tests.phone.network import PaperNetwork
from tests.phone.test_calls import ready
from tests.switchboard.conftest import RING

MOST = 9
"""Begin; what is known; the call with all its rows; the turn to deal calls out; who waits and who is there; the offer;
what its telephone is; what every leg does; commit."""


async def test_a_volunteer_is_rung_after_few_round_trips(open_hotline: Open, network: PaperNetwork) -> None:
    _, e164 = await ready(open_hotline, RING, "desk", ann="")
    before: list[int] = []
    carry_out = network.carry_out
    with counted() as sent:

        async def noting(node: str, command: Command) -> None:
            if isinstance(command, Ring):
                before.append(len(sent))
            await carry_out(node, command)

        network.carry_out = noting  # type: ignore[method-assign]  # to see when it is told
        for last in "012":  # the first call finds out where the number leads
            sent.clear()
            caller = await network.dial(e164, f"+44770090012{last}")
            assert len(network.ringing()) == 1
            await network.hang_up(caller)
    assert before == [MOST + 3, MOST, MOST]
