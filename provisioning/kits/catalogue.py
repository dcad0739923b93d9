"""Finds the kits by their folders and reads them; one that isn't sound is refused with file and reason."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from provisioning.kits.kit import Kit
from tenants.flows.document import parse
from tenants.flows.findings import BadFlow
from tenants.flows.lint import fit
from tenants.flows.lint import lint as lint_flow
from tenants.forms.document import lint as lint_form
from tenants.workflows.document import lint as lint_workflow

HERE = Path(__file__).parent


class BrokenKit(ValueError):
    """A kit's folder that can't be used; the message names the folder and all that is wrong."""

    def __init__(self, folder: Path, reasons: list[str]) -> None:
        super().__init__(f"The kit in {folder.name}/ can't be used.\n" + "\n".join(reasons))


@cache
def kits(root: Path = HERE) -> Mapping[str, Kit]:
    """Every kit by its key, in the order in which they are offered. Raises `BrokenKit`."""
    found = [load(file.parent) for file in root.glob("*/kit.toml")]
    return MappingProxyType({kit.key: kit for kit in sorted(found, key=lambda kit: (kit.order, kit.key))})


def load(folder: Path) -> Kit:
    """The kit of one folder. Raises `BrokenKit` where anything is missing, misspelt or unfit for callers."""
    try:
        kit = Kit.model_validate(_read(folder))
    except (OSError, ValidationError, BadFlow, tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise BrokenKit(folder, [str(error)]) from error
    if reasons := list(_reasons(kit, folder)):
        raise BrokenKit(folder, reasons)
    return kit


def _read(folder: Path) -> dict[str, Any]:
    return {
        **_toml(folder / "kit.toml"),
        "theme": _toml(folder / "theme.toml"),
        "texts": _toml(folder / "texts.toml"),
        "calendars": _toml(folder / "calendar.toml"),
        "flow": parse((folder / "flow.json").read_bytes()),
        "form": json.loads((folder / "form.json").read_bytes()),
        "workflow": json.loads((folder / "workflow.json").read_bytes()),
    }


def _toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _reasons(kit: Kit, folder: Path) -> Iterator[str]:
    if kit.key != folder.name:
        yield f"kit.toml: the key is “{kit.key}”, but the folder is “{folder.name}”."
    found = lint_flow(kit.flow, calendars=kit.calendars, teams=[team.key for team in kit.teams])
    if not fit(found):
        yield from (f"flow.json: {finding.say()}" for finding in found if finding.severity == "error")
    yield from (f"form.json: {problem.say()}" for problem in lint_form(kit.form, kit.flow.languages))
    yield from (f"workflow.json: {problem.say()}" for problem in lint_workflow(kit.workflow, kit.flow.languages))
