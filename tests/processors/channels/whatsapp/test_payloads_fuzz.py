"""Whatever a signed body holds, it is read without an exception and nothing of it is lost."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.channels.base import Event, FieldEvent
from processors.channels.whatsapp.payloads import parse
from processors.channels.whatsapp.shapes import load_object
from tests.processors.channels.whatsapp.samples import load, webhook_names
from tests.processors.channels.whatsapp.test_fields import FIELD_KEYS
from tests.processors.channels.whatsapp.test_messages import MESSAGE_KEYS
from tests.processors.channels.whatsapp.test_statuses import RECEIPT_KEYS

KEYS = {"message": MESSAGE_KEYS, "receipt": RECEIPT_KEYS, "field": FIELD_KEYS}
SMALL_SAMPLES = [name for name in webhook_names() if name != "batch_500_statuses.json"]

# NUL and lone surrogates are part of it: JSON can escape both, and databases refuse both.
any_text = st.text(st.characters(exclude_categories=()), max_size=12)
known_words = st.sampled_from(
    [
        "messages",
        "statuses",
        "text",
        "edit",
        "system",
        "interactive",
        "type",
        "id",
        "from",
        "16505551234",
        "1",
    ]
)
any_json: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text
    | known_words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text | known_words, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def damaged_samples(draw: st.DrawFn) -> Any:
    """A sample in which one to five values are replaced, removed or doubled."""
    document = load(draw(st.sampled_from(SMALL_SAMPLES)))
    for _ in range(draw(st.integers(1, 5))):
        _damage(draw, document)
    return document


def _damage(draw: st.DrawFn, node: Any) -> None:
    """Walk down a random way and harm what is found at its end."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        child = node[key]
        if isinstance(child, (dict, list)) and child and draw(st.integers(0, 4)):
            node = child
            continue
        match draw(st.sampled_from(["replace", "remove", "double"])):
            case "replace":
                node[key] = draw(any_json)
            case "remove":
                del node[key]
            case "double" if isinstance(node, list):
                node.append(child)
        return


def check(body: bytes) -> list[Event]:
    document, events = load_object(body), parse(body)
    for event in events:
        item = event.to_json()
        assert set(item) == KEYS[item["kind"]]
        text = orjson.dumps(item).decode()
        assert "\\u0000" not in text.replace("\\\\", "")
        assert not (isinstance(event, FieldEvent) and (event.error or "").startswith("unexpected"))
    items = list(items_of(document))
    of_messages = [e for e in events if not isinstance(e, FieldEvent) or e.field == "messages"]
    assert Counter(map(canonical, items)) <= Counter(canonical(kept_of(e)) for e in of_messages)
    assert len(of_messages) == len(items) + other_events_of(document)
    return events


def kept_of(event: Event) -> Any:
    return event.payload if isinstance(event, FieldEvent) else event.raw


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def message_changes(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The changes whose items have to be counted, by the plainest reading of the envelope."""
    if document.get("object") != "whatsapp_business_account" or not isinstance(document.get("entry"), list):
        return []
    entries = [e for e in document["entry"] if isinstance(e, dict) and isinstance(e.get("changes"), list)]
    changes = [c for e in entries for c in e["changes"] if isinstance(c, dict)]
    return [c for c in changes if c.get("field") == "messages"]


def items_of(document: dict[str, Any]) -> list[Any]:
    """Every item under messages and statuses; a list that is none counts as one item."""
    found: list[Any] = []
    for change in message_changes(document):
        value = change.get("value")
        for key in ("messages", "statuses"):
            items = value.get(key) if isinstance(value, dict) else None
            found += items if isinstance(items, list) else [items] if items is not None else []
    return found


def other_events_of(document: dict[str, Any]) -> int:
    """Events of the field `messages` beyond its items: errors beside them, changes with nothing in them."""
    return sum(map(_is_more_than_items, message_changes(document))) + (document.get("object") == "messages")


def _is_more_than_items(change: dict[str, Any]) -> bool:
    value = change.get("value")
    if not isinstance(value, dict) or value.get("errors"):
        return True
    return all(value.get(key) in (None, []) for key in ("messages", "statuses"))


@settings(max_examples=200, deadline=None)
@given(damaged_samples())
def test_a_damaged_webhook_is_read_without_loss(document: Any) -> None:
    check(json.dumps(document).encode())


@settings(max_examples=200, deadline=None)
@given(st.lists(any_json, max_size=5), st.lists(any_json, max_size=3), st.lists(any_json, max_size=3))
def test_arbitrary_items_each_give_one_event(messages: Any, statuses: Any, errors: Any) -> None:
    value = {"metadata": {"phone_number_id": "1"}, "messages": messages, "statuses": statuses}
    changes = [{"field": "messages", "value": value | {"errors": errors}}]
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]})
    events = check(body.encode())
    assert len(events) == max(len(messages) + len(statuses) + bool(errors), 1)


def sound_or(value: Any) -> st.SearchStrategy[Any]:
    return st.just(value) | st.just(value) | any_json


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["text", "order", "interactive", "system", "edit", "contacts", "location", "image"]),
    st.fixed_dictionaries(
        {"id": sound_or("w"), "from": sound_or("16505551234"), "timestamp": sound_or("1")},
        optional={"context": any_json, "referral": any_json, "errors": any_json, "group_id": any_json},
    ),
    any_json,
)
def test_an_odd_message_gives_one_event(kind: str, item: dict[str, Any], content: Any) -> None:
    item |= {"type": kind, kind: content}
    value = {"metadata": {"phone_number_id": "1"}, "messages": [item], "statuses": [item]}
    changes = [{"field": "messages", "value": value}]
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]})
    assert len(check(body.encode())) == 2
