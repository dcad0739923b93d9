"""What an Asterisk tells becomes signals. Nothing waits in here, so that everything is told in its order."""

from typing import Any
from urllib.parse import quote

from infra.carriers.asterisk.ari import Event
from infra.carriers.asterisk.legs.board import BESIDE, KNOCK, RUNG, Board
from infra.carriers.asterisk.legs.leg import Leg, whose
from infra.carriers.asterisk.legs.obeying import said
from infra.carriers.asterisk.legs.reasons import reason
from infra.carriers.asterisk.trunks import PREFIX
from infra.carriers.protocol import (
    Answered,
    Arrived,
    Digit,
    GiveBack,
    HangUp,
    Heard,
    Join,
    Knocked,
    Over,
    Play,
    Record,
    Recorded,
    Ringing,
    Signal,
)

WITHHELD = ("prohib", "unavail")
"""How Asterisk names a number that isn't to be shown begins like this."""


def happen(board: Board, event: Event) -> None:
    """Let one event happen."""
    channel = event.get("channel", {})
    ours = not channel.get("name", "").startswith("Snoop/")
    match event["type"]:
        case "StasisStart":
            _entered(board, channel, event["args"])
        case "ChannelStateChange" if ours and channel["state"] == "Ringing":
            board.tell(Ringing(channel["id"]))
        case "ChannelDtmfReceived":
            _pressed(board, channel["id"], event["digit"])
        case "PlaybackFinished":
            _spoken(board, event["playback"]["id"], event["playback"]["target_uri"].removeprefix("channel:"))
        case "RecordingFinished" | "RecordingFailed":
            _recorded(board, event["recording"])
        case "ChannelLeftBridge":
            _left(board, event["bridge"], channel["id"])
        case "ChannelHangupRequest" if channel["id"] in board.legs:
            board.legs[channel["id"]].cause = event.get("cause", 0)
        case "StasisEnd" if channel["id"] in board.legs:
            _ended(board, board.legs[channel["id"]], answered=channel["state"] == "Up")
        case "ChannelDestroyed" if channel["id"] in board.legs:  # one that we rang and that wasn't there yet
            board.legs[channel["id"]].cause = event.get("cause", 0)
            _ended(board, board.legs[channel["id"]], answered=channel["state"] == "Up")
        case "ApplicationReplaced":
            board.replaced.set()


def _entered(board: Board, channel: dict[str, Any], args: list[str]) -> None:
    ref = channel["id"]
    kind = args[0] if args else ""
    if kind == BESIDE:
        board.spawn(_put_beside(board, ref))
    elif kind == RUNG:
        board.legs.setdefault(ref, Leg(ref, inbound=False)).up = True
        board.tell(Answered(ref))
    elif kind == KNOCK:
        board.tell(Knocked(board.node.name, ref, args[1]))
    else:
        board.legs.setdefault(ref, Leg(ref, inbound=True))
        dialled = args[1] if len(args) > 1 else channel["dialplan"]["exten"]
        shown = not (len(args) > 2 and args[2].startswith(WITHHELD))
        caller = channel["caller"]["number"]
        known = shown and caller.removeprefix("+").isdecimal()
        trunk = channel["name"].removeprefix("PJSIP/").rpartition("-")[0].removeprefix(PREFIX)
        board.tell(Arrived(board.node.name, ref, dialled, caller if known else "", trunk))


async def _put_beside(board: Board, beside: str) -> None:
    """The ear and mouth of somebody who whispers is there: into the room where they wait for it."""
    path = f"bridges/{quote(beside, safe='')}"
    await board.ari.send("POST", path, type="mixing")
    await board.ari.send("POST", f"{path}/addChannel", channel=beside)


def _pressed(board: Board, ref: str, key: str) -> None:
    board.tell(Digit(ref, key))
    leg = board.legs.get(ref)
    if leg and leg.saying and isinstance(leg.doing, Play) and key in leg.doing.keys:
        board.spawn(said(board, leg, leg.doing, cut=True))


def _spoken(board: Board, playback: str, ref: str) -> None:
    leg = board.legs.get(ref)
    if leg is None or leg.saying != playback:
        return
    if isinstance(leg.doing, Play):
        board.spawn(said(board, leg, leg.doing))
        return
    leg.saying = ""
    if leg.doing is None and not leg.recording:  # begun before we were connected
        board.tell(Heard(ref, whose(playback)[1]))


def _recorded(board: Board, recording: dict[str, Any]) -> None:
    name = recording["name"]
    ref, _ = whose(name)
    leg = board.legs.get(ref)
    if leg and leg.recording == name:
        leg.recording = ""
    hung_up = leg is not None and leg.cause is not None
    board.delivery.put(ref, _judged(board, recording, hung_up=hung_up))


def kept(board: Board, name: str) -> None:
    """A recording lies there whose end nobody was told of: we were away, or the switch itself was killed in it."""
    board.delivery.put(whose(name)[0], _judged(board, {"name": name, "state": "done"}))


async def _judged(board: Board, recording: dict[str, Any], *, hung_up: bool = False) -> Signal:
    """How long it is. Asterisk counts whole seconds, up or down: where it comes to one, we listen."""
    name = recording["name"]
    ref, id = whose(name)
    seconds = recording.get("duration", 0) if recording.get("talking_duration", 0) > 1 else 0
    if not seconds and recording["state"] == "done":
        seconds = await board.sounds.seconds(name)
    return Recorded(ref, id, name, seconds, hung_up)


def _left(board: Board, bridge: dict[str, Any], ref: str) -> None:
    """Somebody left a room. The last one closes it, unless others, or they themselves, are on their way in."""
    room = bridge["id"]
    inside = [leg for leg in board.legs.values() if leg.room == room]
    expected = any(leg.ref != ref or (leg.lock.locked() and isinstance(leg.wanted, Join)) for leg in inside)
    if not bridge["channels"] and not expected:
        board.spawn(_close(board, room))


async def _close(board: Board, room: str) -> None:
    await board.ari.send("DELETE", f"bridges/{quote(room, safe='')}")


def _ended(board: Board, leg: Leg, *, answered: bool) -> None:
    """A leg has left us: hung up, or gone to the switch's fallback, because we wanted it or because we were away."""
    del board.legs[leg.ref]
    if leg.recording and isinstance(leg.doing, Record):
        board.tell(Recorded(leg.ref, leg.doing.id, "", 0, leg.cause is not None))
    if leg.beside:
        board.spawn(leg.stop_whispering(board.ari))
    if isinstance(leg.wanted, HangUp | GiveBack):
        board.tell(Over(leg.ref, "gone"))
    elif leg.cause is None:
        board.tell(Over(leg.ref, "lost"))
    else:
        board.tell(Over(leg.ref, reason(leg.cause, answered=answered, rung=not leg.inbound)))
