"""Everything that a telephone call stands on is killed, while callers are in every state that there is."""

import asyncio

from tests.voice.killed.installation import Installation, heard

KILLED = ("hark worker", "redis-server", "postgres", "hark web")


async def test_whatever_is_killed_nobody_is_lost_and_voices_go_on(installation: Installation) -> None:
    at = installation
    ann, ben = await at.volunteers()
    await at.call_all(ann, ben)
    for name in KILLED:
        await heard(at.callers["talking"], ann)
        next(child for child in at.up.children() if child.name() == name).kill()
        await heard(at.callers["talking"], ann)
        await at.everybody_is_where_they_were()
    await heard(at.callers["talking"], ann)
    menu = "SELECT state->>'node' FROM call JOIN line ON line.id = call.line_id WHERE line.name = 'menu'"
    async with asyncio.timeout(60):
        while await at.rows(menu) != [("voicemail",)]:  # keys pressed before we are back are lost; people press again
            await at.callers["menu"].sound.press("1")
            await asyncio.sleep(1)
    at.talking.cancel()
    await at.callers["voicemail"].sound.press("#")
    await at.until("SELECT status FROM voicemail", [("new",)])
    assert not [message for message in ben.messages() if message.startswith("CANCEL")], "ben's telephone still rings"
    for caller in at.callers.values():
        await caller.hang_up()
    await at.nothing_is_left()
    for phone in (ann, ben):
        assert (await phone.done()).code == 0
