"""What an Asterisk does by itself for a number while nobody of ours is there: whom it rings, and what it says."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.carriers.asterisk.ari import Ari, answered
from infra.carriers.asterisk.sounds import Sounds
from infra.carriers.asterisk.trunks import endpoint
from infra.carriers.protocol import Prompt

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Word:
    """For one number in E.164: the accounts on the switch that are rung at once (as `member:<name>`), and what a caller
    hears before the tone when none of them answers. Where nothing is given, the installation's own way holds."""

    number: str
    ring: tuple[str, ...] = ()
    notice: tuple[Prompt, ...] = ()


async def leave(ari: Ari, sounds: Sounds, words: Iterable[Word], left: dict[str, str]) -> bool:
    """Leave word for these numbers in the variables that the dialplan looks at; `left` is what was left on this
    connection, and is kept up. What is there already is not said again. False where a notice can't be had for now."""
    wanted: dict[str, str] = {}
    whole = True
    for word in words:
        media = await sounds.media(word.notice)
        whole = whole and len(media) == len(word.notice)
        wanted |= _variables(word, media)
    sent = {
        name: await ari.send("POST", "asterisk/variable", variable=name, value=value)
        for name, value in wanted.items()
        if left.get(name, "") != value
    }
    for name, waiting in sent.items():
        if (await answered(waiting)).ok:
            left[name] = wanted[name]
        else:
            log.warning("%s takes no word for the time that we are away", ari.node.name)
    return whole


def _variables(word: Word, media: Sequence[str]) -> dict[str, str]:
    """As callers' companies write the number: with the country's code, and with 00 before it."""
    digits = word.number.removeprefix("+")
    ring = "&".join(where for to in word.ring if to.startswith("member:") and (where := endpoint(to)))
    fetched = any("://" in medium for medium in media)  # which needs us
    notice = "" if fetched else "&".join(medium.removeprefix("sound:") for medium in media)
    return {
        f"{kind}_{written}": value
        for kind, value in (("FALLBACK", ring), ("NOTICE", notice))
        for written in (digits, f"00{digits}")
    }
