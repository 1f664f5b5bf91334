"""After the yes: changed, taken back, noted, ordered again, asked about; and what is ordered at night."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from processors.customer.hours import is_open
from processors.language.clock import DAYS
from tests.factories import make_business
from tests.flows.phone import Answer, Phone
from tests.flows.test_customer_delivery import told

ROME = ZoneInfo("Europe/Rome")


async def order(phone: Phone, *skus: str) -> Answer:
    for sku in skus or ("T06",):
        summary = await phone.tap(await phone.add_id(sku))
    return await phone.tap(summary.choice("Conferma"))


async def reserved(phone: Phone, sku: str = "T06") -> int:
    return int(
        await phone.value(
            "select sum(s.reserved) from dealer_stock s join products p on p.id = s.product_id where p.sku = $1",
            sku,
        )
    )


async def accept(phone: Phone) -> None:
    await phone.admin.execute(
        "update market_orders m set status = 'accepted', dealer_id = holder_id, accepted_at = now(), rider_id = "
        "(select id from riders order by name limit 1) from whatsapp_order_relays r where r.id = m.relay_id "
        "and r.phone = $1 and m.status = 'offered'",
        phone.number,
    )


async def close(phone: Phone, *, opens_in: timedelta) -> None:
    """The shop is closed now and opens that much later, for a day."""
    opening = (datetime.now(ROME) + opens_in).replace(second=0, microsecond=0)
    hours = dict.fromkeys(DAYS) | {DAYS[opening.weekday()]: [f"{opening:%H:%M}", "24:00"]}
    await phone.admin.execute("update businesses set hours = $1::text::jsonb", json.dumps(hours))


async def open_now(phone: Phone) -> None:
    await phone.admin.execute("update businesses set hours = '{}'")
    await phone.admin.execute(
        "update whatsapp_order_relays set held_until = now() where held_until is not null"
    )


@pytest.mark.parametrize("words", ["modifica l'ordine", "vorrei cambiare il mio ordine", None])
async def test_an_order_nobody_accepted_becomes_the_cart_again(phone: Phone, words: str | None) -> None:
    placed = await order(phone, "T06", "H17")
    before = await reserved(phone)
    again = await (phone.say(words) if words else phone.tap(placed.choice("Modifica")))
    assert again.outcomes == ("reopened",)
    assert len(again.bubbles) == 1
    assert [line[:2] for line in await phone.cart()] == [("T06", 1), ("H17", 1)]
    assert await reserved(phone) == before - 1
    offers = await phone.rows(
        "select distinct o.outcome from order_offers o join market_orders m on m.id = o.market_order_id "
        "join whatsapp_order_relays r on r.id = m.relay_id where r.phone = $1",
        phone.number,
    )
    assert [o["outcome"] for o in offers] == ["lost"]
    left = await phone.tap(again.choice("Togli Guanto"))
    assert "Via Torino 21" in left.text
    assert (await phone.tap(left.choice("Conferma"))).outcomes == ("created",)
    assert await reserved(phone) == before - 1
    assert [r["status"] for r in await phone.relays()].count("created") == 1
    due = await phone.rows(
        "select p.status from payments p join whatsapp_order_relays r on r.id = p.relay_id "
        "where r.phone = $1 order by p.created_at",
        phone.number,
    )
    assert [p["status"] for p in due] == ["failed", "due"]


async def test_what_was_put_into_the_cart_meanwhile_stays(phone: Phone) -> None:
    await order(phone, "T06")
    [relay] = await phone.relays()
    conversation = await phone.conversation()
    await phone.admin.execute(
        "update carts set lines = (select jsonb_build_array(jsonb_build_object('product_id', id, 'quantity', 2, "
        "'variant', '{}'::jsonb)) from products where sku = 'T06') where conversation_id = $1",
        conversation,
    )
    result = await phone.value(
        "select private.run_action(c, 'reopen_order', jsonb_build_object('relay_id', $2::text)) ->> 'outcome' "
        "from whatsapp_conversations c where c.id = $1",
        conversation,
        str(relay["id"]),
    )
    assert result == "reopened"
    assert await phone.cart() == [("T06", 3, {})]


async def test_an_accepted_order_is_changed_by_a_person(phone: Phone) -> None:
    placed = await order(phone)
    await accept(phone)
    late = await phone.tap(placed.choice("Modifica"))
    assert late.outcomes == ("too_late",)
    assert "collega" in late.text
    assert await phone.escalations() == ["order_change"]
    assert await phone.cart() == []


async def test_a_note_is_in_the_summary_and_reaches_who_brings_it(phone: Phone) -> None:
    await phone.tap(await phone.add_id("T06"))
    summary = await phone.say("suonare al secondo piano")
    assert "Nota: Suonare al secondo piano" in summary.text
    await phone.tap(summary.choice("Conferma"))
    note = await phone.value(
        "select m.note from market_orders m join whatsapp_order_relays r on r.id = m.relay_id where r.phone = $1",
        phone.number,
    )
    assert note == "Suonare al secondo piano"
    await accept(phone)
    changed = await phone.say("nota: citofono Rossi")
    assert changed.outcomes == ("noted",)
    assert "Citofono Rossi" in changed.text
    assert await phone.value("select count(*) from notifications where kind = 'note_changed'") == 1
    dealer = await phone.value(
        "select c.contact_value from rider_contacts c join market_orders m on m.dealer_id = c.dealer_id "
        "join whatsapp_order_relays r on r.id = m.relay_id where r.phone = $1",
        phone.number,
    )
    assert "📝 Citofono Rossi" in await told(phone, dealer)


async def test_the_last_order_again_tells_what_is_dearer_or_gone(phone: Phone) -> None:
    await order(phone, "T06", "H17", "H13")
    await phone.admin.execute("update products set price = price + 1 where sku = 'T06'")
    await phone.admin.execute("update products set active = false where sku = 'H13'")
    again = await phone.say("come l'altra volta")
    assert again.outcomes == ("proposed",)
    assert "Guanto leva pelo ora costa 9,90 €, prima 8,90 €" in again.text
    assert "Rullo leva pelucchi non è più in vendita" in again.text
    assert [line[:2] for line in await phone.cart()] == [("T06", 1), ("H17", 1)]


@pytest.mark.parametrize(
    "words", ["the usual please", "pesan lagi yang kemarin", "vorrei il solito", "order again"]
)
async def test_again_in_other_words(phone: Phone, words: str) -> None:
    await order(phone, "T06")
    assert (await phone.say(words)).outcomes == ("proposed",)
    assert await phone.cart() == [("T06", 1, {})]


async def test_who_never_ordered_is_told_so(phone: Phone) -> None:
    assert "non vedo ancora ordini" in (await phone.say("il solito")).text.lower()


async def test_the_state_tells_where_who_and_when(phone: Phone) -> None:
    await order(phone)
    await accept(phone)
    await phone.admin.execute(
        "update market_orders set accepted_at = '2026-11-20T16:00:00Z' where status = 'accepted'"
    )
    late = await phone.say("dov'è il mio ordine?")
    for words in ("Via Torino 21, 20123 Milano", "Rider: Anna Ferri", "17:45", "ritardo"):
        assert words in late.text
    await phone.admin.execute("update market_orders set accepted_at = now() where status = 'accepted'")
    now = datetime.now(UTC).astimezone(ROME)
    soon = await phone.say("dov'è il mio ordine?")
    assert "Arrivo previsto tra le" in soon.text
    assert f"{now + timedelta(minutes=25):%H}:" in soon.text


async def test_an_order_of_the_night_keeps_its_goods_and_goes_out_once(phone: Phone) -> None:
    await close(phone, opens_in=timedelta(days=1))
    before = await reserved(phone)
    summary = await phone.tap(await phone.add_id("T06"))
    assert "Ora siamo chiusi" in summary.text
    held = await phone.tap(summary.choice("Conferma"))
    assert held.outcomes == ("held",)
    assert "domani alle" in held.text
    assert await reserved(phone) == before + 1
    [market] = await phone.orders()
    assert market["status"] == "held"
    assert (
        await phone.value("select count(*) from order_offers where market_order_id = $1", market["id"]) == 0
    )
    assert await phone.value("select release_held_orders()") == 0
    assert "parte domani alle" in (await phone.say("dov'è il mio ordine?")).text
    await open_now(phone)
    assert await phone.value("select release_held_orders()") == 1
    assert await phone.value("select release_held_orders()") == 0
    [market] = await phone.orders()
    assert market["status"] == "offered"
    assert await phone.value("select count(*) from order_offers where market_order_id = $1", market["id"]) > 0
    assert (await told(phone, phone.number)).count("Siamo aperti") == 1


async def test_an_order_of_the_night_is_taken_back(phone: Phone) -> None:
    await close(phone, opens_in=timedelta(days=1))
    before = await reserved(phone)
    held = await order(phone)
    cancelled = await phone.tap(held.choice("Annulla ordine"))
    assert cancelled.outcomes == ("cancelled",)
    assert await reserved(phone) == before
    await open_now(phone)
    assert await phone.value("select release_held_orders()") == 0
    assert "Siamo aperti" not in await told(phone, phone.number)


async def test_dealers_who_paused_over_night_keep_no_goods(phone: Phone) -> None:
    await close(phone, opens_in=timedelta(days=1))
    before = await reserved(phone)
    await order(phone)
    await phone.admin.execute("update dealers set paused = true")
    await open_now(phone)
    await phone.value("select release_held_orders()")
    assert await reserved(phone) == before
    assert await phone.escalations() == ["no_dealer"]


@pytest.mark.parametrize("moment", ["2026-11-20T08:59", "2026-11-20T09:00", "2026-11-20T12:00", "2026-11-20T13:00",
                                    "2026-11-20T15:00", "2026-11-20T19:30",
                                    "2026-11-21T23:00", "2026-12-24T20:00", "2026-03-28T20:00"])  # fmt: skip
async def test_sql_and_python_read_the_same_hours(phone: Phone, moment: str) -> None:
    hours: dict[str, Any] = {day: ["09:00", "19:30"] for day in DAYS}
    hours |= {"sun": None, "closed": ["2026-12-25", "2026-12-26"]}
    hours["fri"] = [["09:00", "13:00"], ["15:00", "19:30"]]
    await phone.admin.execute("update businesses set hours = $1::text::jsonb", json.dumps(hours))
    at = datetime.fromisoformat(moment).replace(tzinfo=ROME)
    is_open_there = await phone.value(
        "select private.opens_by(hours, timezone, $1) = $1 from businesses limit 1", at
    )
    assert is_open_there == is_open(make_business(hours=hours), at)


@pytest.mark.parametrize(
    ("words", "cart"),
    [
        ("modifica l'ordine, metti 3 candele alla lavanda", [("T06", 1), ("H01", 3)]),
        ("change my order and add 2 lavender candles", [("T06", 1), ("H01", 2)]),
        ("modifica l'ordine: togli il guanto e metti 2 candele alla lavanda", [("H01", 2)]),
    ],
)
async def test_what_is_said_beside_modifica_is_done_as_well(
    phone: Phone, words: str, cart: list[tuple[str, int]]
) -> None:
    await order(phone, "T06")
    before = await reserved(phone)
    again = await phone.say(words)
    assert again.outcomes[0] == "reopened"
    assert [line[:2] for line in await phone.cart()] == cart
    assert await reserved(phone) == before - 1
    if again.outcomes[-1] == "proposed":
        assert (await phone.tap(again.choice("Conferma" if "modifica" in words else "Confirm"))).outcomes == (
            "created",
        )


async def test_a_short_wish_with_unknown_words_is_no_call_for_help(phone: Phone) -> None:
    for words in ("saya mau sampo kering", "saya mau 2 sampo kering"):
        await phone.say(words)
    assert await phone.escalations() == []
