"""Ring and queue: a caller waits for people only as long as there are people to wait for."""

from tenants.flows.engine import commands as do
from tenants.flows.engine import events as on
from tests.flows.building import BYE, Call, build, callback, menu, queue, ring, voicemail, words


def test_nobody_on_duty_leads_on_at_once_instead_of_ringing_for_ever() -> None:  # yap#107, yap#122
    call = Call(build({"ring": ring(nobody="message"), "message": voicemail(), "bye": BYE}))
    assert call.state.node == "ring"
    call.happens(on.NoneOnDuty)
    assert call.told(do.StopRinging)
    assert call.told(do.RecordVoicemail).max_seconds == 90
    assert call.state.node == "message"


def test_a_wait_reaches_voicemail_after_its_seconds_not_after_an_hour() -> None:  # yap#327, yap#960
    flow = build({"wait": queue(seconds=120, announce_every=50, timeout="message"), "message": voicemail(), "bye": BYE})
    call = Call(flow)
    heard_at = []
    while call.state.node == "wait":
        call.waits()
        heard_at.append(call.at)
    assert heard_at == [50, 100, 120]
    assert call.told(do.RecordVoicemail)


def test_everyone_leaving_while_somebody_waits_opens_the_fallback() -> None:  # llamenos ringing.ts
    flow = build({"wait": queue(nobody="later"), "later": callback(), "bye": BYE})
    call = Call(flow)
    call.happens(on.NoneOnDuty, after=40)
    assert call.told(do.Dequeue)
    assert call.told(do.AskCallback).ask == ("window", "voicemail_ok")


def test_a_ring_with_nobody_free_waits_for_somebody() -> None:
    call = Call(build({"ring": ring(), "bye": BYE}))
    assert call.changes_nothing(on.NobodyFree, after=1)
    call.happens(on.Answered, "bob", after=50)
    assert call.told(do.Connect).member == "bob"


def test_one_unreachable_person_does_not_end_the_ring_for_the_others() -> None:  # yap#702
    call = Call(build({"ring": ring(strategy="in_order", seconds_each=15), "bye": BYE}))
    rung = call.told(do.Ring)
    assert (rung.team, rung.strategy, rung.seconds, rung.seconds_each) == ("all", "in_order", 60, 15)
    assert call.changes_nothing(on.OperatorLost)
    assert call.changes_nothing(on.OperatorEnded)
    call.happens(on.Answered, "carol", after=30)
    assert call.told(do.StopRinging).keep == "carol"
    assert call.told(do.Connect).member == "carol"


def test_the_first_answer_wins_and_the_second_connects_nobody() -> None:
    call = Call(build({"ring": ring(), "bye": BYE}))
    call.happens(on.Answered, "bob")
    assert call.changes_nothing(on.Answered, "carol")
    assert call.state.member == "bob"


def test_an_answer_after_the_ring_was_left_connects_nobody() -> None:  # yap#159
    flow = build({"first": ring(unanswered="second"), "second": ring(team="others"), "bye": BYE})
    call = Call(flow)
    visit = call.told(do.Ring).visit
    call.waits()
    assert call.told(do.Ring).team == "others"
    assert call.changes_nothing(on.Answered, "bob", visit=visit)
    call.waits()
    assert call.state.phase == "ended"
    assert call.changes_nothing(on.Answered, "bob")


def test_news_of_the_first_team_does_not_empty_the_second_teams_line() -> None:
    call = Call(build({"first": ring(unanswered="wait"), "wait": queue(team="others"), "bye": BYE}))
    visit = call.state.visit
    call.waits()
    assert call.changes_nothing(on.NoneOnDuty, visit=visit)
    assert call.state.node == "wait"


def test_the_caller_hears_their_position_as_it_changes() -> None:
    call = Call(build({"wait": queue(text=words("Stay with us"), announce_every=30), "bye": BYE}))
    call.happens(on.PositionChanged, 3, after=5)
    assert call.commands == []
    call.waits()
    assert (call.told(do.Say).text, call.told(do.Say).position) == ("Stay with us", 3)
    call.happens(on.PositionChanged, 1)
    call.waits()
    assert call.told(do.Say).position == 1


def test_a_key_leaves_the_queue_for_a_call_back() -> None:
    out = {"key": "5", "label": words("Call me back"), "next": "later"}
    call = Call(build({"wait": queue(out=out), "later": callback(), "bye": BYE}))
    assert call.told(do.Say).choices == (do.Choice("5", "Call me back"),)
    assert call.changes_nothing(on.Key, "4")
    call.presses("5")
    assert call.told(do.Dequeue)
    assert call.told(do.AskCallback)


def test_a_late_clock_does_not_make_the_wait_longer() -> None:
    call = Call(build({"wait": queue(seconds=120, announce_every=50), "bye": BYE}))
    assert call.state.due is not None
    call.happens(on.TimerFired, call.state.serial, after=115)
    assert call.told(do.StartTimer).seconds == 5
    call.waits()
    assert call.state.phase == "ended"


def test_a_clock_that_runs_early_does_not_make_the_wait_endless() -> None:
    call = Call(build({"wait": queue(seconds=120, announce_every=50), "bye": BYE}))
    for _ in range(3):
        call.happens(on.TimerFired, call.state.serial)
    assert call.state.phase == "ended"


def test_priority_language_and_wishes_go_to_the_queue() -> None:
    nodes = {"topic": menu("1:wages:wait", "2:safety:wait"), "wait": queue(priority=4, strategy="skill"), "bye": BYE}
    call = Call(build(nodes), language="zh-Hans")
    call.presses("2")
    order = call.told(do.Enqueue)
    assert (order.priority, order.strategy, order.language) == (4, "skill", "zh-Hans")
    assert order.wanted == ("safety",)
    assert not order.front


def test_a_caller_who_hangs_up_stops_the_ringing() -> None:  # yap#159
    call = Call(build({"ring": ring(), "bye": BYE}))
    call.happens(on.CallerGone, after=3)
    assert call.told(do.StopRinging).keep is None
    assert call.told(do.End).outcome == "abandoned"
