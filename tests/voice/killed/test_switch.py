"""The switch itself is killed, while callers are in every state that there is."""

from tests.voice.killed.installation import STATES, Installation, heard

OUTCOMES = [
    ("greeting", "abandoned"), ("menu", "abandoned"), ("ringing", "abandoned"), ("talking", "answered"),
    ("voicemail", "voicemail"),
]  # fmt: skip


async def test_a_killed_switch_ends_every_call_and_the_next_ones_are_as_ever(installation: Installation) -> None:
    at = installation
    ann, ben = await at.volunteers()
    await at.call_all(ann, ben)
    await heard(at.callers["talking"], ann)
    await at.callers["voicemail"].sound.until_said(3)
    at.switch.kill()
    for phone in (*at.callers.values(), ann, ben):
        await phone.vanish()
    ann, ben = await at.volunteers()
    await at.nothing_is_left()
    await at.until("SELECT line.name, outcome FROM call JOIN line ON line.id = line_id ORDER BY 1", OUTCOMES)
    await at.until("SELECT status, seconds > 0 FROM voicemail", [("new", True)])
    await at.until("SELECT status FROM duty", [("on",), ("on",)])
    assert not ann.messages() + ben.messages(), "somebody was rung for a caller who is gone"
    await at.call_all(ann, ben)
    await heard(at.callers["talking"], ann)
    for name in STATES:
        await at.callers[name].hang_up()
    await at.nothing_is_left()
    for phone in (ann, ben):
        assert (await phone.done()).code == 0
