"""Texts of order events, from the shape in which they are claimed."""

from __future__ import annotations

from typing import Any

import pytest

from processors.announcements import render
from processors.channels.whatsapp.bodies import build_body
from processors.language.texts import LANGUAGES

LINE = {
    "product_id": "p",
    "sku": "T01",
    "name": "Shampoo",
    "quantity": 2,
    "variant": {},
    "unit_price": "12.90",
}
DEALER_KINDS = ("offer_made", "offer_lost", "offer_withdrawn", "offer_expired", "order_cancelled")
CUSTOMER_KINDS = (
    "accepted",
    "preparing",
    "ready",
    "out_for_delivery",
    "delivered",
    "no_dealer",
    "cancelled_by_shop",
)


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
    [("dealer", k) for k in DEALER_KINDS] + [("customer", k) for k in CUSTOMER_KINDS],
)
def test_every_kind_is_told_in_each_language_inside_and_outside_the_window(
    language: str, audience: str, kind: str
) -> None:
    dealer = {"id": "d", "name": "Zampa Felice", "language": language}
    customer = {"name": "Giulia", "language": language, "opted_out": False}
    reply = told(kind, audience, dealer=dealer, customer=customer)
    assert "D1042" in reply["text"]
    assert "{" not in str(reply["text"])
    assert reply["template"]["language"] == language
    assert all("{" not in str(value) for value in reply["template"]["params"])
    for kind_of_body in ("", "template"):
        shape = {**reply, "kind": kind_of_body} if kind_of_body else reply
        body = build_body(shape, phone="393331000001", bsuid=None, callback_data="x")
        assert body["type"] in ("text", "interactive", "template")


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
