"""Order lines in words: "2 × Guinzaglio in nylon (M, rosso)"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from processors.attributes import in_order
from processors.channels.whatsapp.limits import clamp, length
from processors.language.money import money
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
    return _listed([line_text(line) for line in lines], language)


def priced_lines(lines: Sequence[Line], currency: str, language: str) -> str:
    """The same with what each line costs, by the prices of the order."""
    return _listed(
        [
            f"{line_text(line)}: {money(Decimal(line['unit_price']) * line['quantity'], currency, language)}"
            for line in lines
        ],
        language,
    )


def priced_short(lines: Sequence[Line], currency: str, language: str, *, longest: int) -> str:
    """Lines with what each costs, behind each other, in at most `longest` characters as Meta counts them.

    Whole lines only; those without room are counted at the end. A single line that is too long is cut.
    """
    texts = [
        f"{line_text(line)}: {money(Decimal(line['unit_price']) * line['quantity'], currency, language)}"
        for line in lines
    ]
    for shown in range(len(texts), 0, -1):
        rest = [say(language, "lines.more", count=len(texts) - shown)] if shown < len(texts) else []
        if length(whole := "; ".join([*texts[:shown], *rest])) <= longest:
            return whole
    return clamp("; ".join(texts), longest)


def _listed(texts: Sequence[str], language: str) -> str:
    written = [f"• {text}" for text in texts[:LONGEST_LIST]]
    if (more := len(texts) - LONGEST_LIST) > 0:
        written.append(f"• {say(language, 'lines.more', count=more)}")
    return "\n".join(written)


def lines_short(lines: Sequence[Line]) -> str:
    """All lines behind each other, for a list row or a template's parameter."""
    return ", ".join(line_text(line) for line in lines)
