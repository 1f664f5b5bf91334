"""Order lines in words: "2 × Guinzaglio in nylon (M, rosso)"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from processors.attributes import in_order
from processors.language.texts import say

Line = Mapping[str, Any]
"""A line of a relay or market order as SQL stores it: name, quantity, variant, unit_price."""

LONGEST_LIST = 12
"""Lines written out. A message with buttons has 1024 characters for everything."""


def line_text(line: Line) -> str:
    """One line without its price."""
    variant = ", ".join(str(value) for _, value in in_order(line.get("variant") or {}))
    return f"{line['quantity']} × {line.get('name', '')}" + (f" ({variant})" if variant else "")


def lines_text(lines: Sequence[Line], language: str) -> str:
    """All lines below each other; what is beyond the longest list is counted."""
    written = [f"• {line_text(line)}" for line in lines[:LONGEST_LIST]]
    if more := len(lines) - LONGEST_LIST:
        written += [f"• {say(language, 'lines.more', count=more)}"] if more > 0 else []
    return "\n".join(written)


def lines_short(lines: Sequence[Line]) -> str:
    """All lines behind each other, for a list row or a template's parameter."""
    return ", ".join(line_text(line) for line in lines)
