"""What the customer did in one turn, in order: taps, words, a catalogue order, or something we can't read.

Words of neighbouring messages belong together ("2 candele" / "e un guinzaglio"), so they become one input.
A tapped button's title is no wish of its own: only its id counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Literal

from processors.model import Json, Message
from processors.understanding.gate import only_emoji, yes_no

LONGEST_TEXT = 500
"""Characters of one message that are read; a longer one is answered with a request to be brief."""

_WORDED = frozenset({"text", "interactive", "button"})

OddKind = Literal[
    "empty", "too_long", "only_signs", "voice", "audio", "image", "video", "document", "sticker", "location",
    "contacts", "flow", "unsupported",
]  # fmt: skip
_CAPTIONED: Mapping[str, OddKind] = {"image": "image", "video": "video", "document": "document"}
_WORDLESS: Mapping[str, OddKind] = {"sticker": "sticker", "location": "location", "contacts": "contacts"}
"""Types of messages that may have a caption, and those that have none."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """Text to understand, cleaned; lines of one or more messages."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Tap:
    """A button or list row: `choice_id` in our own grammar, or whatever an old button carried."""

    choice_id: str
    title: str


@dataclass(frozen=True, kw_only=True)
class CatalogueItem:
    """A line of a WhatsApp catalogue cart. Its price is the phone's idea: never charged, only compared."""

    sku: str
    quantity: int
    price: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class CatalogueOrder:
    """A cart filled in WhatsApp's own catalogue."""

    items: tuple[CatalogueItem, ...]


@dataclass(frozen=True, kw_only=True)
class Odd:
    """Something that asks for no understanding but for a friendly word."""

    kind: OddKind


@dataclass(frozen=True, kw_only=True)
class Place:
    """A position on the map, {latitude, longitude, name, address}."""

    location: Json


@dataclass(frozen=True, kw_only=True)
class Form:
    """An answered form; `response` as its maker named the fields."""

    response: object


Input = Words | Tap | CatalogueOrder | Place | Form | Odd


def read_inputs(messages: Iterable[Message]) -> tuple[Input, ...]:
    """All that was said in a turn, oldest first; words next to each other are joined."""
    found: list[Input] = []
    for message in messages:
        for item in _read(message):
            last = found[-1] if found else None
            if isinstance(item, Words) and isinstance(last, Words):
                found[-1] = replace(last, text=f"{last.text}\n{item.text}")
            elif item not in found or isinstance(item, CatalogueOrder):
                found.append(item)
    return tuple(found)


def clean(text: str) -> str:
    """Text without control, zero-width and direction-changing characters; runs of spaces become one."""
    kept = (
        " " if character == "\t" else character
        for character in unicodedata.normalize("NFC", text)
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs", "Cn")
    )
    lines = (" ".join(line.split()) for line in "".join(kept).split("\n"))
    return "\n".join(line for line in lines if line)


def _read(message: Message) -> Iterable[Input]:
    if choice := message.payload.get("choice_id"):
        title = str(message.payload.get("choice_title") or message.content)
        return [Tap(choice_id=str(choice), title=clean(title))]
    if order := message.payload.get("order"):
        return _catalogue_order(order)
    if flow := message.payload.get("flow"):
        return [Form(response=flow.get("response"))] if isinstance(flow, dict) else [Odd(kind="flow")]
    if message.type == "location" and (location := message.payload.get("location")):
        return [Place(location=location)]
    if message.type in _WORDED:
        return [_words(message.content)]
    if message.type == "audio":
        return [_words(message.transcript)] if message.transcript else [Odd(kind=_audio_kind(message))]
    if kind := _CAPTIONED.get(message.type):
        # The words below a picture say what it is for; the picture itself is seen by people.
        return [Odd(kind=kind), _words(message.content)] if clean(message.content) else [Odd(kind=kind)]
    if kind := _WORDLESS.get(message.type):
        return [Odd(kind=kind)]
    return [_words(message.content)] if clean(message.content) else [Odd(kind="unsupported")]


def _audio_kind(message: Message) -> OddKind:
    media = message.payload.get("media") or {}
    return "voice" if media.get("voice") else "audio"


def _words(text: str | None) -> Input:
    cleaned = clean(text or "")
    if not cleaned:
        return Odd(kind="empty")
    if len(cleaned) > LONGEST_TEXT:
        return Odd(kind="too_long")
    # A lone thumb is an answer; any other picture alone is only a feeling.
    if only_emoji(cleaned) and yes_no(cleaned) is None:
        return Odd(kind="only_signs")
    return Words(text=cleaned)


def _catalogue_order(order: object) -> Iterable[Input]:
    if not isinstance(order, dict):
        return [Odd(kind="unsupported")]
    items = tuple(
        CatalogueItem(
            sku=str(item["retailer_id"]), quantity=int(item["quantity"]), price=_price(item.get("item_price"))
        )
        for item in order.get("items") or ()
    )
    note = clean(str(order.get("text") or ""))
    return [CatalogueOrder(items=items), *([Words(text=note)] if note else [])]


def _price(value: object) -> Decimal | None:
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        return None
    return price if price.is_finite() else None
