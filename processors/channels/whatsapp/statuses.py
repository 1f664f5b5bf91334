"""One receipt: sent, delivered, read, played or failed, for one message that we sent.

Shape: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
"""

from __future__ import annotations

from typing import Any

from processors.channels.base import ReceiptEvent
from processors.channels.whatsapp.shapes import (
    Broken,
    Object,
    bsuid,
    objects,
    optional_id,
    phone,
    required_id,
    unix_seconds,
)

_PARTICIPANT_KEYS = (
    "recipient_participant_id",
    "participant_recipient_id",  # Some of Meta's group examples spell it so.
    "recipient_participant_user_id",
)


def read_status(item: Any, *, account: str) -> ReceiptEvent:
    """The event of one item of `value.statuses`.

    The status is kept whatever it is: Meta added `played` in 2025 and once had `deleted`.
    Raises Broken when the item has no usable id, status or time.
    """
    if not isinstance(item, dict):
        raise Broken("the status is not an object")
    status = item.get("status")
    if not isinstance(status, str) or not 0 < len(status) <= 64:
        raise Broken("status is missing")
    return ReceiptEvent(
        channel="whatsapp",
        account=account,
        external_id=required_id(item.get("id"), "id"),
        status=status,
        provider_time=unix_seconds(item.get("timestamp"), "timestamp"),
        participant=_participant(item),
        callback_data=optional_id(item.get("biz_opaque_callback_data")),
        errors=objects(item.get("errors")),
        pricing=_pricing(item),
        recipient_phone=None if item.get("recipient_type") == "group" else phone(item.get("recipient_id")),
        recipient_bsuid=bsuid(item.get("recipient_user_id")),
        raw=item,
    )


def _participant(item: Object) -> str:
    return next((found for key in _PARTICIPANT_KEYS if (found := optional_id(item.get(key)))), "")


def _pricing(item: Object) -> Object | None:
    """The price, which some group examples nest inside `conversation`."""
    pricing = item.get("pricing")
    if pricing is None and isinstance(item.get("conversation"), dict):
        pricing = item["conversation"].get("pricing")
    return pricing if isinstance(pricing, dict) else None
