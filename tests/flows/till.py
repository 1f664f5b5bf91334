"""Payments by card end to end: a customer's phone, the cashier, a simulated Stripe, and the api it reports to."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from postgrest import AsyncPostgrestClient
from pydantic import SecretStr

from api.app import create_app as create_api
from devstack.simulators.app import create_app as create_simulators
from devstack.simulators.config import Config
from processors.announcer import announce_once
from processors.payments.cashier import Cashier, open_cashier
from processors.services import open_services
from processors.settings import Settings
from processors.store import Store
from tests.devstack.simulators.serving import serving
from tests.fixtures.cluster import Database
from tests.fixtures.gateway import RunningGateway, run_gateway
from tests.flows.phone import Answer, Phone, index_products
from tests.processors.conftest import settings_for

SECRET = "whsec_of_the_tests"
PATIENCE_SECONDS = 30


@dataclass(kw_only=True)
class Till:
    """What a test of payments holds in its hands."""

    phone: Phone
    gateway: RunningGateway
    cashier: Cashier
    settings: Settings
    stripe: httpx.AsyncClient
    api: httpx.AsyncClient
    log_from: int = 0
    """Number of the first request of this test in Stripe's log."""

    async def staff(self, role: str) -> AsyncPostgrestClient:
        """The desk of somebody of the seeded business."""
        user = await self.phone.value(
            "select user_id::text from staff where role = $1 and active order by created_at limit 1", role
        )
        token = self.gateway.user_token(user)
        return (await self.gateway.client(self.gateway.anon_key, token=token)).postgrest

    async def order(self, *skus: str, way: str = "Con carta") -> Answer:
        """An order confirmed with a way of paying."""
        for sku in skus or ("T06",):
            summary = await self.phone.tap(await self.phone.add_id(sku))
        asked = await self.phone.tap(summary.choice("Conferma"))
        return await self.phone.tap(asked.choice(way))

    async def work(self) -> None:
        """The cashier's and the announcer's work until nothing is due."""
        while (await self.cashier.step()).done:
            pass
        while await announce_once(self.phone.services.store, self.settings):
            pass

    async def paid(self, *skus: str) -> str:
        """An order whose page was paid and reported. Returns the session's id."""
        await self.order(*skus)
        await self.work()
        session = await self.session()
        await self.act("pay")
        await self.until(lambda: self.status(), "paid")
        await self.work()
        return session

    async def act(self, do: str, **more: Any) -> dict[str, Any]:
        """Something happens on Stripe's side."""
        answer = await self.stripe.post(f"/stripe/_act/{await self.session()}", json={"do": do, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def switch(self, **control: Any) -> None:
        (await self.stripe.post("/stripe/_control", json=control)).raise_for_status()

    async def fail(self, *kinds: str) -> None:
        await self.switch(fail_next=[{"kind": kind} for kind in kinds])

    async def asked(self, path: str) -> list[dict[str, Any]]:
        """Requests that Stripe received, by the end of their path."""
        log: list[dict[str, Any]] = (
            await self.stripe.get("/stripe/_log", params={"since": self.log_from})
        ).json()
        return [entry for entry in log if entry["path"].endswith(path)]

    async def payment(self) -> dict[str, Any]:
        """The customer's latest payment by card."""
        row = await self.phone.admin.fetchrow(
            "select p.* from payments p join whatsapp_order_relays r on r.id = p.relay_id "
            "where r.phone = $1 and p.provider = 'stripe' order by p.created_at desc limit 1",
            self.phone.number,
        )
        assert row is not None
        return dict(row)

    async def status(self) -> str:
        return str((await self.payment())["status"])

    async def session(self) -> str:
        return str((await self.payment())["session_id"])

    async def heard(self) -> list[dict[str, Any]]:
        """Bubbles that were announced to the customer, oldest first."""
        rows = await self.phone.rows(
            "select payload from whatsapp_messages where conversation_id = $1 and author = 'system' order by sequence",
            await self.phone.conversation(),
        )
        return [json.loads(row["payload"]) for row in rows]

    async def state_of(self, session: str) -> str:
        """What Stripe says of a session."""
        path = f"/stripe/v1/checkout/sessions/{session}"
        return str((await self.stripe.get(path, headers={"Authorization": "Bearer x"})).json()["status"])

    async def refunds(self) -> list[tuple[str, int]]:
        rows = await self.phone.rows(
            "select f.state, f.amount_minor from payment_refunds f join payments p on p.id = f.payment_id "
            "join whatsapp_order_relays r on r.id = p.relay_id where r.phone = $1 order by f.created_at",
            self.phone.number,
        )
        return [(row["state"], row["amount_minor"]) for row in rows]

    async def report(self, body: bytes, signature: str | None) -> httpx.Response:
        """A webhook as somebody posts it."""
        headers = {"Stripe-Signature": signature} if signature is not None else {}
        return await self.api.post("/functions/v1/stripe-webhook", content=body, headers=headers)

    async def look(self) -> None:
        """The page is due to be looked at, and is."""
        await self.make_due("payments", "task is not null")
        await self.work()

    async def hurry(self) -> None:
        """What waits for its next try is tried, until nothing is left to try."""
        for _ in range(20):
            await self.make_due("payments", "task = 'create'")
            await self.make_due("payment_refunds", "state = 'pending'")
            if not (await self.cashier.step()).done:
                break
        await self.work()

    async def make_due(self, table: str, which: str) -> None:
        key = "id" if table == "payments" else "payment_id"
        await self.phone.admin.execute(
            f"update {table} set run_at = now() where {which} and {key} in (select p.id from payments p "
            "join whatsapp_order_relays r on r.id = p.relay_id where r.phone = $1)",
            self.phone.number,
        )

    async def until(self, read: Callable[[], Awaitable[Any]], wanted: Any) -> None:
        """Wait for what a webhook brings."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (found := await read()) != wanted:
            assert time.monotonic() < end, f"still {found!r}, not {wanted!r}"
            await asyncio.sleep(0.02)


@asynccontextmanager
async def open_till(database: Database, folder: Path) -> AsyncIterator[Till]:
    """A till for a seeded database that several customers share one after the other."""
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(run_gateway(database, folder))
        settings = settings_for(
            gateway,
            stripe_secret_key=SecretStr("sk_test_of_the_tests"),
            stripe_webhook_secrets=f"whsec_old, {SECRET}",
        )
        api_url = await stack.enter_async_context(serving(create_api(settings)))
        environ = {
            "SIMULATORS_APP_SECRET": "unused",
            "SIMULATORS_STRIPE_WEBHOOK_URL": f"{api_url}/functions/v1/stripe-webhook",
            "SIMULATORS_STRIPE_WEBHOOK_SECRET": SECRET,
        }
        simulators = create_simulators(Config.from_environment(environ))
        stripe_url = await stack.enter_async_context(serving(simulators))
        settings = settings.model_copy(update={"stripe_api_url": f"{stripe_url}/stripe"})
        admin = await stack.enter_async_context(
            asyncpg.create_pool(database.admin_url, min_size=1, max_size=4)
        )
        store = Store(await gateway.client())
        services = await stack.enter_async_context(open_services(settings, store=store))
        await index_products(services)
        cashier = await stack.enter_async_context(open_cashier(store, settings))
        assert cashier is not None
        stripe, api = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False))
            for url in (stripe_url, api_url)
        ]
        phone = Phone(services, admin)
        yield Till(phone=phone, gateway=gateway, cashier=cashier, settings=settings, stripe=stripe, api=api)


async def next_customer(till: Till) -> Till:
    """The same till for somebody else: both ways on offer, the shop open, nothing fails."""
    admin = till.phone.admin
    await admin.execute("update businesses set payment_methods = '{cash_on_delivery,stripe}', hours = '{}'")
    await admin.execute("update dealer_stock set on_hand = 500")
    await till.switch(fail_next=None, events=None, event_delay_ms=None)
    # What the ones before left to be done, now or later, must not meet this one's faults.
    await till.work()
    for left, which in (("payments", "task is not null"), ("payment_refunds", "state = 'pending'")):
        await admin.execute(f"update {left} set run_at = now() + interval '1 day' where {which}")
    phone = Phone(replace(till.phone.services, settings=till.settings), admin)
    await phone.lives()
    log = await till.stripe.get("/stripe/_log")
    return replace(till, phone=phone, log_from=int(log.headers["X-Log-Next"]))
