"""Signing in: the right pair enters, everything else reads alike, and a session ends when it is revoked."""

from infra.database import unit_of_work
from infra.web.sessions import revoke_all
from tenants.members.passwords import hash_password
from tenants.members.service import create_account
from tests.conftest import Browser

PASSWORD = "a quiet river at dusk"


async def _account(email: str):
    async with unit_of_work() as session:
        return await create_account(session, email, await hash_password(PASSWORD))


async def test_the_right_e_mail_and_password_sign_in(browser: Browser) -> None:
    account = await _account("ada@example.org")
    visitor = await browser()
    answer = await visitor.post("/sign-in", data={"email": "Ada@Example.org", "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "Sign out" in (await visitor.get("/")).text
    await revoke_all(account.id)
    assert "Sign out" not in (await visitor.get("/")).text


async def test_a_wrong_password_and_an_unknown_e_mail_read_the_same(browser: Browser) -> None:
    await _account("bea@example.org")
    visitor = await browser()
    known = await visitor.post("/sign-in", data={"email": "bea@example.org", "password": "not the password"})
    unknown = await visitor.post("/sign-in", data={"email": "xxx@example.org", "password": "not the password"})
    assert known.status_code == unknown.status_code == 422
    assert known.text.replace("bea@", "xxx@") == unknown.text


async def test_where_to_go_next_is_never_another_site(browser: Browser) -> None:
    await _account("cleo@example.org")
    visitor = await browser()
    for target in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
        answer = await visitor.post(
            "/sign-in", data={"email": "cleo@example.org", "password": PASSWORD, "next": target}
        )
        assert answer.headers["location"] == "/"


async def test_a_form_sent_by_another_site_is_refused(browser: Browser) -> None:
    visitor = await browser()
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        assert (await visitor.post("/sign-out", headers=headers)).status_code == 403
