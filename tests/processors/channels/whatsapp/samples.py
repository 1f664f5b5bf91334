"""The sample payloads: shapes that Meta documents or that were captured, and edge cases."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from processors.channels.base import Event, FieldEvent, MessageEvent
from processors.channels.whatsapp.payloads import parse

FOLDER = Path(__file__).parents[3] / "payloads" / "whatsapp"
WEBHOOK_KINDS = ("inbound", "status", "batch", "field")
NUMBER_ID = "106540352242922"
WABA_ID = "102290129340398"


def read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def load(name: str) -> Any:
    return json.loads(read(name))


@cache
def manifest() -> dict[str, dict[str, Any]]:
    files: dict[str, dict[str, Any]] = load("_manifest.json")["files"]
    return files


def webhook_names() -> list[str]:
    return [name for name, about in manifest().items() if about.get("kind") in WEBHOOK_KINDS]


def message_of(name: str) -> MessageEvent:
    """The one message of a sample."""
    (event,) = parse(read(name))
    assert isinstance(event, MessageEvent)
    return event


def field_of(name: str) -> FieldEvent:
    """The one field event of a sample."""
    (event,) = parse(read(name))
    assert isinstance(event, FieldEvent)
    return event


def envelope(value: Any, field: str = "messages") -> bytes:
    """A webhook with one change."""
    changes = [{"field": field, "value": value}]
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": WABA_ID, "changes": changes}]}
    ).encode()


def parse_value(value: dict[str, Any], field: str = "messages") -> list[Event]:
    """The events of one change of the sample number."""
    return parse(envelope({"metadata": {"phone_number_id": NUMBER_ID}, **value}, field))


def text_message(**changes: Any) -> dict[str, Any]:
    """A sound text message; a change to None takes the key away."""
    item = {
        "from": "16505551234",
        "id": "wamid.one",
        "timestamp": "1793520000",
        "type": "text",
        "text": {"body": "hello"},
    }
    return {key: value for key, value in (item | changes).items() if value is not None}
