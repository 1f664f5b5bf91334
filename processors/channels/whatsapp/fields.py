"""Webhook fields other than `messages`: what each of them changes with us.

Fields: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
An effect is a small object that `ingest_events` applies in the transaction that stores the event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from processors.channels.whatsapp.contents import read_content
from processors.channels.whatsapp.messages import find_contact
from processors.channels.whatsapp.shapes import (
    Broken,
    Object,
    as_list,
    as_object,
    as_text,
    bsuid,
    objects,
    optional_id,
    phone,
    required_id,
    unix_seconds,
)

RAW_FIELDS = frozenset(
    {
        # Months of a phone's past and its address book: never answered, so they change nothing.
        "history",
        "smb_app_state_sync",
        # Conversations that Meta Business Agent owns at the moment.
        "standby",
        "messaging_handovers",
        # Documented from March to August 2026, then withdrawn in favour of system messages.
        "user_id_update",
        # The text of a template was edited; its state comes in its own field.
        "message_template_components_update",
    }
)
"""Fields that are known and kept as received."""

Item = tuple[Any, Object | Broken]


def read_field(field: str, value: Object) -> list[Item] | None:
    """The items of a change and the effect of each, or None for a field without any effect.

    A Broken in an effect's place says why that one item can't be used; its neighbours go on.
    """
    if field in _LISTS:
        key, read_item = _LISTS[field]
        try:
            items = as_list(value.get(key), key)
        except Broken as problem:
            return [(value, problem)]
        return [(item, _attempt(read_item, item, value)) for item in items]
    reader = _WHOLE.get(field)
    return [(value, _attempt(reader, value, value))] if reader else None


def _attempt(reader: Callable[[Object, Object], Object], item: Any, value: Object) -> Object | Broken:
    try:
        if not isinstance(item, dict):
            raise Broken("the item is not an object")
        return reader(item, value)
    except Broken as problem:
        return problem


def _echo(item: Object, value: Object) -> Object:
    """A message that a person typed in the WhatsApp Business app on the business's own phone."""
    number, user = phone(item.get("to")), bsuid(item.get("to_user_id"))
    if number is None and user is None:
        raise Broken("the echo names no recipient")
    contact = find_contact(objects(value.get("contacts")), number=number, user=user)
    kind = as_text(item.get("type"), "type")[:64]
    if not kind:
        raise Broken("type is missing")
    content = read_content(item, kind)
    return {
        "effect": "echo",
        "external_id": required_id(item.get("id"), "id"),
        "recipient": {
            "phone": number or phone(contact.get("wa_id")),
            "bsuid": user or bsuid(contact.get("user_id")),
        },
        "type": kind,
        "content": content.text,
        "payload": content.payload,
        "provider_time": unix_seconds(item.get("timestamp"), "timestamp"),
        "target_id": content.target_id,
    }


def _preference(item: Object, _: Object) -> Object:
    """A person stopped or resumed a category of messages in WhatsApp itself; honoured at once."""
    number, user = phone(item.get("wa_id")), bsuid(item.get("user_id"))
    if number is None and user is None:
        raise Broken("the preference names nobody")
    if item.get("value") not in ("stop", "resume"):
        raise Broken("the preference is neither stop nor resume")
    return {
        "effect": "preference",
        "phone": number,
        "bsuid": user,
        "category": as_text(item.get("category"), "category")[:64],
        "value": item["value"],
        "provider_time": unix_seconds(item.get("timestamp"), "timestamp"),
    }


def _template(value: Object, **changes: str | None) -> Object:
    effect: Object = {
        "effect": "template",
        "name": required_id(value.get("message_template_name"), "message_template_name"),
        "language": required_id(value.get("message_template_language"), "message_template_language"),
    }
    return effect | {"event": None, "quality": None, "category": None, "reason": None} | changes


def _template_status(value: Object, _: Object) -> Object:
    return _template(
        value,
        event=required_id(value.get("event"), "event"),
        category=optional_id(value.get("message_template_category")),
        reason=_template_reason(value),
    )


def _template_reason(value: Object) -> str | None:
    """Meta's code and its explanation; `NONE` stands for no reason."""
    code = optional_id(value.get("reason"))
    rejection = as_object(value.get("rejection_info"), "rejection_info")
    other = as_object(value.get("other_info"), "other_info")
    parts = [
        None if code == "NONE" else code,
        as_text(rejection.get("reason"), "rejection_info.reason"),
        as_text(other.get("description") or other.get("title"), "other_info"),
    ]
    return ": ".join(filter(None, parts)) or None


def _template_quality(value: Object, _: Object) -> Object:
    return _template(value, quality=required_id(value.get("new_quality_score"), "new_quality_score"))


def _template_category(value: Object, _: Object) -> Object:
    return _template(value, category=required_id(value.get("new_category"), "new_category"))


def _health(event_of: Callable[[Object], Any], otherwise: str) -> Callable[[Object, Object], Object]:
    """A reader for news about the account or a number; `otherwise` names news that has no event name."""

    def read(value: Object, _: Object) -> Object:
        event = optional_id(event_of(value)) or otherwise
        return {"effect": "account_health", "event": event, "details": value}

    return read


def _event(value: Object) -> Any:
    return value.get("event")


def _alert_type(value: Object) -> Any:
    return as_object(value.get("alert_info"), "alert_info").get("alert_type") or value.get("alert_type")


_LISTS: dict[str, tuple[str, Callable[[Object, Object], Object]]] = {
    "smb_message_echoes": ("message_echoes", _echo),
    "user_preferences": ("user_preferences", _preference),
}

_WHOLE: dict[str, Callable[[Object, Object], Object]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "account_update": _health(_event, "ACCOUNT_UPDATE"),
    "account_alerts": _health(_alert_type, "ACCOUNT_ALERT"),
    "account_review_update": _health(_event, "ACCOUNT_REVIEW_UPDATE"),
    "business_capability_update": _health(_event, "BUSINESS_CAPABILITY_UPDATE"),
    "business_username_updates": _health(_event, "BUSINESS_USERNAME_UPDATE"),
    "payment_configuration_update": _health(_event, "PAYMENT_CONFIGURATION_UPDATE"),
    "phone_number_name_update": _health(_event, "PHONE_NUMBER_NAME_UPDATE"),
    "phone_number_quality_update": _health(_event, "PHONE_NUMBER_QUALITY_UPDATE"),
    "security": _health(_event, "SECURITY"),
}
