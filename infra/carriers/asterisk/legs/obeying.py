"""Commands become what legs do: each replaces what its leg did before, and the latest one counts."""

from urllib.parse import quote

from infra.carriers.asterisk.ari import answered
from infra.carriers.asterisk.legs.board import BESIDE, RUNG, Board
from infra.carriers.asterisk.legs.leg import LEASE, PROMPT_SECONDS, Leg
from infra.carriers.asterisk.trunks import NAME, endpoint, endpoint_name
from infra.carriers.protocol import Command, GiveBack, HangUp, Heard, Join, Over, Play, PutThrough, Record, Ring

DONE = 200


def obey(board: Board, command: Command) -> None:
    """Let a leg do this from now on, unless it does already. It is under way when this returns."""
    if isinstance(command, PutThrough):
        board.spawn(_put_through(board, command))
        return
    leg = board.legs.get(command.ref)
    if leg is None and isinstance(command, Ring):
        leg = board.legs[command.ref] = Leg(command.ref, inbound=False)
    if leg is None:
        board.spawn(_end_stranger(board, command))
    elif leg.wanted is None or leg.wanted.id != command.id:
        leg.wanted = command
        board.spawn(_obey(board, leg, command))


async def said(board: Board, leg: Leg, play: Play, *, cut: bool = False) -> None:
    """All was heard, or a key cuts it short: go on to what follows."""
    async with leg.lock:
        if leg.doing is play and leg.saying and leg.cause is None:  # who hangs up has heard no more
            if cut:
                await leg.quieten(board.ari)
            await _then(board, leg, play)


async def _obey(board: Board, leg: Leg, command: Command) -> None:
    media: list[str] = []
    taken = False
    if isinstance(command, Play | Record):
        async with leg.lock:
            if leg.wanted is not command:
                return
            taken = await leg.take_up(board.ari, _lease(command))
        media = await board.sounds.media(command.prompts)
    async with leg.lock:
        if leg.wanted is not command:
            return
        match command:
            case Play():
                status = await _play(board, leg, command, media, taken=taken)
            case Record():
                status = await _record(board, leg, command, media, taken=taken)
            case Join():
                status = await _join(board, leg, command)
            case Ring():
                status = await _ring(board, leg, command)
            case HangUp():
                status = (await leg.hang_up(board.ari, command.reason)).status
            case GiveBack():
                status = (await leg.give_back(board.ari)).status
    if status == 0:
        leg.wanted = None  # nothing came back; whoever sends it again means it
    elif status >= 400 and leg.ref in board.legs:
        del board.legs[leg.ref]
        board.tell(Over(leg.ref, "gone" if status == 404 else "lost"))


async def _end_stranger(board: Board, command: Command) -> None:
    """A leg that isn't there is over. Where it is there after all, it is nobody's."""
    answer = await board.ari.ask("DELETE", f"channels/{quote(command.ref, safe='')}")
    if answer.status:
        board.tell(Over(command.ref, "gone"))


async def _put_through(board: Board, command: PutThrough) -> None:
    """The dialplan rings the account and connects the two: they talk on whatever becomes of us."""
    path = f"channels/{quote(command.ref, safe='')}"
    if not NAME.fullmatch(command.account):
        await board.ari.ask("DELETE", path)
        return
    for variable, value in (("WHOM", command.account), ("RINGS", str(command.seconds))):
        await board.ari.send("POST", f"{path}/variable", variable=variable, value=value)
    await board.ari.ask("POST", f"{path}/continue", context="knocked", extension="start", priority=1)


def _lease(command: Play | Record) -> int:
    """For how many seconds a caller is looked after by this."""
    recorded = command.max_seconds if isinstance(command, Record) else 0
    return LEASE + PROMPT_SECONDS * len(command.prompts) + recorded


async def _play(board: Board, leg: Leg, play: Play, media: list[str], *, taken: bool) -> int:
    if leg.saying == leg.named(play.id) and not leg.recording:
        leg.doing = play
        return DONE
    if not media and leg.noise == play.then:
        leg.doing = play
        return DONE
    await leg.hush(board.ari)
    leg.doing = play
    if not taken:
        await leg.let_live(board.ari, _lease(play))
    if media:
        status = (await leg.say(board.ari, play.id, media)).status
        if status < 500:
            return status
    await _then(board, leg, play)
    return DONE


async def _then(board: Board, leg: Leg, play: Play) -> None:
    leg.saying = ""
    match play.then:
        case "report":
            board.tell(Heard(leg.ref, play.id))
        case "hang_up":
            await leg.hang_up(board.ari)
        case noise:
            await leg.hear_noise(board.ari, noise)


async def _record(board: Board, leg: Leg, record: Record, media: list[str], *, taken: bool) -> int:
    if leg.recording == leg.named(record.id):
        leg.doing = record
        return DONE
    await leg.hush(board.ari)
    leg.doing = record
    if not taken:
        await leg.let_live(board.ari, _lease(record))
    return (await leg.record(board.ari, record.id, media, record.max_seconds)).status


async def _join(board: Board, leg: Leg, join: Join) -> int:
    await leg.take_up(board.ari, board.node.cap)
    leg.doing = join
    beside = leg.aside if join.how == "whisper" and join.to else ""
    room, mute = beside or join.room, join.how != "talk" and not beside
    if (leg.room, leg.muted) == (room, mute):
        return DONE
    await leg.hush(board.ari, staying=room)
    if beside and not await _whisper(board, leg, join.to, beside):
        room, mute = join.room, True  # whom to whisper to is gone; what is said can still be heard
    answer = await leg.enter(board.ari, room, mute=mute)
    if join.record:
        name = leg.named(join.id)
        path = f"bridges/{quote(room, safe='')}/record"
        await board.ari.send("POST", path, name=name, format="wav", ifExists="append")
    await leg.let_live(board.ari, board.node.cap)
    return answer.status


async def _whisper(board: Board, leg: Leg, to: str, beside: str) -> bool:
    """Have an ear and a mouth put to somebody: it hears both sides, and only they hear it."""
    path = f"channels/{quote(to, safe='')}/snoop/{quote(beside, safe='')}"
    query = {"app": board.node.app, "appArgs": BESIDE, "spy": "both", "whisper": "out"}
    if not (await answered(await board.ari.send("POST", path, **query))).ok:
        return False
    leg.beside = beside
    return True


async def _ring(board: Board, leg: Leg, ring: Ring) -> int:
    where = endpoint(ring.to, board.node.trunk)
    leg.doing = ring
    variables = {"CHANNEL(accountcode)": board.node.app, "TIMEOUT(absolute)": str(board.node.cap)}
    asked = {"endpoint": where, "app": board.node.app, "appArgs": RUNG, "callerId": ring.caller_id}
    if where:
        answer = await board.ari.ask("POST", leg.path, {"variables": variables}, **asked, timeout=ring.seconds)
        if answer.status < 400 or answer.status == 409:
            return answer.status and DONE
    if leg.ref in board.legs:
        del board.legs[leg.ref]
        found = await board.ari.ask("GET", f"endpoints/PJSIP/{quote(endpoint_name(where), safe='')}")
        absent = ring.to.startswith("member:") and not (found.ok and found.body["state"] == "online")
        board.tell(Over(leg.ref, "invalid" if not where else "unregistered" if absent else "unreachable"))
    return DONE
