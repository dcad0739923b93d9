"""The sound of what is to be said: each prompt gets the address of its recording, or of the words spoken."""

import logging
from dataclasses import replace

from hark.phone.carriers.voices import voices
from hark.phone.sounds.audio import audio_url
from infra.carriers.protocol import Command, Play, Prompt, Record
from infra.database import Session
from infra.scope import current_tenant
from infra.speech.speaking import Unspeakable
from tenants.prompts.service import audio_for, own

log = logging.getLogger(__name__)


async def with_sound(session: Session, command: Command | None, carrier: str) -> Command | None:
    """The command with the address of every prompt's sound; a text that no voice can say stays words, and so does one
    that nobody recorded where the carrier speaks by itself."""
    if not isinstance(command, Play | Record) or not command.prompts:
        return command
    speaks = carrier in voices and voices[carrier].can.speaks
    return replace(command, prompts=tuple([await _sounding(session, prompt, speaks) for prompt in command.prompts]))


async def _sounding(session: Session, prompt: Prompt, speaks: bool) -> Prompt:
    try:
        audio = await (own if speaks else audio_for)(session, prompt.text, prompt.language)
    except Unspeakable as error:
        log.warning("a prompt can't be spoken: %s", error)
        return prompt
    if audio is None:
        return prompt
    return replace(prompt, url=audio_url(current_tenant(), audio.key), recorded=audio.recorded)
