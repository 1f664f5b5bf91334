"""Events as a channel's parser makes them."""

from __future__ import annotations

from typing import Any


def message_event(external_id: str, phone: str = "393470000001", content: str = "ciao") -> dict[str, Any]:
    """A text message of one person."""
    return {
        "kind": "message",
        "channel": "whatsapp",
        "account": "106540352242922",
        "external_id": external_id,
        "type": "text",
        "content": content,
        "payload": {},
        "context_id": None,
        "provider_time": 1795255200,
        "sender": {"phone": phone, "bsuid": None, "parent_bsuid": None, "name": "", "username": None},
        "group_id": None,
        "wants_turn": True,
        "raw": {"id": external_id, "text": {"body": content}},
        "identity_change": None,
        "target_id": None,
    }
