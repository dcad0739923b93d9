"""Texts are collected for translation by whichever name the function that marks them is called."""

import ast

import pytest

from hark.i18n import FOLDERS, KEYWORDS, ROOT


@pytest.mark.parametrize("folder", FOLDERS)
def test_whatever_marks_texts_is_known_to_the_collector(folder: str) -> None:
    called = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in ("infra.errors", "infra.web", "infra.web.i18n"):
                called |= {each.asname or each.name for each in node.names if each.name in ("_", "gettext", "ngettext")}
    assert called <= set(KEYWORDS)
