"""Twice or half of a thing in the cart, by its name: "il doppio dei saponi", "half the candles"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from processors.customer.place import Wanted, place
from processors.customer.swaps import line_named
from processors.customer.talk import Reads, Talk
from processors.understanding.gate import plain

_LEADING: Final = (
    r"(?:(?:no|anzi|ok|scus[aio]|allora|e|facciamo|fai|fammi|fate|metti\w*|mettet\w+|vorrei|voglio|prendo|dammi|actually|sorry|"
    r"please|and|i want|i d like|make it|give me|can you|tolong|mau|minta) )*"
)
_OF: Final = r"(?:(?:of|di|del|dello|dell|della|dei|degli|delle|d|il|lo|la|l|i|gli|le|the|my) )*"
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_LEADING}(?:il )?(?P<double>doppio) {_OF}(?P<what>.+)",
        rf"{_LEADING}(?P<double>raddoppi\w+) {_OF}(?P<what>.+)",
        rf"{_LEADING}(?:la )?(?P<half>meta) {_OF}(?P<what>.+)",
        rf"{_LEADING}(?P<half>dimezz\w+) {_OF}(?P<what>.+)",
        rf"{_LEADING}(?:the )?(?P<double>double|twice) {_OF}(?P<what>.+)",
        rf"{_LEADING}(?:the )?(?P<half>half|halve) {_OF}(?P<what>.+)",
        rf"{_LEADING}(?P<what>.+?) (?P<double>dobel\w*|dua kali lipat|lipat dua)(?: (?:ya|dong|kak|aja))*",
        rf"{_LEADING}(?P<what>.+?) (?P<half>setengah\w*|separuh\w*)(?: (?:ya|dong|kak|aja))*",
    )
)
LONGEST: Final = 12
"""Words; who says more says something else as well."""


async def multiply(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """The talk with a line of the cart doubled or halved; None when the text asks for nothing of the kind."""
    if not talk.cart or "?" in text or len(text.split()) > LONGEST:
        return None
    folded = plain(text)
    match = next((m for pattern in _PATTERNS if (m := pattern.fullmatch(folded))), None)
    if match is None:
        return None
    glossary = await reads.services.search.glossary(talk.turn.business.id)
    line = line_named(talk.cart, match["what"], glossary)
    if line is None:
        return None
    talk, found = await reads.products(talk, (line.product_id,))
    if not found:
        return None
    doubled = match.groupdict().get("double") is not None
    quantity = line.quantity * 2 if doubled else (line.quantity + 1) // 2
    wanted = Wanted(
        mention=line.name, quantity=quantity, variant=line.variant, options=(found[0],), mode="set"
    )
    return await place(replace(talk, intent="order_request", checkout=True), reads, wanted)
