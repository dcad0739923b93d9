"""The one protocol between Hark and whatever carries its calls: signals come in, commands go out.

A leg is one telephone connection: the caller's, a volunteer's, an outside number's. Its `ref` is how the carrier knows
it. Legs that we ring are named by us (`ref` is the leg's id), wherever the carrier lets us; others are named as they
arrive. Commands say what a leg does from now on, and replace what it did before; each carries an `id` that is the same
whenever the same thing is meant, so that a command may be sent again: what is being done already goes on undisturbed.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

Reason = Literal["busy", "no_answer", "rejected", "unreachable", "unregistered", "invalid", "blocked", "lost", "gone"]
"""Why a leg came to nothing or ended. `gone`: somebody hung up. `lost`: the connection broke."""
Then = Literal["report", "quiet", "ringback", "music", "hang_up"]
"""What a leg does after its prompts: report that they were heard, wait in silence, hear ringing or music, hang up."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words to be heard, in a language (BCP 47). `url`: their sound, 8 kHz WAV; `recorded`: by a person, so a carrier
    that speaks by itself should still play it. `spell`: the text is digits, to be said one by one."""

    text: str
    language: str
    url: str = ""
    recorded: bool = False


# Signals


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call for one of our numbers. `dialled` and `caller` as the network wrote them; `caller` is "" where withheld.

    `node` is the switch or account that it came through, `trunk` the name of the trunk, where the switch has several.
    """

    node: str
    ref: str
    dialled: str
    caller: str = ""
    trunk: str = ""


@dataclass(frozen=True, slots=True)
class Digit:
    """A key pressed on a leg: 0-9, * or #."""

    ref: str
    key: str


@dataclass(frozen=True, slots=True)
class Heard:
    """All that this `Play` said has been heard. `id` is the command's."""

    ref: str
    id: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A `Record` is over: by key, by silence, by its time, or because the caller hung up. `name` is what `fetch` takes;
    nothing was said when `seconds` is 0."""

    ref: str
    id: str
    name: str
    seconds: int
    hung_up: bool = False
    """Whether the caller is known to be gone by now; `Over` follows."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """A leg that we ring has begun to ring."""

    ref: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A leg that we ring was picked up (by a person, a private voicemail, who knows)."""

    ref: str


@dataclass(frozen=True, slots=True)
class Over:
    """A leg is no more: it failed, was hung up, or was lost."""

    ref: str
    reason: Reason = "gone"


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection to this switch is gone; calls may live on there."""

    node: str


@dataclass(frozen=True, slots=True)
class Resync:
    """The connection is back, and these legs live there now, each with whether it was answered."""

    node: str
    legs: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Unwell:
    """Orders can't be given to this account any more: nobody answers there, or our credentials are refused. Calls that
    are there go on as they are."""

    node: str


@dataclass(frozen=True, slots=True)
class Well:
    """Orders are taken there, perhaps again."""

    node: str


@dataclass(frozen=True, slots=True)
class Knocked:
    """Another carrier brings a call to a switch's entrance, for the account that this `name` stands for. It is no leg
    of ours: it is put through or hung up on."""

    node: str
    ref: str
    name: str


Signal = Arrived | Digit | Heard | Recorded | Ringing | Answered | Over | Lost | Resync | Unwell | Well | Knocked


# Commands


@dataclass(frozen=True, slots=True)
class Play:
    """Say these, then do `then`. `keys`: what may be pressed; a key stops what is being said and comes as `Digit`."""

    ref: str
    id: str
    prompts: tuple[Prompt, ...] = ()
    then: Then = "report"
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Say these, beep, record up to `max_seconds`, `#` or long silence; then `Recorded`."""

    ref: str
    id: str
    prompts: tuple[Prompt, ...]
    max_seconds: int


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring somebody for up to `seconds`. `to`: `number:+44…` (with `@<trunk>` over that one), `sip:<user>@<host>`, or
    `member:<name>` for an account on the switch itself. `caller_id`: the number shown, one of ours."""

    ref: str
    id: str
    to: str
    caller_id: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Join:
    """Be in the room of this name, where everyone hears everyone. With `record` all that is said there from now on is
    recorded, and comes as `Recorded` of this leg once the room is empty; also several times, where it was empty in
    between. `recorder` is, for everybody else, the leg that has it recorded: some carriers must be told so by whoever
    comes first. `how`: `listen` hears only; `whisper` is heard only by the leg `to`."""

    ref: str
    id: str
    room: str
    how: Literal["talk", "listen", "whisper"] = "talk"
    to: str = ""
    record: bool = False
    recorder: str = ""


@dataclass(frozen=True, slots=True)
class HangUp:
    """End a leg, ringing or answered."""

    ref: str
    id: str
    reason: Reason = "gone"


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Leave an arrived leg to what the carrier does without us: a default endpoint, then its own voicemail."""

    ref: str
    id: str


@dataclass(frozen=True, slots=True)
class PutThrough:
    """Let who knocked ring this account of the switch's for up to `seconds`, and talk there; it goes on without us."""

    ref: str
    id: str
    account: str
    seconds: int


Command = Play | Record | Ring | Join | HangUp | GiveBack | PutThrough


@dataclass(frozen=True, slots=True)
class Can:
    """What a carrier is able to do; the phone asks for nothing else.

    `speaks`: it has voices of its own. `browser`: volunteers' browsers can be rung. `desk`: SIP phones that sign in at
    our switch can. `mobile`: telephone numbers can. `sip`: SIP addresses anywhere can. `listen`: somebody may listen in
    or whisper. `records`: rooms can be recorded. `pushes`: signals come by themselves; otherwise they come as requests,
    and the answer is what the leg does next.
    """

    speaks: bool = False
    browser: bool = False
    desk: bool = False
    mobile: bool = True
    sip: bool = False
    listen: bool = False
    records: bool = False
    pushes: bool = True


class Voice(Protocol):
    """A carrier's voice side, as the phone uses it."""

    can: Can

    async def carry_out(self, node: str, command: Command) -> None:
        """Do it; what was done already is left alone. What fails comes back as a signal; raises nothing."""

    async def fetch(self, node: str, name: str) -> bytes:
        """A recording's WAV. Raises LookupError when there is none."""

    async def forget(self, node: str, name: str) -> None:
        """Delete a recording there; one that is gone is fine."""
