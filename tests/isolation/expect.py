"""How the table of routes is written: a row per route, and whom it answers how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PEOPLE = ("visitor", "stranger", "owner", "admin", "supervisor", "operator", "auditor", "fundraiser", "platform")
"""Nobody signed in; the owner of the other hotline; the six roles; an operator of the platform without a hotline."""

LEADS = ("owner", "admin")
FUNDS = (*LEADS, "fundraiser")
SUPERVISES = (*LEADS, "supervisor")
ANSWERS = (*SUPERVISES, "operator")
EVERYONE = (*ANSWERS, "auditor")
"""The roles, said again here: an expectation that read them from the app would follow it into every mistake."""

Expected = Mapping[str, int]


def everybody(status: int) -> dict[str, int]:
    """Whoever asks gets the same."""
    return dict.fromkeys(PEOPLE, status)


def staff(*roles: str, ok: int = 200) -> dict[str, int]:
    """A page of a hotline's own people: a visitor is sent to sign in, to a stranger it doesn't exist."""
    return {
        **everybody(404),
        "visitor": 303,
        **dict.fromkeys((*EVERYONE, "fundraiser"), 403),
        **dict.fromkeys(roles, ok),
    }


def only(who: str, ok: int = 200, *, visitor: int = 303) -> dict[str, int]:
    """A page of one person; to everybody else it doesn't exist."""
    return {**everybody(404), "visitor": visitor, who: ok}


def multipart(fields: Mapping[str, str], **files: bytes) -> tuple[bytes, dict[str, str]]:
    """A form with files as a browser sends it: the body and its headers."""
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts += [(f'name="{name}"; filename="{name}"', data) for name, data in files.items()]
    body = b"".join(
        b"--part\r\ncontent-disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), data) for head, data in parts
    )
    return body + b"--part--\r\n", {"content-type": "multipart/form-data; boundary=part"}


@dataclass(frozen=True)
class Row:
    """A route, what is sent to it, and the exact status for each of `PEOPLE`.

    Places in `path`, `form` and `json` (`{contact}`, `{member}`, …) are filled with ids of the first hotline's rows;
    `{key}` is the id of what `key` names. `hostile` is the answer to another hotline's owner who asks with these ids
    under their own hotline's name, `smuggled` the one to their own ids with the first hotline's in the form.
    """

    method: str
    path: str
    expected: Expected
    key: str = ""
    form: Mapping[str, Any] | None = None
    json: Mapping[str, Any] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    calling: bool = False
    """Whether the browser is the one that began the call in the address."""
    hostile: int = 404
    smuggled: int | None = None
    why: str = ""
    """Why an expectation that looks odd is right."""

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.method} {self.path}" + (" by the caller" if self.calling else "")

    @property
    def address(self) -> str:
        """The path with plain places: a rest of any depth (`{rest:path}`) is filled as any other."""
        return self.path.replace(":path}", "}")

    @property
    def route(self) -> tuple[str, str]:
        """What it is a row of."""
        return self.method, self.path
