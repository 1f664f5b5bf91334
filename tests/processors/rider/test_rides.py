"""The last mile as riders, customers and dealers see it."""

from __future__ import annotations

import uuid
from decimal import Decimal

import asyncpg
import pytest

from processors.language.money import money
from tests.processors.shop import ANNA, CUSTOMER, PAOLO, ZAMPA, Shop

DEALER_OF = (
    "select contact_value from rider_contacts r join market_orders m on m.dealer_id = r.dealer_id "
    "where m.code = $1"
)


async def given(shop: Shop, sku: str = "H01", phone: str = CUSTOMER) -> tuple[str, str]:
    """(code, id) of an order that a dealer accepted and that waits for its rider."""
    code = await shop.order((sku, 1), phone=phone)
    dealer = await shop.value(
        "select r.contact_value from order_offers o join market_orders m on m.id = o.market_order_id "
        "join rider_contacts r on r.dealer_id = o.dealer_id where m.code = $1 order by 1 limit 1",
        code,
    )
    assert (await shop.tap(dealer, f"offer:accept:{await shop.offer_of(dealer, code)}")).outcomes == [
        "accepted"
    ]
    await shop.announce()
    return code, str(await shop.value("select id from market_orders where code = $1", code))


async def state(shop: Shop, code: str) -> str:
    return str(await shop.value("select status from market_orders where code = $1", code))


async def last(shop: Shop, phone: str) -> str:
    await shop.announce()
    return str((await shop.heard(phone))[-1]["text"])


async def free(shop: Shop) -> None:
    """Take the seeded orders off the riders, so that Anna comes first."""
    await shop.admin.execute(
        "update market_orders set rider_id = null, accepted_at = now() - interval '2 days'"
    )


async def test_from_the_shop_to_the_door_and_the_receipt(shop: Shop) -> None:
    await free(shop)
    code, order = await given(shop)
    [card] = await shop.heard(ANNA)
    row = (await shop.rows("select total_price, delivery_fee from market_orders where code = $1", code))[0]
    fee, total = row["delivery_fee"], row["total_price"] + row["delivery_fee"]
    assert fee > 0
    for words in (code, "Via Solferino 5", "maps.google.com", money(total, "EUR", "it"), "contanti"):
        assert words in card["text"]
    # The number is the shop's business unless it lets its riders call.
    assert CUSTOMER not in card["text"]
    await shop.admin.execute("update contacts set name = 'Giulia Verdi' where phone = $1", CUSTOMER)
    await shop.admin.execute("update businesses set limits = limits || '{\"rider_phone\": 1}'")
    assert f"👤 Giulia Verdi · 📞 +{CUSTOMER}" in (await shop.say(ANNA, code)).text
    assert [b["title"] for b in card["buttons"]] == ["Ritirato", "Consegnato", "Non consegnato"]
    assert card["template"]["button_payloads"] == [b["id"] for b in card["buttons"]]

    assert (await shop.tap(ANNA, f"ride:out_for_delivery:{order}")).outcomes == ["updated"]
    assert (await shop.tap(ANNA, f"ride:out_for_delivery:{order}")).outcomes == ["already"]
    told = await last(shop, CUSTOMER)
    assert code in told
    assert "Arrivo previsto" in told
    assert (await shop.tap(ANNA, f"ride:delivered:{order}")).outcomes == ["updated"]
    # Whoever comes second hears that it is done; the customer hears it once.
    dealer = await shop.value(
        DEALER_OF,
        code,
    )
    assert (await shop.tap(dealer, f"status:delivered:{order}")).outcomes == ["already"]
    receipt = await last(shop, CUSTOMER)
    for words in (
        "consegnato",
        f"Ricevuta {code}",
        money(fee, "EUR", "it"),
        money(total, "EUR", "it"),
        "contanti",
    ):
        assert words in receipt
    heard = [bubble["text"] for bubble in await shop.heard(CUSTOMER)]
    assert len(heard) == len(set(heard)) == 3
    paid = await shop.rows(
        "select p.status, p.amount from payments p join market_orders m using (relay_id) where m.code = $1",
        code,
    )
    assert [tuple(r) for r in paid] == [("paid", Decimal(total))]


