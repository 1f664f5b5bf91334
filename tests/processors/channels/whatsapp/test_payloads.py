"""Every item of a webhook becomes exactly one event, whatever surrounds it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from processors.channels.base import FieldEvent, MessageEvent, ReceiptEvent
from processors.channels.whatsapp.payloads import parse
from processors.errors import BadRequest
from tests.processors.channels.whatsapp.samples import (
    NUMBER_ID,
    WABA_ID,
    envelope,
    manifest,
    parse_value,
    read,
    text_message,
    webhook_names,
)

STATUS = {"id": "wamid.s", "status": "sent", "timestamp": "1793520000", "recipient_id": "16505551234"}


@pytest.mark.parametrize("name", webhook_names())
def test_a_sample_gives_as_many_events_as_its_manifest_counts(name: str) -> None:
    about, events = manifest()[name], parse(read(name))
    messages = [e.external_id for e in events if isinstance(e, MessageEvent)]
    receipts = [(e.external_id, e.status, e.participant) for e in events if isinstance(e, ReceiptEvent)]
    assert len(messages) == about.get("messages", 0)
    assert len(receipts) == about.get("statuses", 0)
    assert len(set(messages)) == about.get("unique_messages", about.get("messages", 0))
    assert len(set(receipts)) == about.get("unique_statuses", about.get("statuses", 0))


@pytest.mark.parametrize("name", [n for n in webhook_names() if manifest()[n]["kind"] == "field"])
def test_a_field_sample_gives_one_usable_field_event(name: str) -> None:
    (event,) = parse(read(name))
    assert isinstance(event, FieldEvent)
    assert event.field == manifest()[name]["field"]
    assert (event.error, event.waba_id) == (None, WABA_ID)


def test_a_mixed_batch_keeps_its_order_and_its_accounts() -> None:
    events = parse(read("batch_mixed.json"))
    kinds = [event.to_json()["kind"] for event in events]
    assert kinds == ["message", "message", "receipt", "receipt", "receipt", "field", "message"]
    accounts = {e.account for e in parse(read("batch_two_entries.json"))}
    assert len(accounts) == 2
    assert NUMBER_ID in accounts


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b"null", b'"x"', b"1", b"{", b"\xff{}", b"[" * 100_000, b'{"a":NaN}']
)
def test_a_body_that_is_no_json_object_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse(body)


@pytest.mark.parametrize("name", ["batch_empty_entry.json", "batch_empty_changes.json"])
def test_an_empty_batch_gives_no_event(name: str) -> None:
    assert parse(read(name)) == []


def test_another_product_of_meta_is_kept_with_an_error() -> None:
    (event,) = parse(read("batch_wrong_object.json"))
    assert isinstance(event, FieldEvent)
    assert event.field == "page"
    assert event.error == "object is not whatsapp_business_account"
    assert event.payload["object"] == "page"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"object": 7},
        {"object": "whatsapp_business_account"},
        {"object": "whatsapp_business_account", "entry": {}},
        {"object": "whatsapp_business_account", "entry": [None]},
        {"object": "whatsapp_business_account", "entry": [[]]},
        {"object": "whatsapp_business_account", "entry": [{"id": 1}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": "x"}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [None]}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {}}]}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages"}]}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": []}]}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": {}}]}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "x" * 65, "value": {}}]}]},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "new", "value": {}}]}]},
    ],
)
def test_a_broken_envelope_is_kept_with_an_error(document: Any) -> None:
    (event,) = parse(json.dumps(document).encode())
    assert isinstance(event, FieldEvent)
    assert event.error


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "text",
        [],
        [text_message()],
        {},
        text_message(id=None),
        text_message(id=7),
        text_message(id="w" * 513),
        text_message(id={}),
        text_message(timestamp=None),
        text_message(timestamp="yesterday"),
        text_message(timestamp="-1"),
        text_message(timestamp="1793520000000"),
        text_message(timestamp="9" * 400),
        text_message(timestamp=True),
        text_message(timestamp=1.5),
        text_message(type=None),
        text_message(type=["text"]),
        text_message(type=""),
        text_message(**{"from": None}),
        text_message(**{"from": ["16505551234"]}),
        text_message(**{"from": "somebody"}),
        text_message(text=[]),
        text_message(text="hello"),
        text_message(text={"body": 5}),
        text_message(text={"body": {"body": "x"}}),
        text_message(type="image", image="x"),
        text_message(type="location", location={"latitude": "north", "longitude": 1}),
        text_message(type="location", location={"latitude": 91, "longitude": 1}),
        text_message(type="location", location={}),
        text_message(type="contacts", contacts={}),
        text_message(type="contacts", contacts=["x"]),
        text_message(type="order", order={"product_items": [{"quantity": 0, "product_retailer_id": "a"}]}),
        text_message(type="order", order={"product_items": [7]}),
        text_message(type="interactive", interactive={"type": "button_reply", "button_reply": {}}),
        text_message(type="interactive", interactive={"type": {}}),
        text_message(type="reaction", reaction={"emoji": "x"}),
        text_message(type="edit", edit={"message": {"type": "text"}}),
        text_message(type="edit", edit={"original_message_id": "w", "message": []}),
        text_message(type="revoke"),
        text_message(type="system", system={"type": "user_changed_number"}),
        text_message(type="system", system=[]),
    ],
)
def test_a_broken_message_is_kept_raw_and_its_neighbours_go_on(broken: Any) -> None:
    first, odd, last = parse_value({"messages": [text_message(), broken, text_message(id="wamid.two")]})
    assert isinstance(first, MessageEvent)
    assert isinstance(last, MessageEvent)
    assert isinstance(odd, FieldEvent)
    assert odd.payload == broken
    assert odd.error
    assert not odd.error.startswith("unexpected")
    assert (odd.field, odd.account, odd.effects) == ("messages", NUMBER_ID, ())


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        STATUS | {"id": None},
        STATUS | {"status": 5},
        STATUS | {"status": ""},
        STATUS | {"timestamp": "soon"},
        STATUS | {"timestamp": None},
    ],
)
def test_a_broken_status_is_kept_raw_and_its_neighbours_go_on(broken: Any) -> None:
    first, odd, last = parse_value({"statuses": [STATUS, broken, STATUS]})
    assert isinstance(first, ReceiptEvent)
    assert isinstance(last, ReceiptEvent)
    assert isinstance(odd, FieldEvent)
    assert odd.payload == broken
    assert odd.error


def test_items_without_a_number_to_belong_to_are_kept_with_an_error() -> None:
    events = parse(envelope({"messages": [text_message()], "statuses": [STATUS]}))
    assert [type(e) for e in events] == [FieldEvent, FieldEvent]
    assert [e.external_id for e in events] == ["wamid.one", "wamid.s"]


def test_lists_that_are_no_lists_do_not_hide_each_other() -> None:
    odd, sound = parse_value({"messages": {"0": text_message()}, "statuses": [STATUS]})
    assert isinstance(odd, FieldEvent)
    assert odd.error == "messages is not a list"
    assert isinstance(sound, ReceiptEvent)


def test_errors_alone_are_a_field_event() -> None:
    errors = [{"code": 130429, "title": "Rate limit hit"}]
    (event,) = parse_value({"errors": errors})
    assert isinstance(event, FieldEvent)
    assert (event.payload, event.error, list(event.effects)) == ({"errors": errors}, None, [])


def test_errors_beside_a_message_without_body_explain_it() -> None:
    errors = [{"code": 131051, "title": "Message type unknown"}]
    message, beside = parse_value({"messages": [text_message(text=None)], "errors": errors})
    assert isinstance(message, MessageEvent)
    assert (message.content, message.payload) == ("", {"errors": errors})
    assert isinstance(beside, FieldEvent)


def test_a_number_id_that_came_as_a_number_is_read() -> None:
    (event,) = parse(
        envelope({"metadata": {"phone_number_id": 106}, "messages": [text_message(timestamp=1)]})
    )
    assert isinstance(event, MessageEvent)
    assert (event.account, event.provider_time) == ("106", 1)


def test_what_jsonb_refuses_is_gone_from_keys_and_values() -> None:
    item = text_message(text={"body": "a\x00b\ud83d"}, odd={"k\x00ey": ["huge", 10**400]})
    (event,) = parse(json.dumps(envelope_value(item)).replace('"huge"', "1e999").encode())
    assert isinstance(event, MessageEvent)
    assert event.content == "ab\ufffd"
    assert event.raw["odd"] == {"key": [None, None]}
    assert "\\u0000" not in json.dumps(event.to_json())


def test_an_emoji_written_as_two_escapes_stays_one() -> None:
    (event,) = parse(json.dumps(envelope_value(text_message(text={"body": "ciao 😀"}))).encode())
    assert isinstance(event, MessageEvent)
    assert event.content == "ciao 😀"


def test_endless_nesting_is_cut_and_the_message_read() -> None:
    deep: Any = "bottom"
    for _ in range(200):
        deep = {"deeper": deep}
    (event,) = parse_value({"messages": [text_message(extra=deep)]})
    assert isinstance(event, MessageEvent)
    assert event.content == "hello"
    assert "bottom" not in json.dumps(event.raw)


def test_raw_is_the_item_as_received() -> None:
    document = json.loads(read("in_image_referral_ctwa.json"))
    (event,) = parse(read("in_image_referral_ctwa.json"))
    assert isinstance(event, MessageEvent)
    assert event.raw == document["entry"][0]["changes"][0]["value"]["messages"][0]


def envelope_value(item: dict[str, Any]) -> dict[str, Any]:
    value = {"metadata": {"phone_number_id": NUMBER_ID}, "messages": [item]}
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA_ID, "changes": changes}]}
