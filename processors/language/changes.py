"""What becomes of an order's lines, in words: "senza 2 × Shampoo", "1 × Candela invece di 3"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from processors.language.clock import when
from processors.language.lines import line_text
from processors.language.money import money
from processors.language.texts import say

Change = Mapping[str, Any]
"""One change in the shape of `order_proposals.changes`."""


def change_texts(
    changes: Sequence[Change], ready_at: datetime | None, *, currency: str, timezone: str, language: str
) -> list[str]:
    """One text for each change, and one for the time. Prices are those of the database."""
    texts = [_change(change, currency, language) for change in changes]
    if ready_at is not None:
        texts.append(say(language, "change.ready", when=when(ready_at, timezone, language)))
    return texts


def _change(change: Change, currency: str, language: str) -> str:
    line = line_text(change)
    if change["kind"] == "instead":
        by = {"quantity": change["by_quantity"], "name": change["by"], "variant": change.get("by_variant")}
        price = money(Decimal(change["unit_price"]), currency, language)
        return say(language, "change.instead", by=line_text(by), price=price, line=line)
    if change["kind"] == "without":
        return say(language, "change.without", line=line)
    left = line_text({**change, "quantity": change["left"]})
    return say(language, "change.fewer", left=left, quantity=change["quantity"])