async def test_nobody_at_the_door(shop: Shop) -> None:
    await free(shop)
    code, order = await given(shop)
    await shop.tap(ANNA, f"ride:out_for_delivery:{order}")
    asked = await shop.tap(ANNA, f"ride:failed:{order}")
    assert asked.outcomes == []
    assert [i.split(":")[1] for i in asked.ids] == ["nobody_home", "wrong_address", "refused", "other"]
    assert (await shop.tap(ANNA, asked.id_of("nessuno"))).outcomes == ["updated"]
    assert (await shop.tap(ANNA, asked.id_of("nessuno"))).outcomes == ["already"]
    assert await state(shop, code) == "failed_delivery"
    assert "non ha trovato nessuno" in await last(shop, CUSTOMER)
    reasons = await shop.rows(
        "select reason from escalations where status = 'open' and detail like '%' || $1 || '%'", code
    )
    assert [r["reason"] for r in reasons] == ["failed_delivery"]
    # The piece is in the rider's bag: it is nobody else's to buy until a person decides.
    reserved = (
        "select sum(reserved) from dealer_stock s join products p on p.id = s.product_id where p.sku = 'H01'"
    )
    before = await shop.value(reserved)
    # They came home after all.
    assert (await shop.say(ANNA, f"consegnato {code}")).outcomes == ["updated"]
    assert await state(shop, code) == "delivered"
    assert await shop.value(reserved) == before - 1


async def test_riders_report_in_words(shop: Shop) -> None:
    await free(shop)
    code, _ = await given(shop)
    shown = await shop.say(ANNA, "i miei ordini")
    assert code in shown.text
    assert len(shown.ids) == 3
    assert (await shop.say(ANNA, f"ritirato {code}")).outcomes == ["updated"]
    asked = await shop.say(ANNA, "non consegnato")
    assert "cosa è successo" in asked.text
    # What is none of the reasons is a reason too; a person reads it.
    assert (await shop.say(ANNA, "il citofono è rotto")).outcomes == ["updated"]
    assert await state(shop, code) == "failed_delivery"
    assert "Non trovo" in (await shop.say(ANNA, "consegnato D999999")).text
    assert "in corso" in (await shop.say(ANNA, "consegnato")).text
    help_ = await shop.say(ANNA, "il cane abbaia")
    assert help_.ids == ["menu:orders"]
    assert "carrello" not in help_.text
    # A rider is called by the name the business has for them, and reads no privacy notice for customers.
    name, kind = (
        await shop.rows(
            "select k.name, c.conversation_type from whatsapp_conversations c "
            "join contacts k on k.id = c.contact_id where c.phone = $1",
            ANNA,
        )
    )[0]
    assert (name, kind) == ("Anna Ferri", "rider")


async def test_with_several_rides_the_rider_is_asked_which(shop: Shop) -> None:
    await free(shop)
    assert (await shop.say(PAOLO, "pausa")).outcomes == ["paused"]
    codes = [(await given(shop, phone=f"39349000000{n}"))[0] for n in range(3)]
    asked = await shop.say(ANNA, "ritirato")
    assert [i.split(":")[1] for i in asked.ids] == ["out_for_delivery"] * 3
    assert (await shop.say(ANNA, codes[1])).outcomes == ["updated"]
    # Only one is on its way, so it is the one that was delivered.
    assert (await shop.say(ANNA, "consegnato")).outcomes == ["updated"]
    assert [await state(shop, code) for code in codes] == ["accepted", "delivered", "accepted"]
    assert (await shop.say(ANNA, f"ritirato {codes[0]} e {codes[2]}")).outcomes == ["updated", "updated"]


