"""How requests and answers are written: what is refused, what is repeated, what is listed and filled in."""

import warnings

import pytest
import stripe

from tests.billing.contract.conftest import KEY, Processor


def order(amount: int = 5000) -> stripe.params.checkout.SessionCreateParams:
    """A hosted page for one gift."""
    return {
        "mode": "payment",
        "submit_type": "donate",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "usd", "unit_amount": amount, "product_data": {"name": "A gift"}},
            }
        ],
        "success_url": "https://example.org/thanks?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://example.org/give",
        "metadata": {"gift": "g1"},
    }


def test_whether_stripes_own_test_mode_was_asked_is_said() -> None:
    if not KEY:
        warnings.warn("Stripe's own test mode: not run (HARK_STRIPE_TEST_KEY isn't set)", stacklevel=1)


async def test_a_hosted_page_is_made_looked_at_and_closed(processor: Processor) -> None:
    made = await processor.v1.checkout.sessions.create_async(order())
    processor.fits(made)
    assert (made.status, made.payment_status, made.amount_total, made.payment_intent) == ("open", "unpaid", 5000, None)
    assert made.url.startswith("http")
    seen = await processor.v1.checkout.sessions.retrieve_async(made.id, {"expand": ["line_items"]})
    assert [(item.amount_total, item.description) for item in seen.line_items.data] == [(5000, "A gift")]
    over = await processor.v1.checkout.sessions.expire_async(made.id)
    assert (over.status, over.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError):
        await processor.v1.checkout.sessions.expire_async(made.id)


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"colour": "blue"}, "colour", "parameter_unknown"),
        ({"payment_intent_data": {"colour": "blue"}}, "payment_intent_data[colour]", "parameter_unknown"),
        ({"mode": "gift"}, "mode", None),
        ({"success_url": None}, "success_url", "parameter_missing"),
    ],
)
async def test_what_cant_be_understood_is_refused(
    processor: Processor, change: dict[str, object], param: str, code: str | None
) -> None:
    wrong = {name: value for name, value in {**order(), **change}.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await processor.v1.checkout.sessions.create_async(wrong)
    assert refused.value.http_status == 400
    assert refused.value.param == param
    assert code is None or refused.value.code == code


async def test_what_isnt_there_is_missing(processor: Processor) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await processor.v1.payment_intents.retrieve_async("pi_nothing")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


async def test_the_same_request_with_the_same_key_is_done_once(processor: Processor) -> None:
    key = processor.fresh("gift")
    first = await processor.v1.checkout.sessions.create_async(order(), {"idempotency_key": key})
    again = await processor.v1.checkout.sessions.create_async(order(), {"idempotency_key": key})
    assert again.id == first.id
    with pytest.raises(stripe.IdempotencyError):
        await processor.v1.checkout.sessions.create_async(order(6000), {"idempotency_key": key})


async def test_a_list_is_walked_page_by_page_newest_first(processor: Processor) -> None:
    word = processor.fresh("donor") + "@example.org"
    made = [(await processor.v1.customers.create_async({"email": word, "name": str(n)})).id for n in range(5)]
    first = await processor.v1.customers.list_async({"email": word, "limit": 2})
    assert ([one.id for one in first.data], first.has_more) == (made[:2:-1], True)
    rest = await processor.v1.customers.list_async({"email": word, "limit": 2, "starting_after": first.data[-1].id})
    assert [one.id for one in rest.data] == [made[2], made[1]]
    back = await processor.v1.customers.list_async({"email": word, "limit": 2, "ending_before": rest.data[0].id})
    assert [one.id for one in back.data] == made[:2:-1]
    every = [one.id async for one in first.auto_paging_iter()]
    assert every == made[::-1]


async def test_metadata_is_merged_and_unset_key_by_key(processor: Processor) -> None:
    made = await processor.v1.customers.create_async({"metadata": {"a": "1", "b": "2"}})
    after = await processor.v1.customers.update_async(made.id, {"metadata": {"b": "", "c": "3"}})
    assert after.metadata.to_dict() == {"a": "1", "c": "3"}


async def test_what_happened_is_told(processor: Processor) -> None:
    made = await processor.v1.products.create_async({"name": processor.fresh("product")})
    found = await processor.until(
        lambda: processor.v1.events.list_async({"type": "product.created", "limit": 20}),
        lambda answer: [one for one in answer.data if one.data.object["id"] == made.id],
    )
    (event,) = [one for one in found.data if one.data.object["id"] == made.id]
    processor.fits(event)
    assert event.api_version is not None


async def test_an_address_that_is_told_gets_a_secret_once(processor: Processor) -> None:
    made = await processor.v1.webhook_endpoints.create_async(
        {"url": "https://example.org/told", "enabled_events": ["charge.succeeded"]}
    )
    assert made.secret.startswith("whsec_")
    seen = await processor.v1.webhook_endpoints.retrieve_async(made.id)
    assert seen.status == "enabled"
    gone = await processor.v1.webhook_endpoints.delete_async(made.id)
    assert gone.deleted is True
