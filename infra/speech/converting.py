"""Takes what people upload or record in a browser, and makes telephone sound of it, once."""

import logging

from infra.errors import Invalid, _
from infra.speech.programs import codes
from infra.speech.running import WorkFailed, work
from infra.speech.wav import TELEPHONE

log = logging.getLogger(__name__)
MOST_BYTES = 10 * 1024 * 1024
MOST_SECONDS = 120
_SAID = {
    codes.TOO_LONG: _("This recording is longer than 2 minutes. Callers would wait that long; say it shorter."),
    codes.SILENT: _("Nothing can be heard in this recording. Check the microphone and record it again."),
}
_NO_SOUND = _("There is no sound in this file that can be read. Send WAV, MP3, M4A, OGG or WebM.")


async def converted(data: bytes, *, field: str = "sound", rate: int = TELEPHONE) -> bytes:
    """A recording (WAV, MP3, M4A, OGG, WebM, FLAC, …) as telephone WAV, at the level of all prompts and without the
    silence around it. Raises Invalid for `field`: larger than 10 MB, longer than 2 minutes, silent, or no sound."""
    if len(data) > MOST_BYTES:
        raise Invalid(_("This file is larger than 10 MB. Send a shorter recording, or one as MP3."), field=field)
    try:
        return await work("convert", str(rate), str(MOST_SECONDS), data=data)
    except WorkFailed as failed:
        if failed.code not in codes.EXPECTED:
            log.warning("a recording of %s bytes could not be converted: %s", len(data), failed)
        raise Invalid(_SAID.get(failed.code or 0, _NO_SOUND), field=field) from None