async def test_off_duty_means_no_new_rides_until_somebody_is_back(shop: Shop) -> None:
    await free(shop)
    assert (await shop.say(ANNA, "pausa")).outcomes == ["paused"]
    assert (await shop.say(PAOLO, "istirahat", language="id")).outcomes == ["paused"]
    code, _ = await given(shop)
    rider = "select k.name from market_orders m join riders k on k.id = m.rider_id where m.code = $1"
    assert await shop.value(rider, code) is None
    assert await shop.value("select count(*) from escalations where reason = 'no_rider'") == 1
    back = await shop.say(PAOLO, "torno", language="it")
    assert back.outcomes == ["resumed"]
    assert await shop.value(rider, code) == "Paolo Neri"
    assert code in await last(shop, PAOLO)


async def test_a_ride_given_to_another_rider_is_no_longer_theirs(shop: Shop) -> None:
    await free(shop)
    code, order = await given(shop)
    other = await shop.value("select id from riders where phone = $1", PAOLO)
    agent = "00000000-0000-4000-8000-000000000021"
    async with shop.admin.acquire() as connection, connection.transaction():
        await connection.execute(
            "select set_config('request.jwt.claims', $1, true)",
            f'{{"sub": "{agent}", "role": "authenticated"}}',
        )
        await connection.execute("select staff_assign_rider($1, $2, 'k')", uuid.UUID(order), other)
    assert "non è più tua" in await last(shop, ANNA)
    assert code in await last(shop, PAOLO)
    assert (await shop.tap(ANNA, f"ride:delivered:{order}")).outcomes == ["not_found"]
    assert (await shop.tap(ZAMPA, f"ride:delivered:{order}")).outcomes == []
    assert await state(shop, code) == "accepted"
    assert (await shop.tap(PAOLO, f"ride:delivered:{order}")).outcomes == ["updated"]


async def test_who_plays_a_rider_in_the_simulator_moves_no_real_order(shop: Shop) -> None:
    await free(shop)
    code, order = await given(shop)
    account = await shop.value("select external_id from channel_accounts where simulated")
    for text, choice in (("", f"ride:delivered:{order}"), (f"consegnato {code}", None)):
        await shop.ingest(ANNA, text, choice=choice, account=account)
    [turn] = await shop.services.store.claim_turns(limit=5, lease_seconds=30)
    assert (turn.account.simulated, turn.conversation_type) == (True, "rider")
    told = await shop.decide(turn)
    assert told.outcomes == ["not_found"]
    assert await state(shop, code) == "accepted"


async def test_changes_of_an_order_reach_its_rider(shop: Shop) -> None:
    await free(shop)
    code, order = await given(shop)
    relay = await shop.value("select relay_id from market_orders where code = $1", code)
    async with shop.admin.acquire() as connection:
        await _changed(connection, relay)
    assert "lasciare al portiere" in await last(shop, ANNA)
    async with shop.admin.acquire() as connection, connection.transaction():
        await connection.execute(
            "select private.cancel_market_order(r, $1, 'staff', 'x') from whatsapp_order_relays r where r.id = $2",
            uuid.UUID(order),
            relay,
        )
    assert "annullato" in await last(shop, ANNA)
    assert (await shop.tap(ANNA, f"ride:out_for_delivery:{order}")).outcomes == ["refused"]


async def _changed(connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], relay: uuid.UUID) -> None:
    await connection.execute(
        "select private.change_note(c, jsonb_build_object('note', 'lasciare al portiere')) "
        "from whatsapp_conversations c join whatsapp_order_relays r on r.conversation_id = c.id where r.id = $1",
        relay,
    )


@pytest.mark.parametrize("first", ["ride", "status"])
async def test_the_first_of_two_reports_wins(shop: Shop, first: str) -> None:
    """A dealer and a rider say the same thing in the same moment; either order of arrival."""
    await free(shop)
    code, order = await given(shop, sku="T01")
    dealer = await shop.value(
        DEALER_OF,
        code,
    )
    taps = {"ride": (ANNA, f"ride:delivered:{order}"), "status": (dealer, f"status:delivered:{order}")}
    second = next(kind for kind in taps if kind != first)
    assert (await shop.tap(*taps[first])).outcomes == ["updated"]
    assert (await shop.tap(*taps[second])).outcomes == ["already"]
    await shop.announce()
    assert sum("Ricevuta" in bubble["text"] for bubble in await shop.heard(CUSTOMER)) == 1
