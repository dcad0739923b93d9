"""A donor's own links: a receipt, a year's statement. Whoever holds the link is the one whom it was sent to."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from billing.receipts.pages.routes import pdf_answer
from billing.receipts.paper.printing import receipt_pdf, year_pdf
from billing.receipts.service import receipt_by_token
from billing.receipts.years import year_by_token
from infra.web import LANGUAGES
from tenants.members.access import AtHotline

router = APIRouter(prefix="/h/{slug}/receipts")
Language = Annotated[str, Query(max_length=20)]


@router.get("/{receipt_token}")
async def receipt(at: AtHotline, receipt_token: str, lang: Language = "") -> Response:
    """A receipt as it stands now, in its own language or in the one asked for."""
    row = await receipt_by_token(at.session, receipt_token)
    data = await receipt_pdf(at.session, row, lang if lang in LANGUAGES else "")
    return pdf_answer(data, f"receipt-{row.label}")


@router.get("/years/{year_token}")
async def year(at: AtHotline, year_token: str, lang: Language = "") -> Response:
    """A year's statement as its receipts stand now."""
    row = await year_by_token(at.session, year_token)
    return pdf_answer(await year_pdf(at.session, row, lang if lang in LANGUAGES else ""), f"gifts-{row.year}")
