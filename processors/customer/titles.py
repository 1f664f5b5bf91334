"""Short labels: button titles of 20 characters, row titles of 24, cut between words and all different."""

from __future__ import annotations

from collections.abc import Sequence

from processors.channels.whatsapp.limits import BUTTON_TITLE, ROW_DESCRIPTION, ROW_TITLE, clamp, length
from processors.understanding.numbers import words_of

_LOOSE_ENDS = frozenset(
    words_of("di da del della dei al alla con per in e ed a su the of for and with un il la lo untuk dan")
)


def row_title(text: str) -> str:
    return _short(text, ROW_TITLE)


def row_titles(names: Sequence[str]) -> list[str]:
    """A title for each name; names that would be cut to the same are told apart by their ends."""
    titles = [row_title(name) for name in names]
    return [
        title if titles.count(title) == 1 else _by_end(name)
        for title, name in zip(titles, names, strict=True)
    ]


def _by_end(name: str) -> str:
    """ "Candela profumata cannella e arancia" → "Candela… arancia"."""
    first, *rest = name.split()
    while len(rest) > 1 and (
        length(f"{first}… {' '.join(rest)}") > ROW_TITLE or rest[0].casefold() in _LOOSE_ENDS
    ):
        rest.pop(0)
    return clamp(f"{first}… {' '.join(rest)}", ROW_TITLE)


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
