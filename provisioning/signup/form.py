"""The sign-up form: what is asked, what is wrong with what came back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from infra.errors import Invalid
from infra.web import language
from provisioning.kits.catalogue import kits
from provisioning.signup.places import countries, is_zone, main_zone
from tenants.members.passwords import check_strength
from tenants.members.service import normal_email
from tenants.problems import _
from tenants.texts import LANGUAGES

MISSING = {
    "organisation": _("Write your organisation's name."),
    "name": _("Give the hotline a name."),
    "person": _("Write your name, as your colleagues know you."),
}
LONGEST = {"organisation": 120, "name": 60, "person": 80}


@dataclass(slots=True)
class SignUp:
    """What an organisation wrote; `zone` may stay empty, then it is the one that most of the country lives by."""

    organisation: str = ""
    name: str = ""
    kind: str = ""
    country: str = ""
    zone: str = ""
    languages: list[str] = field(default_factory=list)
    person: str = ""
    email: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """What an application keeps in clear: everything but the address."""
        return {name: value for name, value in asdict(self).items() if name != "email"}


def read(sent: Mapping[str, Any], languages: Sequence[str]) -> SignUp:
    """The form as it was sent, trimmed. Of the hotline's languages, the one it registers in comes first."""
    texts = {name: str(sent.get(name) or "").strip() for name in SignUp.__dataclass_fields__ if name != "languages"}
    ordered = sorted(LANGUAGES, key=lambda tag: tag != language())
    form = SignUp(**texts, languages=[tag for tag in ordered if tag in languages])
    form.zone = form.zone or main_zone(form.country)
    return form


def check(form: SignUp, password: str | None) -> dict[str, str]:
    """Field → what is wrong, as ids of translations. `password` is None for somebody who has an account."""
    wrong = {name: words for name, words in MISSING.items() if not getattr(form, name)}
    for name, longest in LONGEST.items():
        if len(getattr(form, name)) > longest:
            wrong[name] = _("That is too long. Shorten it.")
    if form.kind not in kits():
        wrong["kind"] = _("Choose what kind of hotline it is.")
    if form.country not in countries("en"):
        wrong["country"] = _("Choose your country or region.")
    elif not is_zone(form.zone):
        wrong["zone"] = _("Choose a time zone.")
    if not form.languages:
        wrong["languages"] = _("Choose at least one language.")
    if password is not None:
        for name, ask in (
            ("email", lambda: normal_email(form.email)),
            ("password", lambda: check_strength(password, form.email, form.name)),
        ):
            try:
                ask()
            except Invalid as error:
                wrong[name] = error.message
    return wrong
