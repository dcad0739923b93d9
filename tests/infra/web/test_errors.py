"""An error is a page for people and problem+json for programs, says what to do, and gives nothing away."""

import logging

import httpx
import pytest

STATUSES = {"invalid": 422, "not_found": 404, "forbidden": 403, "conflict": 409, "too_many": 429, "unforeseen": 500}
JSON = {"accept": "application/json"}


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
async def test_people_get_a_page(ask: httpx.AsyncClient, name: str, status: int) -> None:
    answer = await ask.get(f"/error/{name}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert '<html lang="en"' in answer.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    chinese = await ask.get(f"/error/{name}?lang=zh-Hans")
    assert '<html lang="zh-Hans"' in chinese.text


@pytest.mark.parametrize(("name", "status"), {**STATUSES, "sign_in": 401}.items())
async def test_programs_get_a_problem(ask: httpx.AsyncClient, name: str, status: int) -> None:
    answer = await ask.get(f"/error/{name}", headers=JSON)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["code"] == {"unforeseen": "error"}.get(name, name)
    assert problem.get("field") == ("until" if name == "invalid" else None)
    assert "secret" not in answer.text


async def test_what_nobody_foresaw_stands_in_the_log_alone(
    ask: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await ask.get("/error/unforeseen")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "the secret of line 12" in caplog.text
    assert "unexpected error at /error/{name}" in caplog.text
    assert "unforeseen" not in caplog.text, "what stands in an address may be a secret"


async def test_an_answer_already_begun_is_broken_off_not_dressed_up(ask: httpx.AsyncClient) -> None:
    answer = await ask.get("/broken-off")
    assert "Something went wrong" not in answer.text
    assert "secret" not in answer.text


async def test_too_many_says_when_to_come_back(ask: httpx.AsyncClient) -> None:
    answer = await ask.get("/error/too_many")
    assert answer.headers["retry-after"] == "121"
    assert "3 minutes" in answer.text


async def test_who_isnt_signed_in_is_sent_to_sign_in_and_back(ask: httpx.AsyncClient) -> None:
    answer = await ask.get("/error/sign_in")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/error/sign_in"


async def test_what_isnt_there_is_not_found_whatever_is_asked_of_it(ask: httpx.AsyncClient) -> None:
    for answer in (
        await ask.get("/nowhere"),
        await ask.get("/length"),
        await ask.post("/number/x", json={"number": 1}),
    ):
        assert answer.status_code == 404


async def test_a_malformed_body_names_the_field(ask: httpx.AsyncClient) -> None:
    for body in ({}, {"number": "two"}):
        answer = await ask.post("/number/1", json=body, headers=JSON)
        assert answer.status_code == 422
        assert answer.json()["field"] == "number"
    answer = await ask.post("/number/1", content=b"{", headers={**JSON, "content-type": "application/json"})
    assert answer.status_code == 422
