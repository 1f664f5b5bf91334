"""How the day went, asked for and told in the evening, with the database's numbers."""

from __future__ import annotations

import asyncio
import json

import pytest

from processors.dealer.words import verb_of
from processors.dealer_days import tell_once
from tests.processors.shop import MILANO, ZAMPA, Shop

SHAMPOO = ("T01", 2)


async def delivered(shop: Shop) -> str:
    code = await shop.order(SHAMPOO)
    await shop.tap(ZAMPA, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    order = await shop.value("select id from market_orders where code = $1", code)
    assert (await shop.tap(ZAMPA, f"status:delivered:{order}")).outcomes == ["updated"]
    return code


async def test_a_day_is_told_from_the_database(shop: Shop) -> None:
    await delivered(shop)
    second = await shop.order(SHAMPOO)
    await shop.say(ZAMPA, f"rifiuto {second}")
    told = await shop.say(ZAMPA, "com'è andata oggi?")
    price = await shop.value("select price * 2 from products where sku = 'T01'")
    for words in (
        "Ordini accettati: 1",
        "Consegnati: 1",
        f"{price:.2f}".replace(".", ","),
        "rifiutati: 1",
        "(2)",
    ):
        assert words in told.text, words
    assert told.decision.intent == "dealer_day"
    # The one who lost both times hears of those.
    assert "andati ad altri: 1" in (await shop.say(MILANO, "riepilogo")).text
    assert "nessun ordine" in (await shop.say(ZAMPA, "riepilogo di ieri")).text


async def test_the_evening_tells_each_dealer_once(shop: Shop) -> None:
    await delivered(shop)
    assert await tell_once(shop.services.store) == 0
    await shop.admin.execute("update businesses set limits = limits || '{\"dealer_summary\": 1}'")
    # The shop has closed by now, wherever the clock stands.
    week = {day: ["00:00", "00:01"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    await shop.admin.execute("update dealers set hours = $1::text::jsonb", json.dumps(week))
    told = await asyncio.gather(*(tell_once(shop.services.store) for _ in range(3)))
    # Zampa delivered one, Milano came too late; who was asked nothing hears nothing.
    assert sum(told) == 2
    assert await tell_once(shop.services.store) == 0
    summary = (await shop.heard(ZAMPA))[-1]
    assert "Consegnati: 1" in summary["text"]
    assert summary["template"]["name"] == "riepilogo_giornata"
    assert len(summary["template"]["params"]) == 4


async def test_an_open_shop_is_not_told_yet(shop: Shop) -> None:
    await delivered(shop)
    await shop.admin.execute("update businesses set limits = limits || '{\"dealer_summary\": 1}'")
    ends = await shop.rows(
        "select private.day_ends(d, b, '2026-11-23') at time zone b.timezone as at, "
        "private.day_ends(d, jsonb_populate_record(b, '{\"hours\": {}}'), '2026-11-23') at time zone b.timezone "
        "as usual "
        "from dealers d join businesses b on b.id = d.business_id limit 1"
    )
    assert f"{ends[0]['usual']:%H:%M}" == "21:00"
    late = json.dumps({"mon": [["09:00", "13:00"], ["15:00", "19:30"]]})
    await shop.admin.execute("update dealers set hours = $1::text::jsonb", late)
    closing = await shop.value(
        "select private.day_ends(d, b, '2026-11-23') at time zone b.timezone from dealers d "
        "join businesses b on b.id = d.business_id limit 1"
    )
    assert f"{closing:%H:%M}" == "19:30"


@pytest.mark.parametrize(
    "words",
    [
        "riepilogo",
        "com'è andata oggi?",
        "quanto ho incassato?",
        "how did it go today?",
        "summary",
        "ringkasan hari ini",
    ],
)
def test_the_question_is_known(words: str) -> None:
    assert verb_of(words) == "day"
