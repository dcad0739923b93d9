"""PostgreSQL inside the data folder: made beside and renamed into place, small, on a private socket only."""

import asyncio
import shutil
import signal
from pathlib import Path

from infra.services.engine import POSTGRES_MAJOR
from infra.services.home import Home
from infra.services.processes.keeper import Say, last_words
from infra.services.processes.program import Launched
from infra.services.processes.survivors import clear
from infra.services.trouble import CannotStartError, disk_is_full

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
ROLES = """\
CREATE ROLE hark_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE ROLE hark_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
GRANT hark_app TO hark_owner WITH INHERIT FALSE, SET TRUE;
CREATE DATABASE hark OWNER hark_owner;
"""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "24MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "dynamic_shared_memory_type": "mmap",  # inside the folder, so that nothing is left elsewhere when killed
    "huge_pages": "off",
    "io_method": "sync",  # no I/O workers
    "max_worker_processes": "0",
    "max_logical_replication_workers": "0",
    "max_parallel_workers": "0",
    "autovacuum_max_workers": "1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
DISPOSABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "1GB"}


def program(home: Home, say: Say, *, disposable: bool) -> Launched:
    """PostgreSQL as its keeper runs it. `disposable` trades safety for speed: for tests only."""
    folder = home.folder / "postgres"
    log = home.folder / "postgres.log"

    async def prepare() -> None:
        staging = home.folder / "postgres.new"
        await clear(
            "postgres", home.tag, folder / "postmaster.pid",
            *(home.sockets / name for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock")),
        )  # fmt: skip
        shutil.rmtree(staging, ignore_errors=True)
        if not folder.exists():
            say("making the database")
            await _make(home, staging, log, durable=not disposable)
            staging.rename(folder)
        found = (folder / "PG_VERSION").read_text().strip()
        if found != POSTGRES_MAJOR:
            raise CannotStartError(
                f"{folder} was written by PostgreSQL {found}, Hark now carries {POSTGRES_MAJOR}: dump it with the "
                "Hark that wrote it and load it into this one."
            )
        _write(home, folder / "postgresql.conf", _configuration(home, disposable=disposable))
        if not (folder / "local.conf").exists():
            _write(home, folder / "local.conf", "# Your own settings: they come last and win.\n")
        _write(home, folder / "pg_hba.conf", "# The socket's folder is private.\nlocal all all trust\n")

    async def ready() -> None:
        while not _says_ready(folder / "postmaster.pid"):
            await asyncio.sleep(0.01)

    return Launched(
        name="PostgreSQL",
        command=[home.engine.postgres(), "-D", str(folder), "-c", f"cluster_name={home.tag}"],
        folder=home.folder,
        environment=ENVIRONMENT,
        account=home.account,
        log=log,
        ends_on=signal.SIGINT,  # its word for: end every session and stop
        dies_on=signal.SIGQUIT,  # its word for: stop now, recover next time
        prepare=prepare,
        ready=ready,
    )


async def _make(home: Home, staging: Path, log: Path, *, durable: bool) -> None:
    initdb = [home.engine.postgres("initdb"), "--no-instructions"]
    fresh = [
        "--pgdata", str(staging), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--wal-segsize=4",
        "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
    ]  # fmt: skip
    single = [home.engine.postgres(), "--single", "-D", str(staging), "-c", "exit_on_error=on", "postgres"]
    await _once(home, [*initdb, *fresh], log)
    await _once(home, single, log, stdin=ROLES.encode())
    if durable:
        await _once(home, [*initdb, "--sync-only", "--pgdata", str(staging)], log)


async def _once(home: Home, command: list[str], log: Path, stdin: bytes = b"") -> None:
    step = Launched(
        name=Path(command[0]).name,
        command=command,
        folder=home.folder,
        environment=ENVIRONMENT,
        account=home.account,
        log=log,
    )
    begun = log.stat().st_size if log.exists() else 0
    process = await step.spawn(stdin=asyncio.subprocess.PIPE)
    await process.communicate(stdin)
    if process.returncode:
        words = last_words(log, begun)
        if "No space left on device" in words:
            raise disk_is_full(home.folder)
        raise CannotStartError(f"{step.name} could not make the database: {words} (see {log})")


def _configuration(home: Home, *, disposable: bool) -> str:
    values = SETTINGS | {"unix_socket_directories": str(home.sockets)} | (DISPOSABLE if disposable else {})
    lines = [f"{name} = '{value}'" for name, value in values.items()]
    first = "# Written by Hark at each start: put your own settings into local.conf."
    return "\n".join([first, *lines, "include_if_exists = 'local.conf'", ""])


def _write(home: Home, path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)
    home.own(path)


def _says_ready(pid_file: Path) -> bool:
    """PostgreSQL writes how it is into the eighth line; the file is new, as stale ones were removed."""
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"
