"""The database: one engine per process, one unit of work per request or job, and the two kinds of table."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Engine, ForeignKeyConstraint, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session as PlainSession
from sqlmodel import Field, SQLModel
from sqlmodel import Session as SyncSession
from sqlmodel.ext.asyncio.session import AsyncSession as ModelSession

from infra.clock import now
from infra.ids import new_id
from infra.scope import PLATFORM_TABLES, ScopedConnection, current_tenant
from infra.settings import settings

APP_ROLE = "hark_app"
IDLE_SECONDS = 30

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class _SyncSession(SyncSession):
    execute = PlainSession.execute  # SQLModel's warns at every call, which a hot path can't afford


class Session(ModelSession):
    """A unit of work's session: `exec` for models, `execute` for Core statements."""

    sync_session_class = _SyncSession
    execute = AsyncSession.execute


class PlatformTable(SQLModel):
    """A table without a tenant. Its name must stand in `PLATFORM_TABLES` with a reason."""

    id: UUID = Field(default_factory=new_id, primary_key=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if kwargs.get("table") and cls.__tablename__ not in PLATFORM_TABLES:
            raise TypeError(f"{cls.__tablename__} has no tenant and no reason in PLATFORM_TABLES")


class TenantTable(SQLModel):
    """A tenant's table: `tenant_id` leads the primary key and is taken from the scope."""

    tenant_id: UUID = Field(default_factory=current_tenant, primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)


def one_of(column: str, *values: str) -> CheckConstraint:
    """Text with a CHECK instead of an ENUM: an ENUM's comparison isn't leakproof, so its index would go unused."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def belongs_to(column: str, table: str, *, ondelete: str = "CASCADE") -> ForeignKeyConstraint:
    """A foreign key that carries the tenant, so that no row can point into another tenant."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete)


def moment(*, nullable: bool = False, index: bool = False, default: bool = False) -> Any:
    """A column for an aware point in time; with `default`, now."""
    kwargs: dict[str, Any] = {"sa_type": DateTime(timezone=True), "nullable": nullable, "index": index}
    if default:
        return Field(default_factory=now, **kwargs)
    return Field(default=None, **kwargs) if nullable else Field(**kwargs)


def document(default: Callable[[], Any] = dict) -> Any:
    """A JSON document column."""
    return Field(default_factory=default, sa_type=JSONB, nullable=False)


def dsn() -> str:
    """The database's address as asyncpg itself takes it."""
    return make_url(settings().database_url or "").set(drivername="postgresql").render_as_string(hide_password=False)


@lru_cache(maxsize=1)
def engine() -> AsyncEngine:
    """This process's engine. Every connection speaks as `hark_app`, which is subject to row-level security."""
    url = make_url(settings().database_url or "")
    made = create_async_engine(
        url,
        pool_size=settings().pool_size,
        max_overflow=settings().pool_size,
        connect_args={
            "connection_class": ScopedConnection,
            "server_settings": {"role": APP_ROLE, "application_name": "hark", "jit": "off"},
        },
    )
    _watch(made.sync_engine)
    return made


def _watch(made: Engine) -> None:
    """Hand out no connection that is dead. The driver knows of a closed one by itself; only one that has long been
    idle is asked, for asking costs three round trips, which is what a small unit of work takes as a whole."""

    @event.listens_for(made, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info["since"] = monotonic()

    @event.listens_for(made, "checkout")
    def leaves(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError("the database has closed this connection")
        since = record.info.get("since")  # a new connection hasn't rested
        if since is not None and monotonic() - since > IDLE_SECONDS:
            try:
                made.dialect.do_ping(connection)
            except Exception as error:
                raise InvalidatePoolError("this connection has died of old age") from error


@asynccontextmanager
async def unit_of_work() -> AsyncIterator[Session]:
    """One transaction in the current scope: committed when the block ends well, else undone.

    What was left with `after_commit` is done once the rows are safe, and not at all otherwise.
    """
    async with Session(engine(), expire_on_commit=False, autoflush=True) as session:
        try:
            yield session
            await session.commit()
        except BaseException:
            await session.rollback()
            raise
        for action in session.info.pop("after_commit", ()):
            await action()


def after_commit(session: Session, action: Callable[[], Awaitable[object]], *, first: bool = False) -> None:
    """Do this once the unit of work is committed (a nudge, never the only copy of something that matters). `first`:
    before all that was left before, for somebody waits for it."""
    left = session.info.setdefault("after_commit", [])
    left.insert(0 if first else len(left), action)


async def refuse_unsafe_role() -> None:
    """Raise RuntimeError when the database would not hold tenants apart: the role must obey row-level security."""
    async with engine().connect() as connection:
        row = (
            await connection.execute(
                text("SELECT rolsuper OR rolbypassrls, current_user FROM pg_roles WHERE rolname = current_user")
            )
        ).one()
    if row[0]:
        raise RuntimeError(f"the database role {row[1]} bypasses row-level security; use one that doesn't")
