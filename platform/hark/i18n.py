"""Translations: collects every text that people read, and says which of them a language still lacks."""

import argparse
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent.parent
LOCALE = ROOT / "themes" / "locale"
FOLDERS = ("infra", "tenants", "themes", "billing", "provisioning", "platform/hark")
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2.ext:babel_extract"),
    ("**.html", "jinja2.ext:babel_extract"),
]
OPTIONS = {"**/templates/**.html": {"silent": "false"}, "**.html": {"silent": "false"}}
SAID = ("_", "gettext", "sentence", "mark", "Invalid", "Conflict", "NotFound", "Forbidden", "HarkError")
KEYWORDS = {**dict.fromkeys(SAID, None), "ngettext": (1, 2)}
PLACES = re.compile(r"%\((\w+)\)|\{(\w+)\}")


def collect() -> Catalog:
    """Every message of the source, with the files that say it."""
    catalog = Catalog(project="Hark", charset="utf-8")
    for folder in FOLDERS:
        found = extract_from_dir(ROOT / folder, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
        for filename, _line, message, comments, context in found:
            catalog.add(message, None, [(f"{folder}/{filename}", 0)], auto_comments=comments, context=context)
    return catalog


def languages() -> dict[str, Path]:
    """Language tag → its catalog's file."""
    return {path.parent.name: path for path in sorted(LOCALE.glob("*/hark.po"))}


def read(tag: str, path: Path) -> Catalog:
    """A language's catalog."""
    with path.open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


def update() -> None:
    """Bring every catalog to the source: new texts come in empty, those no longer said go."""
    template = collect()
    for tag, path in languages().items():
        catalog = read(tag, path)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, width=120, sort_output=True, omit_header=False, include_lineno=False)
        sys.stdout.write(f"{tag}: {len(catalog)} texts, {len(faults(tag, path, template))} to do\n")


def _each(words: object) -> list[str]:
    """A message's forms: one, or singular and plural."""
    return [str(word) for word in words] if isinstance(words, tuple | list) else [str(words)]


def faults(tag: str, path: Path, template: Catalog) -> list[str]:
    """What a catalog lacks: texts without a translation, places lost in one, texts that nothing says any more."""
    catalog = read(tag, path)
    wrong = []
    for message in template:
        if not message.id:
            continue
        said = catalog.get(message.id, context=message.context)
        ids = _each(message.id)
        given = _each(said.string) if said is not None and said.string else []
        if said is None or said.fuzzy or not given or not all(given):
            wrong.append(f"{tag}: not translated: {ids[0]!r}")
            continue
        wanted = set(PLACES.findall(ids[-1]))
        wrong += [
            f"{tag}: places differ: {ids[-1]!r} → {each!r}" for each in given if set(PLACES.findall(each)) != wanted
        ]
    known = {message.id for message in template}
    wrong += [
        f"{tag}: nothing says any more: {message.id!r}" for message in catalog if message.id and message.id not in known
    ]
    return wrong


def check() -> int:
    """Print what is missing; 1 if anything is."""
    template = collect()
    wrong = [line for tag, path in languages().items() for line in faults(tag, path, template)]
    for line in wrong:
        sys.stderr.write(line + "\n")
    sys.stdout.write(f"{len(template)} texts, {len(wrong)} faults in {', '.join(languages())}\n")
    return 1 if wrong else 0


def main(arguments: list[str]) -> int:
    """`hark i18n update` or `hark i18n check`."""
    parser = argparse.ArgumentParser(prog="hark i18n", description=main.__doc__)
    parser.add_argument("act", choices=("update", "check"))
    if parser.parse_args(arguments).act == "check":
        return check()
    update()
    return 0
