"""The simulated Stripe, asked with Stripe's own library."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from devstack.simulators.app import create_app
from devstack.simulators.config import Config
from tests.devstack.simulators.serving import serving

SECRET = "whsec_simulated"


class Shop:
    """A client of the simulated account, and the events that were verified."""

    def __init__(self, url: str, events: list[dict[str, Any]]) -> None:
        self.events = events
        self.http = httpx.AsyncClient(base_url=url, trust_env=False)
        self._wire = stripe.HTTPXClient(timeout=10)
        self.stripe = stripe.StripeClient(
            "sk_test_1",
            base_addresses={"api": f"{url}/stripe"},
            http_client=self._wire,
            max_network_retries=0,
        ).v1

    async def close(self) -> None:
        await self.http.aclose()
        await self._wire.close_async()  # type: ignore[no-untyped-call]  # Stripe's library has no types here.

    async def page(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        params: Any = {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 2,
                    "price_data": {
                        "currency": "eur",
                        "unit_amount": 640,
                        "product_data": {"name": "Candela"},
                    },
                }
            ],
            "success_url": "https://wa.me/1",
            **changes,
        }
        options: stripe.RequestOptions = {"idempotency_key": key} if key else {}
        return (await self.stripe.checkout.sessions.create_async(params, options)).to_dict()


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """Takes in events as the service does: only what the library verifies."""
    taken: list[dict[str, Any]] = []

    async def take(request: Request) -> Response:
        body = await request.body()
        found = stripe.Webhook.construct_event(body, request.headers["stripe-signature"], SECRET)
        taken.append(found.to_dict())
        return Response(status_code=200)

    async with serving(Starlette(routes=[Route("/", take, methods=["POST"])])) as url:
        yield url, taken


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with receiver() as (to, events):
        environ = {
            "SIMULATORS_APP_SECRET": "unused",
            "SIMULATORS_STRIPE_WEBHOOK_URL": to,
            "SIMULATORS_STRIPE_WEBHOOK_SECRET": SECRET,
        }
        async with serving(create_app(Config.from_environment(environ))) as url:
            opened = Shop(url, events)
            yield opened
            await opened.close()


async def test_a_page_is_paid_and_refunded_with_signed_events(shop: Shop) -> None:
    page = await shop.page()
    assert (page["amount_total"], page["status"]) == (1280, "open")
    assert "Pay 12.80 EUR" in (await shop.http.get(page["url"])).text
    assert (await shop.http.post(page["url"], data={"card": "4000000000000002"})).status_code == 402
    assert "Paid" in (await shop.http.post(page["url"], data={"card": "4242424242424242"})).text
    found = (await shop.stripe.checkout.sessions.retrieve_async(page["id"])).to_dict()
    assert (found["status"], found["payment_status"]) == ("complete", "paid")
    refund = await shop.stripe.refunds.create_async(
        {"payment_intent": found["payment_intent"], "amount": 280}
    )
    assert refund.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError):
        await shop.stripe.refunds.create_async({"payment_intent": found["payment_intent"], "amount": 1001})
    end = time.monotonic() + 30
    while len(shop.events) < 2 and time.monotonic() < end:
        await shop.http.get("/health")
    assert [e["type"] for e in shop.events] == ["checkout.session.completed", "charge.refunded"]
    assert shop.events[1]["data"]["object"]["amount_refunded"] == 280


async def test_the_same_key_is_the_same_page_and_never_another_request(shop: Shop) -> None:
    first = await shop.page("k1")
    assert (await shop.page("k1"))["id"] == first["id"]
    assert (await shop.page("k2"))["id"] != first["id"]
    with pytest.raises(stripe.IdempotencyError):
        await shop.page("k1", locale="it")


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"expires_at": int(time.time()) + 60}, "expires_at"),
        ({"success_url": "nowhere"}, "success_url"),
        ({"locale": "xx"}, "locale"),
        ({"line_items": []}, "line_items"),
    ],
)
async def test_what_stripe_refuses_is_refused(shop: Shop, changes: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await shop.page(**changes)
    assert refused.value.param == param


async def test_faults_are_those_of_the_library(shop: Shop) -> None:
    kinds = {
        "rate_limit": stripe.RateLimitError,
        "server": stripe.APIError,
        "key": stripe.AuthenticationError,
        "refused": stripe.InvalidRequestError,
        "lost_request": stripe.APIConnectionError,
        "lost_answer": stripe.APIConnectionError,
    }
    await shop.http.post("/stripe/_control", json={"fail_next": [{"kind": kind} for kind in kinds]})
    for error in kinds.values():
        with pytest.raises(error):
            await shop.page("k")
    assert (await shop.page("k"))["status"] == "open"
    assert (await shop.http.post("/stripe/_act/none", json={"do": "pay"})).status_code == 404
    assert (await shop.http.post("/stripe/_act/none", json={"do": "dance"})).status_code == 422
    unpaid = (await shop.page("k"))["id"]
    for act in ("refund", "bank_paid", "dispute"):
        told = await shop.http.post(f"/stripe/_act/{unpaid}", json={"do": act})
        assert (told.status_code, "Nothing was paid" in told.text) == (400, True), act


async def test_a_closed_page_can_be_neither_paid_nor_closed_again(shop: Shop) -> None:
    page = await shop.page()
    assert (await shop.stripe.checkout.sessions.expire_async(page["id"])).status == "expired"
    assert "expired" in (await shop.http.post(page["url"], data={"card": "4242424242424242"})).text
    with pytest.raises(stripe.InvalidRequestError):
        await shop.stripe.checkout.sessions.expire_async(page["id"])
