"""Who visits: a browser that holds a donor's own key, for one hotline and an hour; others are asked to come in."""

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from billing.donors.keys import visitor
from billing.giving.models import Donor
from billing.processor.access import simulated
from infra.database import Session, unit_of_work
from infra.scope import tenant_scope
from infra.settings import settings
from infra.web import see_other
from infra.web.security import policy
from tenants.directory.models import Tenant
from tenants.members.access import find_tenant

COOKIE = "donor"
PORTAL = "https://billing.stripe.com"


class NotIn(Exception):
    """Nobody is visiting, or not any more."""


class DonorRoute(APIRoute):
    """A route of a visit: whoever isn't on one is led to where a letter can be asked for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with this around it."""
        inner = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await inner(request)
            except NotIn:
                return see_other(f"{home(request.path_params['slug'])}?closed=1")

        return guarded


@dataclass(slots=True)
class Visit:
    """A donor on their own page: the hotline in scope and a unit of work."""

    session: Session
    tenant: Tenant
    donor: Donor
    secret: str


async def _visit(connection: HTTPConnection, slug: str) -> AsyncIterator[Visit]:
    tenant = await find_tenant(slug)
    connection.scope.setdefault("state", {})["tenant"] = tenant
    with tenant_scope(tenant.id):
        async with unit_of_work() as session:
            donor = await visitor(session, secret := secret_of(connection))
            if donor is None:
                raise NotIn
            yield Visit(session, tenant, donor, secret)


Visiting = Annotated[Visit, Depends(_visit, scope="function")]


def home(slug: str) -> str:
    """The path of a hotline's page for its donors."""
    return f"/h/{slug}/my-gifts"


def secret_of(connection: HTTPConnection) -> str:
    """What the browser holds, "" for nothing."""
    return connection.cookies.get(COOKIE, "")


def let_in(answer: Response, tenant: Tenant, secret: str) -> None:
    """Hand the key to the browser, which drops it as it is closed. It is sent to these pages alone."""
    secure = settings().base_url.startswith("https:")
    answer.set_cookie(COOKIE, secret, httponly=True, samesite="lax", secure=secure, path=home(tenant.slug))


def let_out(answer: Response, tenant: Tenant) -> None:
    """Take it back."""
    answer.delete_cookie(COOKIE, path=home(tenant.slug))


def headers() -> dict[str, str]:
    """Forms here may lead to the processor's page for another card; and no site is told that one came from here."""
    ours = "{0.scheme}://{0.netloc}".format(urlsplit(settings().base_url))
    return {"content-security-policy": policy(forms_to=ours if simulated() else f"{ours} {PORTAL}")}
