"""`platform/` is a source root, never a package: an `__init__.py` there would shadow the standard library."""

import platform
from pathlib import Path


def test_the_standard_library_keeps_its_platform_module() -> None:
    assert platform.system()
    assert not (Path(__file__).parent.parent / "platform" / "__init__.py").exists()
