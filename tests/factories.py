"""Makes objects that pipelines read. Everything has a default; a test names what it is about."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime
from typing import Any

from processors.model import Account, Business, Contact, Dealer, Message, Turn

_sequences = itertools.count(1)


def make_business(**changes: Any) -> Business:
    """A shop that speaks all three languages, Italian first."""
    fields: dict[str, Any] = {
        "id": uuid.UUID("00000000-0000-4000-8000-000000000001"),
        "name": "Dloop",
        "bot_kind": "commerce",
        "languages": ("it", "en", "id"),
        "default_language": "it",
        "currency": "EUR",
        "timezone": "Europe/Rome",
        "persona": "",
        "limits": {},
        "hours": {},
    }
    return Business(**(fields | changes))


def make_account(**changes: Any) -> Account:
    """The business's WhatsApp number."""
    fields: dict[str, Any] = {
        "id": uuid.uuid4(),
        "channel": "whatsapp",
        "external_id": "106540352242922",
        "simulated": False,
    }
    return Account(**(fields | changes))


def make_contact(**changes: Any) -> Contact:
    """Somebody who has written before."""
    fields: dict[str, Any] = {
        "id": uuid.uuid4(),
        "name": "Giulia Bianchi",
        "phone": "393401112233",
        "language": None,
        "opted_out": False,
        "privacy_noticed": True,
    }
    return Contact(**(fields | changes))


def make_message(content: str = "", *, choice: str | None = None, **changes: Any) -> Message:
    """A message from the customer or dealer: a text, or with `choice` a tapped button or row."""
    payload: dict[str, Any] = {} if choice is None else {"choice_id": choice, "choice_title": content}
    fields: dict[str, Any] = {
        "id": uuid.uuid4(),
        "sequence": next(_sequences),
        "author": "customer",
        "direction": "inbound",
        "type": "text" if choice is None else "interactive",
        "content": content,
        "payload": payload,
        "transcript": None,
        "provider_time": datetime.now(UTC),
    }
    return Message(**(fields | changes))


def make_sent(content: str = "", **changes: Any) -> Message:
    """A message of ours, for a turn's history."""
    return make_message(content, **{"author": "bot", "direction": "outbound", **changes})


def make_turn(*messages: Message | str, **changes: Any) -> Turn:
    """A turn of a customer with these messages; strings become texts."""
    fields: dict[str, Any] = {
        "token": uuid.uuid4(),
        "attempts": 1,
        "business": make_business(),
        "account": make_account(),
        "contact": make_contact(),
        "conversation_id": uuid.uuid4(),
        "conversation_type": "customer",
        "language": "it",
        "session": {},
        "summary": "",
        "message_count": len(messages),
        "escalated": False,
        "messages": tuple(make_message(m) if isinstance(m, str) else m for m in messages),
        "history": (),
        "cart": (),
        "dealer": None,
    }
    return Turn(**(fields | changes))


def make_dealer(**changes: Any) -> Dealer:
    """A shop that takes orders."""
    fields: dict[str, Any] = {"id": uuid.uuid4(), "name": "Zampa Felice", "paused": False}
    return Dealer(**(fields | changes))
