"""What every page needs: templates, languages, sessions, limits, security headers, errors that read like sentences."""

from infra.web.i18n import LANGUAGES, gettext, language, languages_offered, speaking
from infra.web.limits import limit
from infra.web.pages import render, see_other

__all__ = [
    "LANGUAGES",
    "gettext",
    "language",
    "languages_offered",
    "limit",
    "render",
    "see_other",
    "speaking",
]
