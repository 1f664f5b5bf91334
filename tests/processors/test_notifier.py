"""From an event in the database to a push, once per device."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from processors.notifier import MAX_ATTEMPTS, deliver_once
from processors.push.fcm import close_clients
from processors.settings import Settings
from tests.processors.firebase import Firebase
from tests.processors.shop import ZAMPA, Shop

STATES = (
    "select v.value, d.status, d.attempts, d.error, d.external_id, v.disabled_reason, d.run_at > now() as later "
    "from notification_deliveries d join devices v on v.id = d.device_id order by v.value"
)


class Pushes:
    """The notifier beside the shop."""

    def __init__(self, shop: Shop, firebase: Firebase) -> None:
        self.shop = shop
        self.firebase = firebase
        changes = {
            "fcm_project_id": "relaydesk-test",
            "fcm_api_url": firebase.url,
            "desk_url": "https://d.example",
        }
        self.settings: Settings = shop.services.settings.model_copy(update=changes)

    async def deliver(self) -> int:
        return await deliver_once(self.shop.services.store, self.settings)

    async def notify(self, kind: str = "new_order", *, rider: str | None = "131", key: str = "k1") -> Any:
        """Record a notification as the service does."""
        data = {"market_order_id": "m1", "order_code": "D1042", "conversation_id": "c1"}
        return await self.shop.services.store.call(
            "send_notification",
            {
                "p_business_id": "00000000-0000-4000-8000-000000000001",
                "p_kind": kind,
                "p_audience": "rider" if rider else "support",
                "p_rider_id": f"00000000-0000-4000-8000-000000000{rider}" if rider else None,
                "p_data": data,
                "p_dedupe_key": key,
            },
        )

    async def states(self) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.shop.rows(STATES)]

    async def second_device(self, value: str = "second-phone") -> None:
        await self.shop.admin.execute(
            "insert into devices (business_id, rider_id, kind, value) select business_id, rider_id, 'fid', $1 "
            "from devices where value = 'seed-rider-anna-phone'",
            value,
        )


@pytest_asyncio.fixture
async def pushes(shop: Shop, firebase: Firebase) -> AsyncIterator[Pushes]:
    yield Pushes(shop, firebase)
    await asyncio.to_thread(close_clients)


async def test_an_accepted_order_rings_at_its_rider_once(pushes: Pushes) -> None:
    shop = pushes.shop
    code = await shop.order(("T01", 1))
    await shop.tap(ZAMPA, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    assert await pushes.deliver() == 1
    assert await pushes.deliver() == 0
    (message,) = await pushes.firebase.messages()
    order = await shop.value("select id::text from market_orders where code = $1", code)
    rider = await shop.value("select rider_id::text from market_orders where code = $1", code)
    device = await shop.value("select value from devices where rider_id::text = $1", rider)
    assert message["token"] == device
    assert message["notification"]["title"] == f"Nuovo ordine {code}"
    assert message["data"]["market_order_id"] == order
    assert message["webpush"]["fcm_options"]["link"] == f"https://d.example/?order={order}"
    (state,) = await pushes.states()
    assert (state["status"], state["error"]) == ("sent", None)
    assert state["external_id"].startswith("projects/relaydesk-test/messages/")


async def test_support_hears_of_deliveries_failures_and_escalations(pushes: Pushes) -> None:
    shop = pushes.shop
    code = await shop.order(("T01", 1))
    await shop.tap(ZAMPA, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    await shop.say(ZAMPA, "consegnato")
    await shop.say(ZAMPA, "operatore")
    await pushes.notify("failed_message", rider=None)
    assert await pushes.deliver() == 4
    kinds = {message["data"]["kind"] for message in await pushes.firebase.messages()}
    assert kinds == {"new_order", "delivered", "escalation", "failed_message"}


async def test_a_dead_device_is_disabled_and_asked_no_more(pushes: Pushes) -> None:
    await pushes.second_device()
    await pushes.firebase.http.post("/fcm/_control", json={"dead_tokens": ["seed-rider-anna-phone"]})
    await pushes.notify()
    assert await pushes.deliver() == 2
    dead, alive = sorted(await pushes.states(), key=lambda s: s["value"] == "second-phone")
    assert (dead["status"], dead["error"], dead["disabled_reason"]) == (
        "failed",
        "UNREGISTERED",
        "UNREGISTERED",
    )
    assert (alive["status"], alive["disabled_reason"]) == ("sent", None)
    assert (await pushes.notify(key="k2"))["devices"] == 1


async def test_a_retry_touches_only_the_device_that_failed(pushes: Pushes) -> None:
    await pushes.second_device("unavailable-phone")
    await pushes.notify()
    assert await pushes.deliver() == 2
    sent, failed = await pushes.states()
    assert sent["status"] == "sent"
    assert (failed["status"], failed["attempts"], failed["later"]) == ("pending", 1, True)
    assert await pushes.deliver() == 0
    await pushes.shop.admin.execute(
        "update devices set value = 'mended-phone' where value = 'unavailable-phone'"
    )
    await pushes.shop.admin.execute(
        "update notification_deliveries set run_at = now() where status = 'pending'"
    )
    assert await pushes.deliver() == 1
    assert [message.get("token") or message.get("fid") for message in await pushes.firebase.messages()] == [
        "seed-rider-anna-phone",
        "mended-phone",
    ]


async def test_an_endless_outage_ends_as_failed(pushes: Pushes) -> None:
    await pushes.firebase.fail(*["QUOTA_EXCEEDED"] * MAX_ATTEMPTS)
    await pushes.notify()
    for _ in range(MAX_ATTEMPTS):
        assert await pushes.deliver() == 1
        await pushes.shop.admin.execute(
            "update notification_deliveries set run_at = now() where status = 'pending'"
        )
    assert await pushes.deliver() == 0
    (state,) = await pushes.states()
    assert (state["status"], state["error"], state["disabled_reason"]) == ("failed", "QUOTA_EXCEEDED", None)


async def test_the_same_cause_pushes_once(pushes: Pushes) -> None:
    assert (await pushes.notify())["new"]
    assert not (await pushes.notify())["new"]
    assert await pushes.deliver() == 1


async def test_two_notifiers_share_the_work(pushes: Pushes) -> None:
    for n in range(20):
        await pushes.notify(key=f"k{n}")
    done = await asyncio.gather(*[pushes.deliver() for _ in range(3)])
    assert sum(done) == 20
    assert len(await pushes.firebase.messages()) == 20


async def test_without_a_project_pushes_wait(pushes: Pushes) -> None:
    await pushes.notify()
    off = pushes.settings.model_copy(update={"fcm_project_id": ""})
    assert await deliver_once(pushes.shop.services.store, off) == 0
    (state,) = await pushes.states()
    assert (state["status"], state["attempts"]) == ("pending", 0)
    assert await pushes.deliver() == 1


async def test_a_kind_nobody_defined_is_closed(pushes: Pushes) -> None:
    await pushes.notify("birthday")
    assert await pushes.deliver() == 1
    (state,) = await pushes.states()
    assert (state["status"], state["error"]) == ("failed", "UNKNOWN_KIND")
