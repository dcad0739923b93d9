"""The page of how the flow sounds: to listen, to record or upload, to let the voice speak again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import Response

from hark.desk.flow.service import flow_in_hand
from hark.desk.prompts.service import Spot, left_over, spot_at, spots
from infra.errors import Conflict, HarkError, Invalid
from infra.speech.converting import MOST_BYTES, converted
from infra.web import gettext, render, see_other
from infra.web.ranges import part_of
from tenants.audit import record
from tenants.flows.document import parse
from tenants.flows.drafts import Standing, standing
from tenants.members.access import Leads, Staff
from tenants.members.names import names
from tenants.prompts.service import audio_for, keep, open_audio, recording, remove
from tenants.texts import language_name

router = APIRouter(prefix="/o/{slug}/flow/prompts")
Name = Annotated[str, Form(max_length=100)]


@router.get("")
async def index(request: Request, staff: Leads, tongue: Annotated[str, Query(max_length=35)] = "") -> Response:
    """All texts in one language, the hotline's first unless another is asked for, with the sound of each."""
    return await _page(request, staff, tongue)


async def _page(
    request: Request, staff: Staff, tongue: str, wrong: Spot | None = None, told: HarkError | None = None
) -> Response:
    stands = await _standing(staff)
    tongues = parse(stands.newest.document).languages
    tongue = tongue if tongue in tongues else tongues[0]
    base = f"/o/{staff.tenant.slug}/flow"
    found = await spots(staff.session, stands, tongue=tongue)
    context = {
        "steps": [(node, rows[0].step, rows) for node, rows in _by_step(found).items()],
        "count": len(found),
        "recorded": sum(1 for spot in found if spot.recording),
        "tabs": [(f"{base}/prompts?tongue={tag}", language_name(tag), tag == tongue) for tag in tongues],
        "tongue": tongue,
        "left_over": await left_over(staff.session, stands),
        "draft": stands.draft,
        "people": await names(staff.session),
        "wrong": wrong.anchor if wrong else "",
        "told": gettext(told.message, **told.params) if told else "",
    }
    return render(request, "desk/prompts/prompts.html", context, status=told.status if told else 200)


def _by_step(found: list[Spot]) -> dict[str, list[Spot]]:
    steps: dict[str, list[Spot]] = {}
    for spot in found:
        steps.setdefault(spot.node, []).append(spot)
    return steps


async def _standing(staff: Staff) -> Standing:
    return await standing(staff.session, await flow_in_hand(staff.session))


@router.post("")
async def put(
    request: Request,
    staff: Leads,
    sound: Annotated[UploadFile, File()],
    node: Name,
    path: Name,
    tongue: Name,
    seen: Name = "",
    back: Name = "",
) -> Response:
    """Keep a recording for a text. Refused where the words have changed since they were seen: it would say others."""
    spot = await spot_at(staff.session, await _standing(staff), node, path, tongue)
    try:
        if spot.hash != seen:
            raise Conflict("These words have been changed in the meantime. Read them as they are now, and record them.")
        wav = await converted(await _read(sound))
    except (Conflict, Invalid) as error:
        return await _page(request, staff, tongue, spot, error)
    place = (spot.flow, spot.node, spot.path)
    made = await keep(staff.session, spot.words, tongue, wav, place=place, member=staff.member.id)
    record(staff.session, "prompt.record", member=staff.member.id, subject=made.id, node=node)
    return see_other(_back(staff, back, spot.node, spot.anchor, tongue))


async def _read(sound: UploadFile) -> bytes:
    data = await sound.read(MOST_BYTES + 1)
    if not data:
        raise Invalid("Record something, or choose a file first.", field="sound")
    return data


def _back(staff: Staff, back: str, node: str, anchor: str, tongue: str) -> str:
    base = f"/o/{staff.tenant.slug}/flow"
    return f"{base}/steps/{node}#{anchor}" if back == "step" else f"{base}/prompts?tongue={tongue}#{anchor}"


@router.get("/sound")
async def listen(request: Request, staff: Leads, node: str = "", path: str = "", tongue: str = "") -> Response:
    """What a caller hears for a text as it stands in the newest version: telephone WAV, which every browser plays."""
    spot = await spot_at(staff.session, await _standing(staff), node, path, tongue)
    audio = await audio_for(staff.session, spot.words, spot.language)
    return part_of(request, await open_audio(audio.key), "audio/wav")


@router.get("/{key}/sound")
async def play(request: Request, staff: Leads, key: UUID) -> Response:
    """One recording, whatever words it was made for."""
    row = await recording(staff.session, key)
    return part_of(request, await open_audio(row.key), "audio/wav")


@router.post("/{key}/removal")
async def take_back(
    staff: Leads, key: UUID, back: Annotated[str, Form(max_length=10)] = "", anchor: Name = ""
) -> Response:
    """Take a recording back: a voice says the text again."""
    row = await remove(staff.session, key)
    record(staff.session, "prompt.remove", member=staff.member.id, subject=key, node=row.node)
    return see_other(_back(staff, back, row.node, anchor if anchor.isalnum() else "", row.language))
