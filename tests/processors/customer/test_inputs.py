"""Messages become inputs: nothing is lost, nothing is read that was not said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from processors.customer.inputs import (
    CatalogueItem,
    CatalogueOrder,
    Form,
    Odd,
    OddKind,
    Place,
    Tap,
    Words,
    clean,
    read_inputs,
)
from tests.factories import make_message


def test_words_of_neighbouring_messages_belong_together() -> None:
    messages = [make_message("2 candele"), make_message("  e un\u200b  guinzaglio ")]
    assert read_inputs(messages) == (Words(text="2 candele\ne un guinzaglio"),)


def test_a_tapped_title_is_no_wish() -> None:
    messages = [make_message("Conferma", choice="order:confirm:x"), make_message("grazie")]
    assert read_inputs(messages) == (Tap(choice_id="order:confirm:x", title="Conferma"), Words(text="grazie"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        ("\u200b\u202e\t  ", "empty"),
        ("\x00\x07\x1b", "empty"),
        ("a" * 501, "too_long"),
        ("😀🐶❤️", "only_signs"),
        ("???", "only_signs"),
    ],
)
def test_words_that_say_nothing_get_a_friendly_answer(text: str, kind: OddKind) -> None:
    [found] = read_inputs([make_message(text)])
    assert found == Odd(kind=kind)


@pytest.mark.parametrize("text", ["a" * 500, "👍", "3", "ok"])
def test_short_answers_are_words(text: str) -> None:
    assert read_inputs([make_message(text)]) == (Words(text=text),)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"type": "audio", "payload": {"media": {"voice": True}}}, "voice"),
        ({"type": "audio", "payload": {"media": {}}}, "audio"),
        ({"type": "image", "payload": {"media": {"id": "1"}}}, "image"),
        ({"type": "video"}, "video"),
        ({"type": "document"}, "document"),
        ({"type": "sticker"}, "sticker"),
        ({"type": "location", "content": "45.4, 9.1 Casa"}, "location"),
        ({"type": "contacts", "content": "Mario 333123"}, "contacts"),
        ({"type": "unsupported", "payload": {"unsupported": {"type": "poll"}}}, "unsupported"),
        ({"type": "hologram"}, "unsupported"),
    ],
)
def test_what_has_no_words_is_named(changes: dict[str, Any], kind: OddKind) -> None:
    assert read_inputs([make_message(**changes)]) == (Odd(kind=kind),)


def test_a_form_and_a_position_keep_their_fields() -> None:
    answers = {"address": "via Dante 7"}
    flow = make_message("Sent", type="interactive", payload={"flow": {"name": "f", "response": answers}})
    assert read_inputs([flow]) == (Form(response=answers),)
    place = {"latitude": 45.4, "longitude": 9.1}
    sent = make_message("45.4, 9.1", type="location", payload={"location": place})
    assert read_inputs([sent]) == (Place(location=place),)


def test_a_voice_note_with_its_transcript_is_words() -> None:
    message = make_message(type="audio", payload={"media": {"voice": True}}, transcript="due candele")
    assert read_inputs([message]) == (Words(text="due candele"),)


def test_the_words_below_a_picture_are_read() -> None:
    message = make_message("avete questo?", type="image", payload={"media": {"id": "1"}})
    assert read_inputs([message]) == (Odd(kind="image"), Words(text="avete questo?"))


def test_a_catalogue_cart_keeps_its_note_and_the_prices_it_showed() -> None:
    order = {
        "catalog_id": "1",
        "text": "senza fretta",
        "items": [{"retailer_id": "H01", "quantity": 2, "item_price": 0.01, "currency": "EUR"}],
    }
    message = make_message("senza fretta\n2 × H01", type="order", payload={"order": order})
    assert read_inputs([message]) == (
        CatalogueOrder(items=(CatalogueItem(sku="H01", quantity=2, price=Decimal("0.01")),)),
        Words(text="senza fretta"),
    )


def test_cleaning_keeps_lines_and_letters_of_all_scripts() -> None:
    assert clean("  perché\u202e  no\r\n\n karitè 猫 ") == "perché no\nkaritè 猫"
