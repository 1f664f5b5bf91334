"""Short labels: button titles of 20 characters, row titles of 24, cut between words and all different."""

from __future__ import annotations

from processors.channels.whatsapp.limits import BUTTON_TITLE, ROW_DESCRIPTION, ROW_TITLE, clamp, length
from processors.understanding.numbers import words_of

_LOOSE_ENDS = frozenset(
    words_of("di da del della dei al alla con per in e ed a su the of for and with un il la lo untuk dan")
)


def row_title(text: str) -> str:
    return _short(text, ROW_TITLE)


def button_title(text: str) -> str:
    return _short(text, BUTTON_TITLE)


def row_description(text: str) -> str:
    return clamp(text, ROW_DESCRIPTION)


def _short(text: str, limit: int) -> str:
    """The text, or as many whole words as fit: "Shampoo delicato per cani all'avena" → "Shampoo delicato…"."""
    if length(text) <= limit:
        return text
    words = text.split()
    while len(words) > 1 and length(" ".join(words)) > limit - 1:
        words.pop()
    while len(words) > 1 and words[-1].casefold() in _LOOSE_ENDS:
        words.pop()
    return clamp(" ".join(words), limit - 1) + "…" if length(" ".join(words)) < limit else clamp(text, limit)
