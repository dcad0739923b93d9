"""The public side of the books: every day's digest, and for a donor the proof that their gift is in it."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse, Response

from billing.ledger.digest import proofs
from billing.ledger.pages.words import day_words, kind_words, line_of
from infra.errors import NotFound
from infra.web import gettext, language, render, see_other
from infra.web.i18n import LANGUAGES
from tenants.members.access import AtHotline, Caller
from tenants.profile.service import profile
from tenants.texts import say

router = APIRouter(prefix="/h/{slug}/books")
PROGRAM = Path(__file__).with_name("check.py").read_text(encoding="utf-8")
UNSEEN = {"cache-control": "private, no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
"""Whoever has a gift's address sees what became of it, so it isn't left anywhere."""


async def _shell(at: Caller) -> dict[str, Any]:
    """What every page here is given. Raises NotFound where the hotline doesn't want them."""
    row = await profile(at.session)
    if not proofs.wanted(row):
        raise NotFound
    first = at.tenant.languages[0]
    tag = language() if language() in at.tenant.languages else first
    return {
        "hotline": at.tenant.name,
        "home": f"/h/{at.tenant.slug}",
        "base": f"/h/{at.tenant.slug}/books",
        "neutral_title": say(row.texts.get("neutral_title", {}), tag, first)
        if row.defaults.get("neutral_title")
        else "",
        "exit_url": row.defaults.get("exit_url", ""),
        "languages_here": {each: LANGUAGES[each] for each in at.tenant.languages if each in LANGUAGES},
        "zone": at.tenant.zone,
        "day": day_words,
    }


async def _page(request: Request, at: Caller, before: date | None, wrong: str = "", typed: str = "") -> Response:
    days, older = await proofs.closed_days(at.session, before=before)
    context = {"days": days, "older": older, "before": before, "program": PROGRAM, "wrong": wrong, "typed": typed}
    status = 422 if wrong else 200
    return render(request, "ledger/public/books.html", await _shell(at) | context, status=status)


@router.get("")
async def books(request: Request, at: AtHotline, before: Annotated[date | None, Query()] = None) -> Response:
    """The digests, newest first, and how to check a gift."""
    return await _page(request, at, before)


@router.get("/days.json")
async def days(at: AtHotline) -> Response:
    """The whole chain, for programs."""
    await _shell(at)
    return JSONResponse({"hotline": at.tenant.slug, "days": await proofs.whole_chain(at.session)})


@router.get("/check.py")
async def program(at: AtHotline) -> Response:
    """The lines that check a proof, which anybody can read and run."""
    await _shell(at)
    return Response(PROGRAM, media_type="text/x-python; charset=utf-8")


@router.post("")
async def look_up(request: Request, at: AtHotline, gift: Annotated[str, Form(max_length=200)] = "") -> Response:
    """From the number of a gift, as its receipt has it, to its page."""
    shell = await _shell(at)
    try:
        key = UUID(gift.strip())
        await proofs.proofs_of_gift(at.session, key)
    except (ValueError, NotFound):
        said = gettext("No gift in these books has this number. Look at it again; capital letters don't matter.")
        return await _page(request, at, None, said, gift)
    return see_other(f"{shell['base']}/gifts/{key}")


@router.get("/gifts/{key}")
async def gift_page(request: Request, at: AtHotline, key: UUID) -> Response:
    """What the books say about one gift, and the proof of each entry."""
    shell = await _shell(at)
    found = await proofs.proofs_of_gift(at.session, key)
    context = {
        "gift": key,
        "proofs": [
            {
                "proof": proof,
                "words": kind_words(proof.leaf.kind),
                "lines": [line_of(each) for each in sorted(proof.leaf.postings, key=lambda posting: posting.minor)],
            }
            for proof in found
        ],
        "program": PROGRAM,
    }
    return render(request, "ledger/public/gift.html", shell | context, headers=UNSEEN)


@router.get("/gifts/{key}/proof.json")
async def proof(at: AtHotline, key: UUID) -> Response:
    """The same for programs."""
    await _shell(at)
    found = await proofs.proofs_of_gift(at.session, key)
    told = {"hotline": at.tenant.slug, "gift": str(key), "entries": [each.told() for each in found if each.day]}
    return JSONResponse(told, headers=UNSEEN)
