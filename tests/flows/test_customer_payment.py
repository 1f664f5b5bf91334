"""Paying by card: asked, sent a page, paid, and everything that can come in between; with Stripe's own library."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from postgrest import AsyncPostgrestClient
from pydantic import SecretStr

from dashboard.client import Refused, rows
from dashboard.live.actions import act
from dashboard.queries import orders
from dashboard.queries.attention import attention, remedies_of, remedy
from devstack.simulators.stripe_events import signature
from processors.errors import NotAllowed
from processors.model import Json
from tests.fixtures.cluster import Templates
from tests.flows.phone import Phone
from tests.flows.test_customer_after_order import accept, close, order, reserved
from tests.flows.till import SECRET, Till, next_customer, open_till


@pytest_asyncio.fixture(scope="module")
async def counter(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Till]:
    """One database, api and Stripe for all tests of this file; each has a customer of its own."""
    database = await templates.copy(seeded=True)
    async with open_till(database, tmp_path_factory.mktemp("till")) as opened:
        yield opened
    await templates.cluster.drop(database)


@pytest_asyncio.fixture
async def till(counter: Till) -> Till:
    return await next_customer(counter)


async def sent_back(till: Till) -> list[int]:
    """The refunds that Stripe has made of the payment."""
    path, asked = "/stripe/v1/refunds", {"payment_intent": (await till.payment())["intent_id"]}
    answer = await till.stripe.get(path, params=asked, headers={"Authorization": "Bearer x"})
    return [refund["amount"] for refund in answer.json()["data"]]


async def refunded(till: Till) -> int:
    return int((await till.payment())["refunded_minor"])


async def part_states(phone: Phone) -> list[str]:
    return [part["status"] for part in await phone.orders()]


async def test_a_page_is_sent_paid_and_only_then_dealers_are_asked(till: Till) -> None:
    phone, before = till.phone, await reserved(till.phone)
    confirmed = await till.order("T06")
    assert confirmed.outcomes == ("awaiting_payment",)
    assert await reserved(phone) == before + 1
    assert await part_states(phone) == ["held"]
    await till.work()
    (link,) = await till.heard()
    [relay], payment = await phone.relays(), await till.payment()
    assert link["kind"] == "cta_url"
    assert link["link"] == payment["url"]
    assert (await till.stripe.get(link["link"])).status_code == 200
    (page,) = await till.asked("/v1/checkout/sessions")
    price = page["body"]["line_items"]["0"]["price_data"]
    assert price["unit_amount"] == str(int(relay["total_price"] * 100)) == str(payment["amount_minor"])
    assert price["currency"] == "eur"
    assert page["body"]["client_reference_id"] == str(payment["id"])
    assert page["body"]["locale"] == "it"
    declined = await till.stripe.post(link["link"], data={"card": "4000000000000002"})
    assert "declined" in declined.text
    assert await till.status() == "link_sent"
    await till.stripe.post(link["link"], data={"card": "4242424242424242"})
    await till.until(till.status, "paid")
    await till.work()
    assert await part_states(phone) == ["offered"]
    assert "Pagamento ricevuto" in (await till.heard())[-1]["text"]
    offers = await phone.value(
        "select count(*) from order_events e join whatsapp_order_relays r on r.id = e.relay_id "
        "where r.phone = $1 and e.kind = 'offer_made'",
        phone.number,
    )
    assert offers > 0
    assert "Stato: inviato" in (await phone.say("dov'è il mio ordine?")).text


async def test_paid_in_cash_nothing_is_asked_of_stripe(till: Till) -> None:
    placed = await till.order("T06", way="Alla consegna")
    assert placed.outcomes == ("created",)
    await till.work()
    assert await till.asked("/sessions") == []


async def test_who_offers_one_way_asks_nothing_and_without_a_key_that_is_cash(till: Till) -> None:
    phone = till.phone
    await phone.admin.execute("update businesses set payment_methods = '{stripe}'")
    assert (await order(phone)).outcomes == ("awaiting_payment",)
    await phone.say("annulla il mio ordine")
    keyless = till.settings.model_copy(update={"stripe_secret_key": SecretStr("")})
    phone.services = replace(phone.services, settings=keyless)
    assert (await order(phone)).outcomes == ("created",)


@pytest.mark.parametrize("words", ["con carta", "pago con la carta", "by card", "pakai kartu"])
async def test_the_way_is_said_in_words(till: Till, words: str) -> None:
    phone = till.phone
    summary = await phone.tap(await phone.add_id("T06"))
    await phone.tap(summary.choice("Conferma"))
    assert (await phone.say(words)).outcomes == ("awaiting_payment",)


async def test_a_page_that_waits_gives_way_to_cash(till: Till) -> None:
    phone = till.phone
    await till.order("T06")
    await till.work()
    status = await phone.say("dov'è il mio ordine?")
    assert "aspetta il pagamento" in status.text
    assert (await till.payment())["url"] in status.text
    assert (await phone.say("preferisco contanti")).outcomes == ("created",)
    assert await part_states(phone) == ["offered"]
    await till.work()
    session = (
        await till.stripe.get(
            f"/stripe/v1/checkout/sessions/{await till.session()}", headers={"Authorization": "Bearer x"}
        )
    ).json()
    assert session["status"] == "expired"
    assert await till.status() == "cancelled"
    methods = await phone.rows(
        "select p.provider, p.status from payments p join whatsapp_order_relays r on r.id = p.relay_id "
        "where r.phone = $1",
        phone.number,
    )
    assert {(m["provider"], m["status"]) for m in methods} == {
        ("stripe", "cancelled"),
        ("cash_on_delivery", "due"),
    }


async def test_the_same_event_twice_and_the_poll_beside_it_do_one_thing(till: Till) -> None:
    await till.switch(events="duplicated")
    await till.paid("T06")
    await till.look()
    seen = await till.phone.rows(
        "select outcome from payment_events where type = 'checkout.session.completed' and payment_id = $1",
        (await till.payment())["id"],
    )
    assert [row["outcome"] for row in seen] == ["paid"]
    assert [b["text"][:9] for b in await till.heard()].count("Pagamento") == 1


async def test_a_lost_webhook_is_found_by_asking(till: Till) -> None:
    await till.switch(events="none")
    await till.order("T06")
    await till.work()
    await till.act("pay")
    assert await till.status() == "link_sent"
    await till.look()
    assert await till.status() == "paid"
    assert await part_states(till.phone) == ["offered"]


async def test_an_expired_page_gives_the_goods_back_and_fills_the_basket(till: Till) -> None:
    phone, before = till.phone, await reserved(till.phone)
    await till.order("T06")
    await till.work()
    await till.act("expire")
    await till.until(till.status, "expired")
    await till.work()
    assert await reserved(phone) == before
    assert await part_states(phone) == ["cancelled"]
    assert [line[:2] for line in await phone.cart()] == [("T06", 1)]
    last = (await till.heard())[-1]
    summary = await phone.tap(last["buttons"][0]["id"])
    asked = await phone.tap(summary.choice("Conferma"))
    assert (await phone.tap(asked.choice("Con carta"))).outcomes == ("awaiting_payment",)


async def test_events_in_the_wrong_order_end_where_the_right_one_does(till: Till) -> None:
    await till.switch(events="none")
    await till.order("T06")
    await till.work()
    unpaid = event_of("checkout.session.completed", await till.act("bank"))
    paid = event_of("checkout.session.async_payment_succeeded", await till.act("bank_paid"))
    for body in (paid, unpaid, paid):
        assert (await till.report(body, signature(SECRET, body))).status_code == 200
    assert await till.status() == "paid"
    assert await part_states(till.phone) == ["offered"]


async def test_a_bank_that_says_no_later_takes_the_order_back(till: Till) -> None:
    before = await reserved(till.phone)
    await till.order("T06")
    await till.work()
    await till.act("bank")
    await till.until(till.status, "processing")
    await till.act("bank_failed")
    await till.until(till.status, "failed")
    await till.work()
    assert await reserved(till.phone) == before
    assert "non è riuscito" in (await till.heard())[-1]["text"]


async def test_only_stripe_can_report(till: Till) -> None:
    await till.switch(events="none")
    await till.order("T06")
    await till.work()
    body = event_of("checkout.session.completed", await till.act("pay"))
    for wrong in (
        None,
        "",
        "t=1,v1=00",
        signature("whsec_else", body),
        signature(SECRET, body, at=1_700_000_000),
        signature(SECRET, body + b" "),
    ):
        assert (await till.report(body, wrong)).status_code == 400
    broken = b"\xff{"
    assert (await till.report(broken, signature(SECRET, broken))).status_code == 400
    assert await till.status() == "link_sent"
    other = json.dumps(
        {"id": "evt_other", "type": "invoice.paid", "data": {"object": {"id": "in_1"}}}
    ).encode()
    answer = await till.report(other, signature(SECRET, other))
    assert (answer.status_code, answer.json()) == (200, {"outcome": "ignored"})
    assert (await till.report(body, signature("whsec_old", body))).json() == {"outcome": "paid"}
    assert (await till.report(body, signature(SECRET, body))).json() == {"outcome": "seen"}


async def test_an_order_that_waits_is_changed_and_its_page_is_closed(till: Till) -> None:
    phone, before = till.phone, await reserved(till.phone)
    await till.order("T06")
    await till.work()
    first = await till.session()
    assert (await phone.say("modifica il mio ordine")).outcomes == ("reopened",)
    assert await reserved(phone) == before
    await till.work()
    assert (await till.status(), await till.state_of(first)) == ("cancelled", "expired")
    summary = await phone.tap(await phone.add_id("H17"))
    asked = await phone.tap(summary.choice("Conferma"))
    assert (await phone.tap(asked.choice("Con carta"))).outcomes == ("awaiting_payment",)
    await till.work()
    assert await till.session() != first
    total = (await phone.relays())[-1]["total_price"]
    assert (await till.payment())["amount_minor"] == total * 100


async def test_everything_at_once_ends_with_the_goods_or_the_money(till: Till) -> None:
    await till.switch(events="none")
    chance = random.Random(20261121)
    for _ in range(4):
        await till.order("T06")
        await till.work()
        paid = event_of("checkout.session.completed", await till.act("pay"))
        await till.phone.send(content="annulla il mio ordine")
        await till.make_due("payments", "task is not null")
        at_once = [
            till.report(paid, signature(SECRET, paid)),
            till.report(paid, signature(SECRET, paid)),
            till.cashier.step(),
            till.phone.answered(),
        ]
        chance.shuffle(at_once)
        await asyncio.gather(*at_once)
        await till.hurry()
        payment, relay = await till.payment(), (await till.phone.relays())[-1]
        # The customer took it back: whichever came first, nothing is kept and it goes back once.
        assert (relay["status"], payment["status"]) == ("failed", "refunded")
        sent = [f for f in await till.refunds() if f[0] == "done"]
        assert payment["refunded_minor"] == payment["amount_minor"]
        assert len(sent) == len(await till.phone.relays())


async def test_money_that_comes_too_late_goes_back(till: Till) -> None:
    await till.switch(events="none")
    await till.order("T06")
    await till.work()
    paid = event_of("checkout.session.completed", await till.act("pay"))
    # The customer took the order back in the same moment: our close of the page finds it paid.
    assert (await till.phone.say("annulla il mio ordine")).outcomes == ("cancelled",)
    await till.work()
    assert (await till.report(paid, signature(SECRET, paid))).json() == {"outcome": "already"}
    assert await till.status() == "refunded"
    assert await till.refunds() == [("done", (await till.payment())["amount_minor"])]
    assert [
        ("arrivato quando" in b["text"], "rimborsato" in b["text"]) for b in (await till.heard())[-2:]
    ] == [(True, False), (False, True)]


async def test_a_paid_order_taken_back_is_refunded_once(till: Till) -> None:
    await till.switch(events="duplicated")
    await till.paid("T06")
    assert (await till.phone.say("annulla il mio ordine")).outcomes == ("cancelled",)
    await till.fail("lost_answer", "server")
    await till.hurry()
    await till.until(till.status, "refunded")
    await till.work()
    assert await sent_back(till) == [(await till.payment())["amount_minor"]]
    # Who has asked before looks first: the outage was met by a look, and the next one found the refund.
    asked = [bool(e["body"]) for e in await till.asked("/v1/refunds")]
    assert asked[:3] == [True, False, False]
    assert sum("rimborsato" in b["text"] for b in await till.heard()) == 1
    assert await refunded(till) == (await till.payment())["amount_minor"]


async def test_a_part_whose_answers_were_lost_is_not_sent_again_the_next_day(till: Till) -> None:
    await till.paid("T06")
    await till.switch(events="none")
    await till.phone.admin.execute(
        "select private.ask_refund(p, 150, 'staff') from payments p where id = $1",
        (await till.payment())["id"],
    )
    await till.fail(*["lost_answer"] * 12)
    await till.hurry()
    assert await till.refunds() == [("failed", 150)]
    assert await sent_back(till) == [150]
    # Stripe has forgotten the key of the request when a person tries again.
    await till.act("next_day")
    agent = await till.staff("agent")
    [stuck] = [item for item in (await attention(agent)).items if item["kind"] == "refund"]
    await remedy(agent, "retry_refund", stuck)
    await till.work()
    assert await till.refunds() == [("done", 150)]
    assert await sent_back(till) == [150]
    assert sum("1,50 €" in b["text"] for b in await till.heard()) == 1


async def test_a_lost_answer_leads_to_the_same_page(till: Till) -> None:
    await till.order("T06")
    await till.fail("lost_answer", "rate_limit", "lost_request", "server")
    await till.hurry()
    assert await till.status() == "link_sent"
    pages = await till.asked("/v1/checkout/sessions")
    assert len(pages) == 5
    made = (
        await till.stripe.get(
            f"/stripe/v1/checkout/sessions/{await till.session()}", headers={"Authorization": "Bearer x"}
        )
    ).json()
    assert made["url"] == (await till.heard())[-1]["link"]
    assert len(await till.heard()) == 1


@pytest.mark.parametrize("kind", ["key", "refused"])
async def test_without_a_page_a_person_is_asked_and_cash_is_offered(till: Till, kind: str) -> None:
    phone = till.phone
    await till.order("T06")
    await till.fail(kind)
    await till.work()
    assert await phone.escalations() == ["card_unavailable"]
    offer = (await till.heard())[-1]
    assert "alla consegna" in offer["text"]
    assert (await phone.tap(offer["buttons"][0]["id"])).outcomes == ("created",)
    assert await part_states(phone) == ["offered"]


async def test_an_outage_of_stripe_gives_up_in_time_and_the_goods_go_back(till: Till) -> None:
    phone, before = till.phone, await reserved(till.phone)
    await till.order("T06")
    await till.fail(*["server"] * 7)
    await till.hurry()
    assert await till.status() == "failed"
    await phone.admin.execute(
        "update payments set expires_at = now() where id = $1", (await till.payment())["id"]
    )
    await phone.services.store.call("run_schedules", {})
    assert await reserved(phone) == before
    assert [r["failure_reason"] for r in await phone.relays()] == ["unpaid"]


async def test_paid_at_night_it_waits_for_the_shop_to_open(till: Till) -> None:
    phone = till.phone
    await till.order("T06")
    await close(phone, opens_in=timedelta(days=1))
    await till.work()
    await till.act("pay")
    await till.until(till.status, "paid")
    await till.work()
    assert await part_states(phone) == ["held"]
    assert "appena apriamo" in (await till.heard())[-1]["text"]
    await phone.admin.execute("update businesses set hours = '{}'")
    await phone.admin.execute(
        "update whatsapp_order_relays set held_until = now() where held_until is not null"
    )
    await phone.services.store.call("run_schedules", {})
    assert await part_states(phone) == ["offered"]


async def test_a_paid_order_is_not_collected_again_and_says_so(till: Till) -> None:
    phone = till.phone
    await till.paid("T06")
    await accept(phone)
    ride = await phone.value(
        "select private.ride_json(m) ->> 'collect' from market_orders m "
        "join whatsapp_order_relays r on r.id = m.relay_id where r.phone = $1",
        phone.number,
    )
    assert ride == "0.00"
    offer = await phone.value(
        "select m.payload ->> 'text' from whatsapp_messages m join whatsapp_conversations c "
        "on c.id = m.conversation_id where c.conversation_type = 'dealer' "
        "and m.payload ->> 'text' like '%' || $1 || '%' limit 1",
        (await phone.orders())[0]["code"],
    )
    assert "(pagato con carta)" in offer
    board = await phone.value(
        "select public.dealer_board(dealer_id) -> 'orders' from market_orders where id = $1",
        (await phone.orders())[0]["id"],
    )
    assert '"prepaid": true' in board
    await phone.admin.execute(
        "select private.move_order(m.id, 'delivered', 'rider') from market_orders m where id = $1",
        (await phone.orders())[0]["id"],
    )
    await till.work()
    receipt = next(b["text"] for b in await till.heard() if "Ricevuta" in b["text"])
    assert "Pagato con carta" in receipt
    assert await till.status() == "paid"


async def test_what_stripe_refunds_or_a_bank_disputes_reaches_people(till: Till) -> None:
    await till.paid("T06")
    await till.act("refund", amount=100)
    await till.until(lambda: refunded(till), 100)
    await till.work()
    assert "1,00 €" in (await till.heard())[-1]["text"]
    assert await till.status() == "paid"
    await till.act("dispute")
    await till.until(till.phone.escalations, ["payment_disputed"])
    await till.act("refund")
    await till.until(till.status, "refunded")
    assert "refunded_outside" in await till.phone.escalations()


async def test_an_admin_sends_a_part_back_and_a_refusal_waits_for_a_person(till: Till) -> None:
    await till.paid("T06")
    code = (await till.phone.orders())[0]["code"]
    admin, agent = await till.staff("admin"), await till.staff("agent")

    async def seen(client: AsyncPostgrestClient) -> Json:
        board = await orders.board(client, [UUID("00000000-0000-4000-8000-000000000001")])
        found: Json = next(order for order in board["orders"] if order["code"] == code)["payment"]
        return found

    payment = await seen(agent)
    assert (payment["word"], Decimal(payment["left"])) == ("paid_card", Decimal("11.40"))

    def asking(typed: str, key: str) -> Json:
        amount = {"text": typed, "language": "it"}
        return {"act": "refund", "id": payment["id"], "key": key, "amount": amount}

    with pytest.raises(NotAllowed):
        await act(agent, asking("1,50", "an agent's"))
    for _ in range(2):
        await act(admin, asking("1,50", "once only"))
    await till.fail("refused")
    await till.work()
    assert await till.refunds() == [("failed", 150)]
    [stuck] = [item for item in (await attention(admin)).items if item["kind"] == "refund"]
    assert remedies_of(stuck) == ["retry_refund"]
    await remedy(agent, "retry_refund", stuck)
    await till.work()
    assert "1,50 €" in (await till.heard())[-1]["text"]
    assert await till.phone.escalations() == []
    assert [item for item in (await attention(admin)).items if item["kind"] == "refund"] == []
    payment = await seen(admin)
    assert payment["word"] == "partly"
    too_much = str(Decimal(payment["left"]) + Decimal("0.01")).replace(".", ",")
    for typed in (too_much, "tutto", "-1"):
        with pytest.raises(Refused) as refused:
            await act(admin, asking(typed, f"key of {typed}"))
        assert refused.value.reason == "amount"
    await act(admin, asking("", "all the rest"))
    await till.work()
    assert await till.status() == "refunded"
    assert Decimal((await seen(admin))["left"]) == 0


async def test_what_an_admin_sets_is_what_customers_are_offered(till: Till) -> None:
    admin = await till.staff("admin")
    business = str(await till.phone.value("select id from businesses limit 1"))

    async def save(settings: Json) -> None:
        asked: dict[str, Any] = {"p_business_id": business, "p_settings": settings}
        await rows(admin.rpc("save_business_settings", asked))

    for wrong in ([], ["bitcoin"], None):
        with pytest.raises(Refused):
            await save({"payment_methods": wrong})
    with pytest.raises(Refused):
        await save({"limits": {"payment_minutes": 20}})
    await save({"payment_methods": ["stripe"], "limits": {"payment_minutes": 90}})
    await order(till.phone)
    left = (await till.payment())["expires_at"] - datetime.now(UTC)
    assert timedelta(minutes=85) < left <= timedelta(minutes=90)
    await save({"limits": {"payment_minutes": None}})


async def test_storage_that_is_down_lets_stripe_repeat(till: Till) -> None:
    from tests.api.service import api_settings, serving

    body = event_of(
        "checkout.session.completed", {"id": "cs_1", "status": "complete", "payment_status": "paid"}
    )
    async with serving(api_settings(stripe_webhook_secrets=SECRET)) as down:
        answer = await down.post(
            "/functions/v1/stripe-webhook",
            content=body,
            headers={"Stripe-Signature": signature(SECRET, body)},
        )
    assert answer.status_code == 503


async def test_amounts_of_every_currency_are_exact(till: Till) -> None:
    sql = (
        "select private.minor_units($1::numeric, $2), "
        "private.major_units(private.minor_units($1::numeric, $2), $2)::text"
    )
    for amount, currency, minor in (
        ("19.99", "EUR", 1999), ("0.10", "USD", 10), ("1500", "JPY", 1500), ("1.25", "KWD", 1250),
        ("150000.00", "IDR", 15000000), ("500", "UGX", 50000), ("9999999999.99", "EUR", 999999999999),
    ):  # fmt: skip
        row = await till.phone.admin.fetchrow(sql, Decimal(amount), currency)
        assert row is not None
        assert (row[0], float(row[1])) == (minor, float(amount))
    for amount, currency in (("10.50", "JPY"), ("0.50", "UGX"), ("1.005", "EUR")):
        assert (
            await till.phone.value("select private.minor_units($1::numeric, $2)", Decimal(amount), currency)
            is None
        )


def event_of(kind: str, session: dict[str, object]) -> bytes:
    return json.dumps(
        {"id": f"evt_{session['id']}_{kind}", "object": "event", "type": kind, "data": {"object": session}}
    ).encode()
