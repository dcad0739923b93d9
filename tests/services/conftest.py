"""Data folders of our own: within reach of the services' account, and removed with what root keeps elsewhere."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from infra.services import running


@pytest.fixture
def fresh_dir() -> Iterator[Path]:
    """Where a data folder may be made."""
    above = Path(mkdtemp(prefix="hark-test-"))
    above.chmod(0o711)
    yield above / "var"
    shutil.rmtree(above)


@pytest.fixture
def hidden_dir(tmp_path: Path) -> Iterator[Path]:
    """Where a data folder may be made that no other user can reach."""
    tmp_path.chmod(0o700)
    yield tmp_path / "var"
    shutil.rmtree((tmp_path / "var" / "services").resolve(), ignore_errors=True)


@pytest.fixture(scope="session")
async def pristine() -> AsyncIterator[Path]:
    """A data folder that was started and stopped once: making a database takes longer than copying one."""
    above = Path(mkdtemp(prefix="hark-test-"))
    above.chmod(0o711)
    async with running(above / "var", disposable=True):
        pass
    yield above / "var"
    shutil.rmtree(above)


@pytest.fixture
def used_dir(pristine: Path, fresh_dir: Path) -> Path:
    """A data folder with a database in it."""
    subprocess.run(["cp", "-a", pristine, fresh_dir], check=True)
    return fresh_dir
