"""The labelled files of a folder, as JSON lines: `nlu.*`, `carts.*`, `search_queries.*`, `scam.*`, `search_catalogue`.

A line that can't be used is refused by file and line; fields that nobody knows are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from processors.understanding.linear import INTENTS

ACTIONS = ("none", "add", "remove", "set", "clear", "confirm")
CATALOGUE = "search_catalogue.jsonl"
Json = Mapping[str, Any]
Row = TypeVar("Row")


class RowError(Exception):
    """A folder, file or line that can't be used; the message names it and what is expected."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message and what it means. `language` and `needs_human` are None where nobody labelled them."""

    text: str
    language: str | None
    intent: str
    needs_human: bool | None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A thing that should be understood. With several `skus` only asking is right."""

    quantity: int
    skus: tuple[str, ...]
    variant: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Cart:
    """A message and what it should do to a cart."""

    text: str
    language: str | None
    action: str
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Query:
    """A search and the products that answer it."""

    text: str
    language: str | None
    kind: str
    relevant: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Article:
    """A product of the folder's catalogue."""

    sku: str
    name: str
    description: str
    category: str
    price: Decimal
    currency: str
    attributes: Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Advertisement:
    """A job advertisement, honest or not."""

    text: str
    language: str | None
    is_scam: bool
    difficulty: str


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """All rows of a folder, by the name of their set: `dev` for `nlu.dev.jsonl`."""

    messages: Mapping[str, Sequence[Message]] = field(default_factory=dict)
    carts: Mapping[str, Sequence[Cart]] = field(default_factory=dict)
    queries: Mapping[str, Sequence[Query]] = field(default_factory=dict)
    advertisements: Mapping[str, Sequence[Advertisement]] = field(default_factory=dict)
    catalogue: Sequence[Article] = ()


def read_folder(folder: Path, *, only: Sequence[str] = ()) -> Labelled:
    """The labelled rows of a folder; `only` keeps the sets of these names. Raises RowError."""
    if not folder.is_dir():
        raise RowError(f"{folder}: no such folder")
    found = Labelled(
        messages=_sets(folder, "nlu", _message, only),
        carts=_sets(folder, "carts", _cart, only),
        queries=_sets(folder, "search_queries", _query, only),
        advertisements=_sets(folder, "scam", _advertisement, only),
    )
    if found.carts or found.queries:
        if not (folder / CATALOGUE).is_file():
            raise RowError(f"{folder / CATALOGUE}: carts and searches need the catalogue they speak of")
        found = Labelled(**{**vars(found), "catalogue": list(_lines(folder / CATALOGUE, _article))})
    if not (found.messages or found.carts or found.queries or found.advertisements):
        raise RowError(
            f"{folder}: no labelled rows; files are called nlu.NAME.jsonl, carts.NAME.jsonl, "
            "search_queries.NAME.jsonl or scam.NAME.jsonl"
        )
    return found


def _sets(
    folder: Path, stem: str, read: Callable[[Json], Row], only: Sequence[str]
) -> dict[str, Sequence[Row]]:
    named = {
        path.name[len(stem) + 1 : -len(".jsonl")]: path for path in sorted(folder.glob(f"{stem}.*.jsonl"))
    }
    chosen = {name: list(_lines(path, read)) for name, path in named.items() if not only or name in only}
    return {name: rows for name, rows in chosen.items() if rows}


def _lines(path: Path, read: Callable[[Json], Row]) -> Iterator[Row]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise RowError(f"{path}: is not UTF-8 ({error.reason} at byte {error.start})") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("is not a JSON object")
            yield read(row)
        except json.JSONDecodeError as error:
            raise RowError(f"{path}:{number}: is not JSON: {error.msg} at column {error.colno}") from None
        except ValueError as error:
            raise RowError(f"{path}:{number}: {error}") from None


def _message(row: Json) -> Message:
    needs = row.get("needs_human")
    if not isinstance(needs, bool | None):
        raise ValueError("needs_human must be true or false")
    return Message(
        text=_text(row, "text"),
        language=_language(row),
        intent=_one_of(row, "intent", INTENTS),
        needs_human=needs,
    )


def _cart(row: Json) -> Cart:
    items = row.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("items must be a list of objects")
    return Cart(
        text=_text(row, "text"),
        language=_language(row),
        action=_one_of(row, "action", ACTIONS),
        items=tuple(_item(item) for item in items),
    )


def _item(row: Json) -> Item:
    quantity, variant = row.get("qty", 1), row.get("variant") or {}
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise ValueError("qty of an item must be a whole number")
    if not isinstance(variant, dict):
        raise ValueError("variant of an item must be an object")
    return Item(
        quantity=quantity,
        skus=tuple(_skus(row, "skus")),
        variant={str(name): str(value) for name, value in variant.items()},
    )


def _query(row: Json) -> Query:
    return Query(
        text=_text(row, "q" if "q" in row else "text"),
        language=_language(row),
        kind=str(row.get("type") or "other"),
        relevant=frozenset(_skus(row, "relevant")),
    )


def _advertisement(row: Json) -> Advertisement:
    text = _text(row, "text")
    _one_of(row, "label", ("scam", "legit"))
    return Advertisement(
        text=text,
        language=_language(row) if "lang" in row else None,
        is_scam=row["label"] == "scam",
        difficulty=str(row.get("difficulty") or "other"),
    )


def _article(row: Json) -> Article:
    variants = row.get("variants") or {}
    if not isinstance(variants, dict) or not all(isinstance(values, list) for values in variants.values()):
        raise ValueError("variants must be an object of lists")
    cents = row.get("price_cents", 0)
    if isinstance(cents, bool) or not isinstance(cents, int) or cents < 0:
        raise ValueError("price_cents must be a whole number, 0 or more")
    return Article(
        sku=_text(row, "sku"),
        name=_text(row, "name"),
        description=str(row.get("description") or ""),
        category=str(row.get("category") or ""),
        price=Decimal(cents) / 100,
        currency=str(row.get("currency") or "EUR"),
        attributes={str(name): [str(value) for value in values] for name, values in variants.items()},
    )


def _text(row: Json, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a text that is not empty")
    return value


def _language(row: Json) -> str | None:
    value = row.get("lang")
    if not isinstance(value, str | None):
        raise ValueError("lang must be a text or null")
    return value


def _one_of(row: Json, name: str, allowed: Sequence[str]) -> str:
    value = row.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}")
    return value


def _skus(row: Json, name: str) -> list[str]:
    value = row.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(sku, str) for sku in value):
        raise ValueError(f"{name} must be a list of SKUs with at least one")
    return value
