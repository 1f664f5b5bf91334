"""Signs that a phone wrote out when somebody dictated: "tre candele virgola un sapone punto"."""

from __future__ import annotations

import re
from typing import Final

_COMMA: Final = re.compile(r"\s+(?:virgola|comma|koma)\s+", re.IGNORECASE)
_STOP: Final = re.compile(r"\s+(?:punto|full stop|titik)(?:\s+e\s+a\s+capo)?\s*$", re.IGNORECASE)
_MARKED: Final = re.compile(r"\s+(?:punto interrogativo|question mark|tanda tanya)\s*$", re.IGNORECASE)


def signed(text: str) -> str:
    """The text with its commas and its end as signs. "Virgola" beside a real comma is a word like any other."""
    text = _MARKED.sub("?", text)
    if "," in text or _COMMA.search(text) is None:
        return text
    return _STOP.sub(".", _COMMA.sub(", ", text))
