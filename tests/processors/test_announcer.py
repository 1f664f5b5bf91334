"""Order events become messages once, whoever else is announcing."""

from __future__ import annotations

import asyncio
import json

import pytest

from processors.announcer import MAX_ATTEMPTS, announce_once
from tests.processors.shop import CUSTOMER, MILANO, ZAMPA, Shop


async def test_announcers_at_the_same_time_tell_each_event_once(shop: Shop) -> None:
    for n in range(5):
        await shop.order(("T01", 1), phone=f"39347000000{n}")
    told = await asyncio.gather(
        *[announce_once(shop.services.store, shop.services.settings) for _ in range(4)]
    )
    assert sum(told) == 10
    assert [len(await shop.heard(phone)) for phone in (MILANO, ZAMPA)] == [5, 5]
    assert await announce_once(shop.services.store, shop.services.settings) == 0


async def test_a_customers_news_come_in_order(shop: Shop) -> None:
    code = await shop.order(("T01", 1))
    await shop.tap(ZAMPA, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    for words in ("sto preparando", "pronto", "in consegna", "consegnato"):
        await shop.say(ZAMPA, words)
    await shop.announce()
    *steps, delivered = [bubble["template"] for bubble in await shop.heard(CUSTOMER)]
    assert [step["params"][1] for step in steps] == [
        "accettato da Zampa Felice",
        "in preparazione",
        "pronto per la consegna",
        "in consegna",
    ]
    assert (delivered["name"], delivered["params"][3]) == (
        "ricevuta_ordine",
        "pagato in contanti alla consegna",
    )
    assert "else" not in delivered


async def test_a_receipt_is_short_where_its_template_is_not_approved(shop: Shop) -> None:
    await shop.admin.execute(
        "update message_templates set status = 'REJECTED' where name = 'ricevuta_ordine' and language = 'it'"
    )
    code = await shop.order(("T01", 1))
    await shop.tap(ZAMPA, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    await shop.say(ZAMPA, "consegnato")
    await shop.announce()
    template = (await shop.heard(CUSTOMER))[-1]["template"]
    assert template == {"name": "stato_ordine", "language": "it", "params": [code, "consegnato"]}


async def test_an_event_without_a_text_is_tried_again_and_then_closed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    await shop.order(("T01", 1))
    broken = json.dumps([{"name": "Segreto"}])
    await shop.admin.execute("update market_orders set lines = $1::jsonb where code <> 'D1000'", broken)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert await announce_once(shop.services.store, shop.services.settings) == 0, attempt
        await shop.admin.execute("update order_events set run_at = now()")
    assert await announce_once(shop.services.store, shop.services.settings) == 2
    assert await shop.heard(ZAMPA) == []
    assert (
        await shop.value(
            "select count(*) from order_events where announced_at is null and audience is not null"
        )
        == 0
    )
    assert "offer_made" in caplog.text
    assert "Segreto" not in caplog.text


async def test_a_dealer_without_a_number_stops_nobody(shop: Shop) -> None:
    await shop.order(("T01", 1))
    await shop.admin.execute("delete from rider_contacts where contact_value = $1", MILANO)
    assert await announce_once(shop.services.store, shop.services.settings) == 2
    assert len(await shop.heard(ZAMPA)) == 1
