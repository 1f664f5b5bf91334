"""Frames of the websocket, vsn 1.0.0: one JSON object each way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

PREFIX = "realtime:"
HEARTBEAT_TOPIC = "phoenix"


class BadFrame(Exception):
    """Not a frame of this protocol. The platform logs it and goes on."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a client sent. `topic` is as sent, with its prefix."""

    topic: str
    event: str
    payload: Mapping[str, Any]
    ref: str | None
    join_ref: str | None

    @property
    def name(self) -> str | None:
        """The topic without its prefix; None when it is not one of Realtime's."""
        return self.topic.removeprefix(PREFIX) if self.topic.startswith(PREFIX) else None


def parse(text: str) -> Frame:
    """Read a frame. Raises BadFrame."""
    try:
        message = orjson.loads(text)
        topic, event = message["topic"], message["event"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BadFrame("no JSON object with topic and event") from None
    payload = message.get("payload")
    if not isinstance(topic, str) or not isinstance(event, str):
        raise BadFrame("topic and event must be strings")
    if payload is not None and not isinstance(payload, dict):
        raise BadFrame("payload must be an object")
    return Frame(topic, event, payload or {}, _ref(message.get("ref")), _ref(message.get("join_ref")))


def encode(topic: str, event: str, payload: object, ref: str | None = None) -> str:
    """A frame for a client of a topic without prefix. Raises ValueError for what JSON can't hold.

    The same text serves every socket of a topic: nothing in it depends on who reads it.
    """
    return encode_for(topic if topic == HEARTBEAT_TOPIC else PREFIX + topic, event, payload, ref)


def encode_for(full_topic: str, event: str, payload: object, ref: str | None = None) -> str:
    """The same for a topic as it is sent, prefix and all."""
    try:
        frame = {"ref": ref, "event": event, "payload": payload, "topic": full_topic}
        return orjson.dumps(frame).decode()
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from None


def ok(response: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The payload of a reply that grants."""
    return {"status": "ok", "response": response or {}}


def refusal(reason: str | None = None) -> dict[str, Any]:
    """The payload of a reply that refuses."""
    return {"status": "error", "response": {} if reason is None else {"reason": reason}}


def _ref(value: object) -> str | None:
    return None if value is None else str(value)[:100]
