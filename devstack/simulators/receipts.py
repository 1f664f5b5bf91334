"""The receipts of an accepted message: which, in what order, when, and their shape.

Source: developers.facebook.com, WhatsApp Cloud API, webhooks/reference/messages/status and pricing
(September-October 2026): a `contacts` array on all but `failed`, `pricing` on `sent` and on one of the later
ones, no `conversation`.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Literal

from devstack.simulators.config import Config
from devstack.simulators.graph_errors import GraphError
from devstack.simulators.people import Person
from devstack.simulators.webhooks import Webhooks, envelope

Mode = Literal["normal", "none", "shuffled", "duplicated", "late"]

ALL = ("sent", "delivered", "read")
LATE_SECONDS = 10.0
PRICED = frozenset({"sent", "delivered"})


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """An accepted message. `category` is what it is billed under; `failure` the code it fails with later."""

    wamid: str
    phone_number_id: str
    person: Person
    kind: str
    category: str
    callback_data: str | None
    at: float
    failure: int | None = None


async def send_receipts(
    webhooks: Webhooks, config: Config, message: Accepted, *, mode: Mode, delay_seconds: float
) -> None:
    """Deliver a message's receipts, each a webhook of its own, after a pause, until it is accepted."""
    if mode == "late":
        await asyncio.sleep(LATE_SECONDS)
    for position, status in _order(message, mode):
        await asyncio.sleep(delay_seconds)
        body = receipt(config, message, status, at=message.at + position * delay_seconds)
        for _ in range(2 if mode == "duplicated" else 1):
            await webhooks.deliver(body)


def receipt(config: Config, message: Accepted, status: str, *, at: float) -> bytes:
    """The webhook of one receipt; `at` is when the thing happened, in Unix seconds."""
    contacts = {} if status == "failed" else {"contacts": [message.person.as_contact()]}
    value = {**contacts, "statuses": [_item(message, status, at)]}
    return envelope(config, message.phone_number_id, value)


def _order(message: Accepted, mode: Mode) -> list[tuple[int, str]]:
    """Receipts with their place in time, in the order of delivery."""
    if mode == "none":
        return []
    in_time = list(enumerate(_statuses(message), start=1))
    if mode != "shuffled" or len(in_time) == 1:
        return in_time
    others = [list(order) for order in permutations(in_time) if list(order) != in_time]
    return random.choice(others)  # noqa: S311  # Nothing secret is drawn.


def _statuses(message: Accepted) -> tuple[str, ...]:
    if message.failure is not None:
        return ("failed",)
    # A reaction is never reported as delivered or read.
    return ("sent",) if message.kind == "reaction" else ALL


def _item(message: Accepted, status: str, at: float) -> dict[str, Any]:
    person = message.person
    item: dict[str, Any] = {"id": message.wamid, "status": status, "timestamp": str(int(at))}
    if person.phone:
        item["recipient_id"] = person.phone
    if status != "failed" or not person.phone:
        item["recipient_user_id"] = person.bsuid
    if message.callback_data is not None:
        item["biz_opaque_callback_data"] = message.callback_data
    if status in PRICED:
        item["pricing"] = {
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": message.category,
        }
    if message.failure is not None:
        item["errors"] = [_error(message.failure)]
    return item


def _error(code: int) -> dict[str, Any]:
    error = GraphError(code)
    return {
        "code": code,
        "title": error.title,
        "message": error.title,
        "error_data": {"details": error.details},
        "href": "/documentation/business-messaging/whatsapp/support/error-codes",
    }
