"""Attributes of products in the order people expect; the database keeps no order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

KNOWN_ATTRIBUTES = ("taglia", "colore", "formato")
"""Those with a name in each language, in the order they are asked for and told."""

Value = TypeVar("Value")


def in_order(attributes: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """Attributes that have a value: size, colour, pack, then a merchant's own by name."""
    return [(name, attributes[name]) for name in sorted(attributes, key=_rank) if attributes[name]]


def _rank(attribute: str) -> tuple[int, str]:
    known = attribute in KNOWN_ATTRIBUTES
    return (KNOWN_ATTRIBUTES.index(attribute) if known else len(KNOWN_ATTRIBUTES), attribute)
