"""Talking: who is joined, what happens when one side is lost, and what the record says of it."""

import pytest

from tenants.flows.engine import commands as do
from tenants.flows.engine import events as on
from tests.flows.building import BYE, Call, build, queue, ring, voicemail


def answered(node: dict[str, object]) -> Call:
    call = Call(build({"wait": node, "message": voicemail(), "bye": BYE}))
    call.happens(on.Answered, "bob", after=10)
    return call


def test_talking_has_no_timer_and_remembers_where_it_came_from() -> None:
    call = answered(ring())
    assert (call.state.phase, call.state.node, call.state.due) == ("talking", "wait", None)
    assert call.changes_nothing(on.TimerFired, call.state.serial, after=9999)
    assert call.changes_nothing(on.NoneOnDuty)


@pytest.mark.parametrize("end", [on.OperatorEnded, on.CallerGone])
def test_a_talk_that_either_side_ends_was_answered(end: type[on.OperatorEnded | on.CallerGone]) -> None:
    call = answered(ring())
    call.happens(end, after=600)
    assert call.told(do.End).outcome == "answered"
    assert call.state.outcome == "answered"


def test_a_lost_operator_sends_the_caller_back_in_front_of_the_queue() -> None:
    call = answered(queue())
    call.happens(on.OperatorLost, after=300)
    order = call.told(do.Enqueue)
    assert order.front
    assert order.seconds == 120
    assert call.state.phase == "guided"


def test_a_second_lost_operator_leads_to_the_fallback() -> None:
    for node in (ring(unanswered="message"), queue(timeout="message")):
        call = answered(node)
        call.happens(on.OperatorLost)
        call.happens(on.Answered, "carol")
        call.happens(on.OperatorLost)
        assert call.state.node == "message"
        assert call.told(do.RecordVoicemail)


def test_a_report_of_a_loss_that_comes_twice_costs_only_one_operator() -> None:
    call = answered(ring())
    visit = call.state.visit
    call.happens(on.OperatorLost, visit=visit)
    assert call.changes_nothing(on.OperatorLost, visit=visit)
    call.happens(on.Answered, "carol")
    assert call.changes_nothing(on.OperatorLost, visit=visit)
    assert call.state.member == "carol"


def test_nobody_left_on_duty_after_a_loss_does_not_ring_in_vain() -> None:
    call = answered(ring(nobody="message"))
    call.happens(on.OperatorLost)
    call.happens(on.NoneOnDuty)
    assert call.state.node == "message"


def test_a_call_handed_over_belongs_to_the_colleague() -> None:
    call = answered(ring())
    call.happens(on.HandedOver, "carol", after=60)
    assert call.told(do.Connect).member == "carol"
    assert call.state.member == "carol"
    call.happens(on.OperatorEnded)
    assert call.state.outcome == "answered"


def test_a_caller_who_gives_up_after_a_loss_is_not_called_answered() -> None:
    call = answered(ring())
    call.happens(on.OperatorLost)
    call.happens(on.CallerGone)
    assert call.state.outcome == "abandoned"
