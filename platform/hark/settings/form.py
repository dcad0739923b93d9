"""The profile's form: read, checked, and written into the profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import ValidationError

from tenants.directory.models import Tenant
from tenants.problems import _
from tenants.profile.models import Profile
from themes.stylesheet import Theme


class Part(NamedTuple):
    """One of the texts; `lines` 1 is a single line, and `longest` counts characters."""

    name: str
    label: str
    help: str
    lines: int
    longest: int


PARTS = (
    Part("who", _("Who answers"), _("The first thing callers read."), 3, 600),
    Part("expect", _("What to expect"), _("What happens after the button is pressed."), 3, 600),
    Part("kept", _("What is kept"), _("What you write down, and who reads it."), 3, 600),
    Part("emergency", _("In danger"), _("Whom to call when it can't wait."), 2, 400),
    Part("call", _("The call button"), "", 1, 30),
    Part("closed", _("When you are closed"), _("Stands beside the next opening time."), 2, 300),
    Part("neutral_title", _("Neutral title"), _("What a browser shows where the name is hidden."), 1, 40),
    Part("after_call", _("After a call"), _("Your volunteers read it when they have put the phone down."), 3, 600),
)


@dataclass(slots=True)
class ProfileForm:
    """What the page shows and takes back. `texts` is part → language → wording."""

    name: str
    texts: dict[str, dict[str, str]]
    brand: str
    text_size: str
    tone: str
    neutral_title: bool
    exit_url: str


def shown(tenant: Tenant, profile: Profile) -> ProfileForm:
    """The form as things stand."""
    theme = Theme.model_validate(profile.theme)
    return ProfileForm(
        name=tenant.name,
        texts={part.name: dict(profile.texts.get(part.name, {})) for part in PARTS},
        brand=theme.brand,
        text_size=theme.text_size,
        tone=theme.tone,
        neutral_title=bool(profile.defaults.get("neutral_title")),
        exit_url=str(profile.defaults.get("exit_url", "")),
    )


def read(sent: Mapping[str, Any], before: ProfileForm, languages: list[str]) -> ProfileForm:
    """The form as it was sent; wordings in languages that the page didn't show are kept."""

    def said(name: str) -> str:
        return str(sent.get(name) or "").replace("\r\n", "\n").strip()

    texts = {
        part.name: {**before.texts[part.name], **{tag: said(f"{part.name}.{tag}") for tag in languages}}
        for part in PARTS
    }
    return ProfileForm(
        said("name"),
        texts,
        said("brand"),
        said("text_size"),
        said("tone"),
        bool(said("neutral_title")),
        said("exit_url"),
    )


def check(form: ProfileForm, languages: list[str]) -> dict[str, str]:
    """Field → what is wrong, as ids of translations."""
    wrong = {}
    if not 0 < len(form.name) <= 60:
        wrong["name"] = _("Give the hotline a name of up to 60 characters.")
    for part in PARTS:
        for tag in languages:
            if len(form.texts[part.name].get(tag, "")) > part.longest:
                wrong[f"{part.name}.{tag}"] = _("That is too long. Shorten it.")
    try:
        Theme(brand=form.brand, text_size=form.text_size, tone=form.tone)
    except ValidationError:
        wrong["brand"] = _("Choose a colour.")
    if form.exit_url and not _is_address(form.exit_url):
        wrong["exit_url"] = _("Write a whole address that begins with https://.")
    return wrong


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in parts.netloc and len(url) <= 300


def write(form: ProfileForm, tenant: Tenant, profile: Profile) -> list[str]:
    """Put a checked form into the rows; returns what has changed, by name."""
    before = shown(tenant, profile)
    changed = [name for name in ProfileForm.__dataclass_fields__ if getattr(form, name) != getattr(before, name)]
    tenant.name = form.name
    profile.texts = {**profile.texts, **form.texts}
    profile.theme = {**profile.theme, "brand": form.brand, "text_size": form.text_size, "tone": form.tone}
    profile.defaults = {**profile.defaults, "neutral_title": form.neutral_title, "exit_url": form.exit_url}
    return changed
