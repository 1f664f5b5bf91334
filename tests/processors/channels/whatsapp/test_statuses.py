"""Receipts in every shape that Meta sends or sent."""

from __future__ import annotations

from typing import Any

import pytest

from processors.channels.base import ReceiptEvent
from processors.channels.whatsapp.payloads import parse
from tests.processors.channels.whatsapp.samples import NUMBER_ID, parse_value, read

RECEIPT_KEYS = {
    *("kind", "channel", "account", "external_id", "status", "provider_time", "participant"),
    *("callback_data", "errors", "pricing", "recipient_phone", "recipient_bsuid", "raw"),
}


def receipt_of(name: str) -> ReceiptEvent:
    (event,) = parse(read(name))
    assert isinstance(event, ReceiptEvent)
    return event


def one(**changes: Any) -> ReceiptEvent:
    (event,) = parse_value({"statuses": [{"id": "w", "status": "sent", "timestamp": "1"} | changes]})
    assert isinstance(event, ReceiptEvent)
    return event


def test_a_receipt_in_full() -> None:
    json = receipt_of("st_with_callback_data.json").to_json()
    assert set(json) == RECEIPT_KEYS
    assert (json["kind"], json["channel"], json["account"]) == ("receipt", "whatsapp", NUMBER_ID)
    assert (json["status"], json["provider_time"]) == ("delivered", 1793520002)
    assert json["callback_data"] == "order:8812;attempt:1"
    assert json["recipient_phone"] == "16505551234"
    assert json["recipient_bsuid"] == "US.13491208655302741918"
    assert json["pricing"]["category"] == "service"
    assert (json["participant"], json["errors"]) == ("", [])


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("st_sent.json", "sent"),
        ("st_delivered.json", "delivered"),
        ("st_read.json", "read"),
        ("st_played.json", "played"),
        ("st_deleted_legacy.json", "deleted"),
        ("st_failed_131047.json", "failed"),
    ],
)
def test_the_status_is_kept_as_it_is(name: str, status: str) -> None:
    assert receipt_of(name).status == status


def test_a_failure_names_its_code() -> None:
    event = receipt_of("st_failed_131050.json")
    assert [error["code"] for error in event.errors] == [131050]
    assert event.pricing is None


def test_a_recipient_known_by_user_id_alone() -> None:
    event = receipt_of("st_failed_131047_to_bsuid.json")
    assert event.recipient_phone is None
    assert event.recipient_bsuid == "US.13491208655302741918"


@pytest.mark.parametrize(
    "key", ["recipient_participant_id", "participant_recipient_id", "recipient_participant_user_id"]
)
def test_a_group_receipt_names_the_participant_in_either_spelling(key: str) -> None:
    event = one(recipient_type="group", recipient_id="120363", **{key: "16505551234"})
    assert event.participant == "16505551234"
    assert event.recipient_phone is None


def test_a_price_inside_the_conversation_is_found() -> None:
    assert one(conversation={"id": "c", "pricing": {"category": "group_service"}}).pricing == {
        "category": "group_service"
    }


def test_odd_extras_do_not_lose_the_receipt() -> None:
    event = one(pricing=[], errors="x", recipient_id={}, biz_opaque_callback_data=[], conversation=3)
    assert (event.status, event.pricing, list(event.errors), event.callback_data) == ("sent", None, [], None)
