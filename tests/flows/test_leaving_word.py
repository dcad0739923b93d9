"""Voicemail and call-back: what was truly left with us decides what the call came to."""

import pytest

from tenants.flows.engine import commands as do
from tenants.flows.engine import events as on
from tests.flows.building import BYE, Call, build, callback, ring, voicemail, words

THANKS = {"type": "hangup", "text": words("Thank you for your message"), "outcome": "voicemail"}
SORRY = {"type": "hangup", "text": words("We couldn't record")}
FLOW = build({"message": voicemail(next="thanks", unavailable="sorry"), "thanks": THANKS, "sorry": SORRY})


def test_a_saved_message_is_the_outcome() -> None:
    call = Call(FLOW)
    call.happens(on.VoicemailSaved, after=30)
    assert call.told(do.End) == do.End(
        "voicemail", "Thank you for your message", "en", visit=call.state.visit, node="thanks"
    )


def test_where_nothing_can_be_recorded_callers_hear_what_else_there_is() -> None:
    refused = Call(FLOW)
    refused.happens(on.VoicemailUnavailable)
    impossible = Call(FLOW, voicemail=False)
    for call in (refused, impossible):
        assert call.told(do.End).text == "We couldn't record"
        assert call.told(do.End).outcome == "message"
    assert not impossible.all_told(do.RecordVoicemail)


def test_silence_is_not_thanked_for_its_message() -> None:
    call = Call(FLOW)
    call.waits()
    assert call.at == 90 + 30
    assert call.told(do.StopRecording)
    assert call.told(do.End).text == "We couldn't record"


def test_hanging_up_after_speaking_still_leaves_a_voicemail() -> None:
    call = Call(FLOW)
    visit = call.told(do.RecordVoicemail).visit
    call.happens(on.CallerGone, after=20)
    assert call.told(do.StopRecording)
    assert call.told(do.End).outcome == "abandoned"
    call.happens(on.VoicemailSaved, after=5, visit=visit)
    assert call.told(do.End).outcome == "voicemail"
    assert call.state.outcome == "voicemail"
    assert call.changes_nothing(on.VoicemailSaved, visit=visit)


def test_a_recording_that_is_stored_late_counts_where_the_caller_is_by_then() -> None:
    call = Call(build({"message": voicemail(unavailable="ring"), "ring": ring(), "bye": BYE}))
    visit = call.state.visit
    call.waits()
    call.happens(on.VoicemailSaved, visit=visit)
    assert (call.state.node, call.state.saved) == ("ring", "voicemail")
    call.happens(on.CallerGone)
    assert call.state.outcome == "voicemail"


def test_no_flow_can_claim_a_message_that_nobody_left() -> None:
    for claimed in ("voicemail", "callback", "answered"):
        call = Call(build({"bye": {**BYE, "outcome": claimed}}))
        assert call.state.outcome == "message"
    assert Call(build({"bye": {**BYE, "outcome": "referred"}})).state.outcome == "referred"


def test_a_booked_call_back_outranks_everything_but_a_talk() -> None:
    call = Call(build({"message": voicemail(next="later"), "later": callback(), "bye": BYE}))
    visit = call.state.visit
    call.happens(on.VoicemailSaved, visit=visit)
    call.happens(on.CallbackBooked)
    assert call.state.outcome == "callback"
    assert call.changes_nothing(on.VoicemailSaved, visit=visit)


@pytest.mark.parametrize("how", ["declines", "stays silent", "can't be called"])
def test_a_caller_who_wants_no_call_back_is_led_on(how: str) -> None:  # yap#527
    flow = build({"later": callback(declined="no"), "no": SORRY, "bye": BYE})
    call = Call(flow, callback=how != "can't be called")
    if how == "declines":
        call.happens(on.CallbackDeclined)
    elif how == "stays silent":
        call.waits()
    assert (call.state.node, call.state.outcome) == ("no", "message")


def test_a_call_back_booked_as_the_page_closes_is_not_lost() -> None:
    call = Call(build({"later": callback(), "bye": BYE}))
    call.happens(on.CallerGone)
    call.happens(on.CallbackBooked)
    assert call.state.outcome == "callback"


def test_a_message_that_was_never_asked_for_changes_nothing() -> None:
    call = Call(build({"ring": ring(), "bye": BYE}))
    assert call.changes_nothing(on.VoicemailSaved)
    call.happens(on.CallerGone)
    assert call.changes_nothing(on.VoicemailSaved)
    assert call.changes_nothing(on.VoicemailSaved, visit=9)
