"""Pictures: drawn anew, so that nothing of what a camera wrote into them (a place, a time, a name) leaves the house."""

import asyncio
import io
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlmodel import col, select

from billing.campaigns.models import Campaign, CampaignPicture
from infra.database import Session, after_commit
from infra.errors import Invalid, NotFound
from infra.scope import current_tenant
from infra.storage import store
from tenants.texts import Text

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
WIDEST = 1600
MOST = 6
QUALITY = 82
READS = ("JPEG", "PNG", "WEBP")
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as it is kept: WebP, at most 1600 pixels wide and high."""

    data: bytes
    width: int
    height: int


def draw(data: bytes) -> Drawn:
    """Draw a file anew, the right way up. Raises Invalid for anything but a JPEG, PNG or WebP of a usual size."""
    try:
        with Image.open(io.BytesIO(data), formats=READS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Invalid("This picture is larger than 60 megapixels. Nothing was kept.", field="picture")
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        raise Invalid("This file isn't a JPEG, PNG or WebP picture. Nothing was kept.", field="picture") from None
    picture.thumbnail((WIDEST, WIDEST))
    made = io.BytesIO()
    picture.save(made, "WEBP", quality=QUALITY)
    return Drawn(made.getvalue(), picture.width, picture.height)


def storage_key(picture: UUID) -> str:
    """Where the file lies."""
    return f"campaign/{current_tenant()}/{picture}.webp"


async def add_picture(session: Session, campaign: Campaign, data: bytes, alt: Text) -> CampaignPicture:
    """Keep a picture of a campaign. Raises Invalid when it can't be used, or there are six already."""
    if len(data) > LARGEST:
        raise Invalid("This file is larger than 10 MB. Nothing was kept.", field="picture")
    if len(await pictures_of(session, campaign.id)) >= MOST:
        raise Invalid("A campaign has six pictures at most.", field="picture")
    drawn = await asyncio.to_thread(draw, data)
    row = CampaignPicture(campaign=campaign.id, alt=alt, width=drawn.width, height=drawn.height)
    await store().put(storage_key(row.id), drawn.data)
    session.add(row)
    await session.flush()
    return row


async def pictures_of(session: Session, campaign: UUID) -> list[CampaignPicture]:
    """A campaign's pictures, oldest first."""
    found = select(CampaignPicture).where(CampaignPicture.campaign == campaign)
    return list(await session.exec(found.order_by(col(CampaignPicture.id))))


async def picture_of(session: Session, campaign: UUID, key: UUID) -> CampaignPicture:
    """One of them. Raises NotFound."""
    found = select(CampaignPicture).where(CampaignPicture.id == key, CampaignPicture.campaign == campaign)
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def remove_picture(session: Session, campaign: UUID, key: UUID) -> None:
    """Take a picture away. Raises NotFound."""
    row = await picture_of(session, campaign, key)
    await session.delete(row)
    after_commit(session, partial(store().delete, storage_key(row.id)))
