"""Texts of order events, from the shape in which they are claimed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from processors.announcements import render
from processors.announcements.payment import KINDS as PAYMENTS
from processors.channels.whatsapp.bodies import build_body
from processors.channels.whatsapp.limits import length
from processors.language.clock import when
from processors.language.money import money
from processors.language.texts import LANGUAGES, say

LINE = {
    "product_id": "p",
    "sku": "T01",
    "name": "Shampoo",
    "quantity": 2,
    "variant": {},
    "unit_price": "12.90",
}
DEALER_KINDS = (
    "offer_made",
    "offer_lost",
    "offer_withdrawn",
    "offer_expired",
    "order_cancelled",
    "failed_delivery",
)
RIDER_KINDS = ("ride_given", "ride_ready", "ride_taken", "ride_cancelled", "address_changed", "note_changed")
CUSTOMER_KINDS = (
    "accepted",
    "preparing",
    "ready",
    "out_for_delivery",
    "delivered",
    "failed_delivery",
    "no_dealer",
    "cancelled_by_shop",
)
RIDE = {
    "market_order_id": "m",
    "code": "D1042",
    "status": "accepted",
    "lines": [LINE],
    "currency": "EUR",
    "goods": "25.80",
    "fee": "2.50",
    "collect": "28.30",
    "from": "Zampa Felice, Via Solari 11",
    "address": "Via Solferino 5, 20121 Milano",
    "latitude": None,
    "longitude": None,
    "note": "secondo piano",
}


def event(kind: str, audience: str, **changes: Any) -> dict[str, Any]:
    """An event as `claim_announcements` gives it."""
    base = {
        "id": 1,
        "token": "t",
        "attempts": 1,
        "kind": kind,
        "audience": audience,
        "data": {},
        "relay": {"id": "r", "code": "D1042", "total": "1025.80", "currency": "EUR", "lines": [LINE]},
        "order": {
            "id": "m",
            "code": "D1042",
            "status": "offered",
            "total": "1025.80",
            "currency": "EUR",
            "lines": [LINE],
        },
        "dealer": {"id": "d", "name": "Zampa Felice", "language": "it"},
        "offer": {"id": "o", "outcome": "pending", "expires_at": "2026-11-21T10:00:00+00:00", "minutes": 10},
        "customer": {"name": "Giulia", "language": "it", "opted_out": False},
        "business": {"id": "b", "name": "Dloop", "default_language": "it"},
    }
    return {**base, **changes}


def told(kind: str, audience: str, **changes: Any) -> dict[str, Any]:
    reply = render(event(kind, audience, **changes))
    assert reply is not None
    return reply.to_json()


def test_an_offer_names_goods_total_and_time_and_can_be_answered() -> None:
    reply = told("offer_made", "dealer")
    for words in ("D1042", "2 × Shampoo", "1.025,80 €", "10 minuti"):
        assert words in reply["text"]
    assert [(b["id"], b["title"]) for b in reply["buttons"]] == [
        ("offer:accept:o", "Accetta"),
        ("offer:decline:o", "Rifiuta"),
        ("change:ask:m", "Proponi modifica"),
    ]
    assert reply["template"] == {
        "name": "nuovo_ordine",
        "language": "it",
        "params": ["D1042", "2 × Shampoo", "1.025,80 €"],
        "button_payloads": ["offer:accept:o", "offer:decline:o"],
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("audience", "kind"),
    [("dealer", k) for k in DEALER_KINDS]
    + [("customer", k) for k in CUSTOMER_KINDS]
    + [("rider", k) for k in RIDER_KINDS],
)
def test_every_kind_is_told_in_each_language_inside_and_outside_the_window(
    language: str, audience: str, kind: str
) -> None:
    dealer = {"id": "d", "name": "Zampa Felice", "language": language}
    customer = {"name": "Giulia", "language": language, "opted_out": False}
    rider = {"id": "k", "name": "Anna Ferri", "language": language}
    reply = told(kind, audience, dealer=dealer, customer=customer, rider=rider, ride=RIDE)
    assert "D1042" in reply["text"]
    assert "{" not in str(reply["text"])
    assert reply["template"]["language"] == language
    assert all("{" not in str(value) for value in reply["template"]["params"])
    for kind_of_body in ("", "template"):
        shape = {**reply, "kind": kind_of_body} if kind_of_body else reply
        body = build_body(shape, phone="393331000001", bsuid=None, callback_data="x")
        assert body["type"] in ("text", "interactive", "template")


@pytest.mark.parametrize(("language", "dearer"), [("it", "in più"), ("en", "more"), ("id", "lebih")])
def test_a_proposal_says_what_comes_in_which_variant_and_what_it_costs_more(
    language: str, dearer: str
) -> None:
    change = {
        "kind": "instead",
        "name": "Shampoo",
        "variant": {},
        "quantity": 2,
        "by": "Collare",
        "by_variant": {"colore": "blu", "taglia": "M"},
        "by_quantity": 2,
        "unit_price": "15.00",
    }
    proposal = {"id": "x", "status": "sent", "changes": [change], "currency": "EUR"}
    customer = {"name": "Giulia", "language": language, "opted_out": False}
    proposal |= {"before": "25.80", "total": "30.00"}
    reply = told("proposal_made", "customer", customer=customer, proposal=proposal)
    for words in ("2 × Collare (M, blu)", "2 × Shampoo", money(Decimal("4.20"), "EUR", language), dearer):
        assert words in reply["text"]
    assert "(M, blu)" in reply["template"]["params"][2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_outside_the_window_has_lines_total_and_how_it_was_paid(language: str) -> None:
    customer = {"name": "Giulia", "language": language, "opted_out": False}
    base = event("delivered", "customer", paid="stripe")["order"]
    many = [{**LINE, "name": f"Shampoo delicato per cani a pelo lungo numero {n}"} for n in range(60)]
    for lines in ([LINE], many):
        order = {**base, "lines": lines, "fee": "2.50"}
        reply = told("delivered", "customer", customer=customer, order=order, paid="stripe")
        code, goods, total, paid = reply["template"]["params"]
        assert (code, total) == ("D1042", money(Decimal(base["total"]) + Decimal("2.50"), "EUR", language))
        assert goods.startswith("2 × Shampoo")
        assert money(Decimal("2.50"), "EUR", language) in goods
        assert paid == say(language, "announce.short.paid_how.card")
        assert length(goods) <= 760
        assert "\n" not in goods
        body = build_body({**reply, "kind": "template"}, phone="393331000001", bsuid=None, callback_data="x")
        sent = [p["text"] for p in body["template"]["components"][0]["parameters"]]
        assert sent == reply["template"]["params"]
    left_out = 60 - goods.count("Shampoo")
    assert say(language, "lines.more", count=left_out) in goods
    assert reply["template"]["else"]["name"] == "stato_ordine"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(PAYMENTS))
def test_news_of_a_payment_are_told_in_each_language(language: str, kind: str) -> None:
    customer = {"name": "Giulia", "language": language, "opted_out": False}
    data = {
        "url": "https://checkout.stripe.com/c/pay/cs_1",
        "expires_at": "2026-11-21T18:00:00+00:00",
        "opens": "2026-11-22T08:00:00+00:00",
        "amount": "25.80",
        "cash": True,
    }
    reply = told(kind, "customer", customer=customer, order=None, data=data)
    assert "D1042" in reply["text"]
    for kind_of_body in ("", "template"):
        shape = {**reply, "kind": kind_of_body} if kind_of_body else reply
        body = build_body(shape, phone="393331000001", bsuid=None, callback_data="x")
        assert "{" not in reply["text"]
        assert body["type"] in ("text", "interactive", "template")
    if kind == "pay_link":
        sent = build_body(reply, phone="393331000001", bsuid=None, callback_data="x")["interactive"]
        assert sent["action"]["parameters"]["url"] == data["url"]


def test_what_is_not_today_is_told_with_its_day() -> None:
    in_two_hours, in_three_days = (
        datetime.now(UTC) + timedelta(**later) for later in ({"hours": 2}, {"days": 3})
    )
    for kind, name, moment in (("paid", "opens", in_three_days), ("pay_link", "expires_at", in_two_hours)):
        data = {"url": "https://checkout.stripe.com/c/pay/cs_1", "amount": "25.80", name: moment.isoformat()}
        text = told(kind, "customer", order=None, data=data)["text"]
        assert when(moment, "UTC", "it") in text


def test_a_rider_reads_where_to_fetch_where_to_bring_and_what_to_collect() -> None:
    rider = {"id": "k", "name": "Anna Ferri", "language": "it"}
    reply = told("ride_given", "rider", rider=rider, ride=RIDE)
    lines = reply["text"].splitlines()
    assert lines == [
        "🛵 Nuova consegna D1042",
        "🏬 Ritiro: Zampa Felice, Via Solari 11",
        "📍 Via Solferino 5, 20121 Milano",
        "https://maps.google.com/?q=Via+Solferino+5,+20121+Milano",
        "📝 secondo piano",
        "📦 2 × Shampoo",
        "💶 Da incassare: 28,30 € in contanti (merce 25,80 €, consegna 2,50 €)",
    ]
    assert reply["template"]["params"] == [
        "D1042",
        "Zampa Felice, Via Solari 11",
        "Via Solferino 5, 20121 Milano",
        "28,30 €",
    ]
    exact = {**RIDE, "latitude": 45.47, "longitude": 9.18, "collect": "0", "note": ""}
    text = told("ride_given", "rider", rider=rider, ride=exact)["text"]
    assert "?q=45.47,9.18" in text
    assert "già pagato" in text
    # What is over by the time it would be told is not told.
    assert render(event("ride_given", "rider", rider=rider, ride={**RIDE, "status": "delivered"})) is None


def test_the_promised_time_is_told_as_a_clock_shows_it() -> None:
    order = {
        **event("accepted", "customer")["order"],
        "accepted_at": (datetime.now(UTC) - timedelta(minutes=5)).isoformat(),
        "minutes_from": 25,
        "minutes_to": 45,
    }
    business = {"id": "b", "name": "Dloop", "default_language": "it", "timezone": "Europe/Rome"}
    due = (datetime.now(UTC) + timedelta(minutes=40)).astimezone(ZoneInfo("Europe/Rome"))
    for kind in ("accepted", "out_for_delivery"):
        text = told(kind, "customer", order=order, business=business)["text"]
        assert "Arrivo previsto tra le" in text
        assert f"{due:%H:%M}" in text or f"{due - timedelta(minutes=1):%H:%M}" in text
    assert "Arrivo" not in told("ready", "customer", order=order, business=business)["text"]
    late = {**order, "accepted_at": (datetime.now(UTC) - timedelta(hours=2)).isoformat()}
    assert "ritardo" in told("out_for_delivery", "customer", order=late, business=business)["text"]
    pickup = {**order, "way": "pickup"}
    assert "Arrivo" not in told("accepted", "customer", order=pickup, business=business)["text"]


def test_the_delivery_brings_the_receipt() -> None:
    order = {**event("delivered", "customer")["order"], "total": "25.80", "fee": "2.50"}
    text = told("delivered", "customer", order=order, paid="cash_on_delivery")["text"]
    assert text.splitlines()[2:] == [
        "*Ricevuta D1042*",
        "• 2 × Shampoo: 25,80 €",
        "Consegna: 2,50 €",
        "*Totale: 28,30 €*",
        "Pagato in contanti alla consegna.",
    ]


def test_kinds_for_nobody_are_told_to_nobody() -> None:
    assert render(event("confirmed", "customer")) is None
    assert render(event("cancelled", "dealer")) is None


def test_the_business_language_serves_readers_without_one() -> None:
    business = {"id": "b", "name": "Dloop", "default_language": "en"}
    customer = {"name": "Giulia", "language": None, "opted_out": False}
    assert "Your order" in told("ready", "customer", customer=customer, business=business)["text"]
    assert "Il tuo ordine" in told("ready", "customer", customer=customer)["text"]
    french = {"id": "d", "name": "Z", "language": "fr"}
    assert "Order" in told("offer_lost", "dealer", dealer=french, business=business)["text"]


def test_a_part_of_an_order_names_its_goods() -> None:
    part = {
        "id": "m",
        "code": "D1042-2",
        "status": "offered",
        "total": "9",
        "currency": "EUR",
        "lines": [LINE],
    }
    text = told("accepted", "customer", order=part)["text"]
    assert "D1042-2" in text
    assert "2 × Shampoo" in text
    assert "2 × Shampoo" not in told("accepted", "customer")["text"]


def test_variants_are_named() -> None:
    line = {**LINE, "variant": {"taglia": "M", "colore": "rosso"}}
    order = {"id": "m", "code": "D1", "status": "offered", "total": "9", "currency": "EUR", "lines": [line]}
    assert "2 × Shampoo (M, rosso)" in told("offer_made", "dealer", order=order)["text"]


def test_a_long_order_still_fits_with_its_buttons() -> None:
    lines = [{**LINE, "name": f"Prodotto dal nome piuttosto lungo numero {n}"} for n in range(40)]
    order = {"id": "m", "code": "D1", "status": "offered", "total": "9", "currency": "EUR", "lines": lines}
    reply = told("offer_made", "dealer", order=order)
    assert "altri 28 articoli" in reply["text"]
    assert len(reply["text"]) <= 1024


def test_another_shape_is_an_error() -> None:
    with pytest.raises(KeyError):
        render({"kind": "accepted", "audience": "customer"})
