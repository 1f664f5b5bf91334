"""The notifications that exist. Their texts are `push.<kind>.title` and `.body` of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

Audience = Literal["rider", "support"]

ORDER_DATA = ("market_order_id", "order_code")

DATA_VALUE_LIMIT = 200
"""Characters of one data value. FCM takes 4096 bytes for the whole message."""


@dataclass(frozen=True, kw_only=True)
class NotificationKind:
    """One kind of push.

    `required` are the data fields it can't do without; they and the `optional` ones travel to the device,
    others stay here. `subject` is the field that says what it is about: a later push of the same kind about
    the same subject replaces the earlier one. `opens` is the desk's query parameter for the subject, a page (how things
    stand), or None where there is nothing to open.
    `ttl_seconds` is how long the news is worth delivering to a device that is off.
    """

    audience: Audience
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    subject: str
    opens: Literal["order", "conversation", "page"] | None
    ttl_seconds: int


NOTIFICATIONS: Mapping[str, NotificationKind] = {
    "new_order": NotificationKind(
        audience="rider", required=ORDER_DATA, subject="market_order_id", opens="order", ttl_seconds=3600
    ),
    "address_changed": NotificationKind(
        audience="rider", required=ORDER_DATA, subject="market_order_id", opens="order", ttl_seconds=3600
    ),
    "note_changed": NotificationKind(
        audience="rider", required=ORDER_DATA, subject="market_order_id", opens="order", ttl_seconds=3600
    ),
    "off_duty": NotificationKind(
        audience="rider", required=("rider_id",), subject="rider_id", opens=None, ttl_seconds=4 * 3600
    ),
    "on_duty": NotificationKind(
        audience="rider", required=("rider_id",), subject="rider_id", opens=None, ttl_seconds=4 * 3600
    ),
    "delivered": NotificationKind(
        audience="support",
        required=ORDER_DATA,
        subject="market_order_id",
        opens="order",
        ttl_seconds=4 * 3600,
    ),
    "failed_message": NotificationKind(
        audience="support",
        required=("conversation_id",),
        optional=("reason",),
        subject="conversation_id",
        opens="conversation",
        ttl_seconds=12 * 3600,
    ),
    "model_budget": NotificationKind(
        audience="support",
        required=("day", "percent"),
        subject="day",
        opens="page",
        ttl_seconds=12 * 3600,
    ),
    "escalation": NotificationKind(
        audience="support",
        required=("conversation_id",),
        optional=("reason",),
        subject="conversation_id",
        opens="conversation",
        ttl_seconds=12 * 3600,
    ),
}


def missing_fields(kind: NotificationKind, data: Mapping[str, Any]) -> list[str]:
    """The required fields that `data` lacks or leaves empty."""
    return [name for name in kind.required if data.get(name) in (None, "")]


def device_data(kind: NotificationKind, data: Mapping[str, Any]) -> dict[str, str]:
    """What the app on the device gets: known fields only, as text, because FCM's data is a map of strings."""
    names = (*kind.required, *kind.optional)
    return {name: str(data[name])[:DATA_VALUE_LIMIT] for name in names if data.get(name) is not None}


def desk_link(kind: NotificationKind, data: Mapping[str, Any], desk_url: str) -> str:
    """Where a tap on the notification leads in the desk."""
    subject = data.get(kind.subject)
    base = desk_url.rstrip("/") + "/"
    if kind.opens == "page":
        return f"{base}health"
    return f"{base}?{kind.opens}={quote(str(subject), safe='')}" if subject and kind.opens else base
