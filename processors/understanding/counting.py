"""Numbers among the words of a wish: where one begins, and whether it counts or names."""

from __future__ import annotations

from typing import Final

from processors.understanding.numbers import NUMBER_WORDS, words_of

_MORE: Final = {
    **dict.fromkeys(words_of("na nu a an"), 1),
    **dict.fromkeys(words_of("du dos do paio coppia pair couple entrambi entrambe both"), 2),
    **dict.fromkeys(words_of("tri few"), 3),
    "quater": 4,
    "decina": 10,
    "quindicina": 15,
    "ventina": 20,
    "trentina": 30,
    "lusin": 12,
    "satu lusin": 12,
    "dua lusin": 24,
    "tiga lusin": 36,
    "setengah lusin": 6,
    "due dozzine": 24,
    "two dozen": 24,
    "half dozen": 6,
}
"""Dialects, round numbers without their article, dozens."""

_LABELS: Final = frozenset(
    words_of(
        "taglia tg size ukuran numero nomor nr no ordine order pesanan misura via interno civico cap formato da isi "
        "piano"
    )
)
_LONGEST: Final = 4


def number_at(tokens: list[str], start: int) -> tuple[int, int] | None:
    """(value, end) of a number that begins at `start`; articles that count ("un", "una") are numbers."""
    word = tokens[start]
    if word.isdigit():
        return (int(word), start + 1) if len(word) <= 3 else None
    for length in range(min(_LONGEST, len(tokens) - start), 0, -1):
        phrase = " ".join(tokens[start : start + length])
        value = NUMBER_WORDS.get(phrase, _MORE.get(phrase))
        if value is not None:
            return value, start + length
    return None


def is_label(tokens: list[str], start: int) -> bool:
    """Whether the number at `start` names something: "taglia 3", "il numero 12", "ordine 1042"."""
    return start > 0 and tokens[start - 1] in _LABELS
