"""The pages of the flow: its picture, one step's words, publishing and going back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from hark.desk.flow.drawing import BOX, HEIGHT, KINDS, draw
from hark.desk.flow.service import flow_in_hand
from hark.desk.flow.words import number_words, path_words
from hark.desk.prompts.service import spots
from infra.errors import Conflict, NotFound
from infra.web import gettext, language, render, see_other
from tenants.audit import record
from tenants.flows import drafts
from tenants.flows.document import Flow, parse
from tenants.flows.findings import BadFlow, Finding
from tenants.flows.lint import fit
from tenants.flows.service import versions
from tenants.members.access import Leads, Staff
from tenants.members.names import names
from tenants.prompts import pacing
from tenants.texts import language_name

router = APIRouter(prefix="/o/{slug}/flow")


@router.get("")
async def index(request: Request, staff: Leads) -> Response:
    """The flow as it stands: the draft where there is one, else what callers meet."""
    return await _page(request, staff)


async def _page(request: Request, staff: Staff, refused: str = "") -> Response:
    stands = await drafts.standing(staff.session, await flow_in_hand(staff.session))
    flow = parse(stands.newest.document)
    findings = await _findings(staff, flow)
    context = {
        "drawing": draw(flow, findings),
        "box": (BOX, HEIGHT),
        "draft": stands.draft,
        "findings": [(finding.say(gettext), finding.node, finding.severity) for finding in findings],
        "fit": fit(findings),
        "versions": [row for row in await versions(staff.session, stands.row) if row.status != "draft"],
        "people": await names(staff.session),
        "refused": refused,
    }
    return render(request, "desk/flow.html", context, status=422 if refused else 200)


async def _findings(staff: Staff, flow: Flow) -> list[Finding]:
    """What is to be mended, errors first, and what a telephone takes too long to say."""
    found = await drafts.findings(staff.session, flow, language())
    return found + await pacing.findings(staff.session, flow, language())


@router.get("/steps/{node}")
async def step(request: Request, staff: Leads, node: str) -> Response:
    """One step: what it says in each language, and how long it takes."""
    return await _step(request, staff, node)


async def _step(
    request: Request, staff: Staff, node: str, typed: dict[str, str] | None = None, told: str = "", status: int = 200
) -> Response:
    stands = await drafts.standing(staff.session, await flow_in_hand(staff.session))
    flow = parse(stands.newest.document)
    if node not in flow.nodes:
        raise NotFound
    content = flow.nodes[node]
    findings = await _findings(staff, flow)
    texts = [
        {
            "path": path,
            "name": path_words(path),
            "languages": [
                (tag, language_name(tag), (typed or {}).get(f"{path}:{tag}", text.get(tag, "")), text.get(tag, ""))
                for tag in flow.languages
            ],
        }
        for path, text in drafts.texts_of(content).items()
    ]
    word, icon = KINDS[content.type]
    context = {
        "node": node,
        "name": flow.name(node, language()),
        "kind": gettext(word),
        "icon_name": icon,
        "texts": texts,
        "numbers": [
            (name, number_words(name), (typed or {}).get(name, number if number is not None else ""))
            for name, number in drafts.numbers_of(content).items()
        ],
        "mark": drafts.mark(flow, node),
        "wrong": [finding.say(gettext) for finding in findings if finding.node == node],
        "told": told,
        "compare": status == 409,
        "spots": await spots(staff.session, stands, node=node),
        "people": await names(staff.session),
    }
    return render(request, "desk/step.html", context, status=status)


@router.post("/steps/{node}")
async def edit(request: Request, staff: Leads, node: str, mark: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Write a step's words and times into the draft; callers don't hear them until it is published."""
    form = await request.form()
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    flow_id = await flow_in_hand(staff.session)
    stands = await drafts.standing(staff.session, flow_id)
    flow = parse(stands.newest.document)
    if node not in flow.nodes:
        raise NotFound
    content = flow.nodes[node]
    texts = {
        path: {tag: typed[f"{path}:{tag}"] for tag in flow.languages if f"{path}:{tag}" in typed}
        for path in drafts.texts_of(content)
    }
    try:
        numbers = {name: int(typed[name]) for name in drafts.numbers_of(content) if typed.get(name)}
        await drafts.edit(staff.session, flow_id, node, texts=texts, numbers=numbers, seen=mark, author=staff.member.id)
    except Conflict as error:
        return await _step(request, staff, node, typed, gettext(error.message), 409)
    except BadFlow as error:
        return await _step(request, staff, node, typed, error.findings[0].say(gettext), 422)
    except ValueError:
        return await _step(request, staff, node, typed, gettext("Write times as whole seconds."), 422)
    record(staff.session, "flow.draft", member=staff.member.id, subject=flow_id, node=node)
    return see_other(f"/o/{staff.tenant.slug}/flow#step-{node}")


@router.post("/publication")
async def publish(request: Request, staff: Leads) -> Response:
    """Let callers meet the draft; refused while lint finds an error in it."""
    flow = await flow_in_hand(staff.session)
    try:
        version = await drafts.publish_draft(staff.session, flow, author=staff.member.id)
    except BadFlow:
        said = gettext("This draft can't be published yet: callers could be left without an end. Mend what is below.")
        return await _page(request, staff, said)
    record(staff.session, "flow.publish", member=staff.member.id, subject=flow, number=version.number)
    return see_other(f"/o/{staff.tenant.slug}/flow")


@router.post("/draft/removal")
async def discard(staff: Leads) -> Response:
    """Throw the draft away."""
    flow = await flow_in_hand(staff.session)
    if await drafts.discard(staff.session, flow):
        record(staff.session, "flow.discard", member=staff.member.id, subject=flow)
    return see_other(f"/o/{staff.tenant.slug}/flow")


@router.post("/versions/{key}/revival")
async def revive(request: Request, staff: Leads, key: UUID) -> Response:
    """Go back to an earlier version."""
    flow = await flow_in_hand(staff.session)
    try:
        version = await drafts.revive(staff.session, flow, key, author=staff.member.id)
    except BadFlow as error:
        return await _page(request, staff, error.findings[0].say(gettext))
    record(staff.session, "flow.undo", member=staff.member.id, subject=flow, number=version.number)
    return see_other(f"/o/{staff.tenant.slug}/flow")
