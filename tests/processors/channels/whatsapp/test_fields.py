"""Fields other than messages: what each changes, and which are only kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from processors.channels.base import FieldEvent
from processors.channels.whatsapp.payloads import parse
from tests.processors.channels.whatsapp.samples import NUMBER_ID, WABA_ID, field_of, parse_value, text_message

FIELD_KEYS = {
    *("kind", "channel", "account", "waba_id", "field", "external_id", "occurred_at"),
    *("payload", "error", "effects"),
}
TEMPLATE = {"effect": "template", "name": "order_confirmation", "language": "en_US"}
ECHO = text_message(**{"from": "15550783881"}, to="16505551234", to_user_id="US.1")


def test_a_field_event_in_full() -> None:
    event = field_of("wf_user_preferences_resume.json").to_json()
    assert set(event) == FIELD_KEYS
    assert (event["kind"], event["channel"], event["field"]) == ("field", "whatsapp", "user_preferences")
    assert (event["account"], event["waba_id"]) == (NUMBER_ID, WABA_ID)
    assert event["payload"]["user_preferences"]
    assert event["effects"] == [
        {
            "effect": "preference",
            "phone": "16505551234",
            "bsuid": "US.13491208655302741918",
            "category": "marketing_messages",
            "value": "resume",
            "provider_time": 1793520000,
        }
    ]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (
            "wf_message_template_status_update_approved.json",
            {"event": "APPROVED", "category": "UTILITY", "reason": None, "quality": None},
        ),
        (
            "wf_message_template_status_update_rejected.json",
            {
                "event": "REJECTED",
                "category": "MARKETING",
                "reason": "INVALID_FORMAT: Variables are adjacent.",
                "quality": None,
            },
        ),
        (
            "wf_message_template_quality_update.json",
            {"event": None, "category": None, "reason": None, "quality": "YELLOW"},
        ),
        (
            "wf_template_category_update.json",
            {"event": None, "category": "MARKETING", "reason": None, "quality": None},
        ),
    ],
)
def test_news_of_a_template(name: str, changes: dict[str, Any]) -> None:
    assert list(field_of(name).effects) == [TEMPLATE | changes]


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("wf_account_alerts.json", "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED"),
        ("wf_account_update_disabled.json", "DISABLED_UPDATE"),
        ("wf_account_update_offboarded.json", "ACCOUNT_OFFBOARDED"),
        ("wf_account_update_partner_removed.json", "PARTNER_REMOVED"),
        ("wf_account_update_violation.json", "ACCOUNT_VIOLATION"),
        ("wf_account_update_volume_tier.json", "VOLUME_BASED_PRICING_TIER_UPDATE"),
        ("wf_business_capability_update.json", "BUSINESS_CAPABILITY_UPDATE"),
        ("wf_business_username_updates.json", "BUSINESS_USERNAME_UPDATE"),
        ("wf_phone_number_name_update.json", "PHONE_NUMBER_NAME_UPDATE"),
        ("wf_phone_number_quality_update_throughput_upgrade.json", "THROUGHPUT_UPGRADE"),
        ("wf_security.json", "PIN_CHANGED"),
    ],
)
def test_news_of_an_account_or_a_number(name: str, event: str) -> None:
    found = field_of(name)
    assert list(found.effects) == [{"effect": "account_health", "event": event, "details": found.payload}]


@pytest.mark.parametrize(
    "name",
    [
        "wf_history_declined.json",
        "wf_smb_app_state_sync.json",
        "wf_standby_empty.json",
        "wf_standby_status.json",
        "wf_messaging_handovers_control_passed.json",
        "wf_user_id_update_withdrawn.json",
        "wf_message_template_components_update.json",
    ],
)
def test_fields_that_are_only_kept(name: str) -> None:
    event = field_of(name)
    assert (list(event.effects), event.error) == ([], None)


@pytest.mark.parametrize("field", ["standby", "history"])
def test_messages_that_are_not_ours_to_answer_stay_raw(field: str) -> None:
    value = {field: {"messages": [text_message()], "statuses": []}, "messages": [text_message()]}
    (event,) = parse_value(value, field)
    assert isinstance(event, FieldEvent)
    assert list(event.effects) == []
    assert event.payload[field]["messages"] == [text_message()]


def test_an_echo_of_the_businesss_own_phone() -> None:
    (event,) = parse_value({"message_echoes": [ECHO]}, "smb_message_echoes")
    assert event.external_id == "wamid.one"
    assert isinstance(event, FieldEvent)
    assert list(event.effects) == [
        {
            "effect": "echo",
            "external_id": "wamid.one",
            "recipient": {"phone": "16505551234", "bsuid": "US.1"},
            "type": "text",
            "content": "hello",
            "payload": {},
            "provider_time": 1793520000,
            "target_id": None,
        }
    ]


@pytest.mark.parametrize("kind", ["edit", "revoke"])
def test_an_edited_or_deleted_echo_names_its_message(kind: str) -> None:
    event = field_of(f"wf_smb_message_echoes_{kind}.json")
    (effect,) = event.effects
    assert effect["type"] == kind
    assert effect["target_id"] == "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBJCNTc4MzcwNTUwMjEwQUNEOUMA"
    assert effect["content"] == ("Text was edited" if kind == "edit" else "")


@pytest.mark.parametrize(
    ("field", "key", "sound", "broken"),
    [
        ("smb_message_echoes", "message_echoes", ECHO, None),
        ("smb_message_echoes", "message_echoes", ECHO, ECHO | {"to": None, "to_user_id": None}),
        ("smb_message_echoes", "message_echoes", ECHO, ECHO | {"id": 5}),
        ("smb_message_echoes", "message_echoes", ECHO, ECHO | {"type": []}),
        ("smb_message_echoes", "message_echoes", ECHO, ECHO | {"text": []}),
        (
            "user_preferences",
            "user_preferences",
            {"wa_id": "16505551234", "value": "stop", "timestamp": 1},
            {"wa_id": "16505551234", "value": "perhaps", "timestamp": 1},
        ),
        (
            "user_preferences",
            "user_preferences",
            {"user_id": "US.1", "value": "stop", "timestamp": "1"},
            {"value": "stop", "timestamp": "1"},
        ),
    ],
)
def test_a_broken_item_of_a_list_is_kept_and_the_others_apply(
    field: str, key: str, sound: dict[str, Any], broken: Any
) -> None:
    applied, kept = parse_value({key: [sound, broken, sound]}, field)
    assert isinstance(applied, FieldEvent)
    assert isinstance(kept, FieldEvent)
    assert (len(applied.effects), applied.error) == (2, None)
    assert (kept.payload, list(kept.effects)) == (broken, [])
    assert kept.error


def test_a_single_broken_item_is_not_kept_twice() -> None:
    (event,) = parse_value({"message_echoes": [7]}, "smb_message_echoes")
    assert isinstance(event, FieldEvent)
    assert event.error == "the item is not an object"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_template_status_update", {}),
        (
            "message_template_quality_update",
            {"message_template_name": "a", "message_template_language": "it"},
        ),
        ("template_category_update", {"message_template_name": 1}),
        ("account_alerts", {"alert_info": []}),
        ("smb_message_echoes", {"message_echoes": {}}),
        ("a_field_of_tomorrow", {"x": 1}),
    ],
)
def test_a_change_that_can_not_be_used_is_kept_with_an_error(field: str, value: dict[str, Any]) -> None:
    (event,) = parse_value(value, field)
    assert isinstance(event, FieldEvent)
    assert event.error
    assert not event.error.startswith("unexpected")
    assert event.payload.items() >= value.items()


def test_a_repeat_and_the_same_news_at_another_time_can_be_told_apart() -> None:
    change = {"field": "message_template_status_update", "value": {"event": "PAUSED"}}

    def at(time: Any) -> int | None:
        entry = {"id": WABA_ID, "time": time, "changes": [change]}
        (event,) = parse(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
        assert isinstance(event, FieldEvent)
        return event.occurred_at

    assert (at(1793520000), at(1793520001), at("1793520002")) == (1793520000, 1793520001, 1793520002)
    unusable: list[Any] = [None, -1, "soon", [], 10**30]
    assert [at(junk) for junk in unusable] == [None] * 5


def test_an_id_of_its_own_needs_no_time() -> None:
    assert field_of("wf_smb_message_echoes_edit.json").occurred_at is None
