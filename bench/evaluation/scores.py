"""The arithmetic of the evaluation: shares, F1, places. Counts stay beside every share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from processors.understanding.linear import INTENTS

Pairs = Sequence[tuple[str, str]]
"""(label, guess) of each row."""


def share(part: int, whole: int) -> float | None:
    """A part of a whole, None of nothing."""
    return round(part / whole, 4) if whole else None


def macro_f1(pairs: Pairs) -> float | None:
    """The mean of the F1 of each intent; one that nobody names does not count. None without rows."""
    scores = [score for score in f1_of_each(pairs).values() if score is not None]
    return round(sum(scores) / len(scores), 4) if scores else None


def f1_of_each(pairs: Pairs) -> dict[str, float | None]:
    """F1 by intent, None for an intent that is neither label nor guess."""
    scores: dict[str, float | None] = {}
    for intent in INTENTS:
        hits = sum(label == guess == intent for label, guess in pairs)
        named = sum(label == intent for label, _ in pairs) + sum(guess == intent for _, guess in pairs)
        scores[intent] = share(2 * hits, named)
    return scores


def confusion(pairs: Pairs) -> dict[str, dict[str, int]]:
    """Label → guess → how often."""
    counts = Counter(pairs)
    return {label: {guess: counts[label, guess] for guess in INTENTS} for label in INTENTS}


def places(found: Sequence[int | None]) -> dict[str, Any]:
    """hit@1, hit@5 and mean reciprocal rank of places that count from 1; None was not found."""
    n = len(found)
    return {
        "n": n,
        "hit_at_1": share(sum(place == 1 for place in found), n),
        "hit_at_5": share(sum(place is not None and place <= 5 for place in found), n),
        "mrr": round(sum(1 / place for place in found if place) / n, 4) if n else None,
    }


def grouped(keys: Sequence[str | None]) -> Mapping[str, list[int]]:
    """The places of the rows of each key, in order of the key; rows without one are left out."""
    groups: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        if key is not None:
            groups.setdefault(key, []).append(place)
    return dict(sorted(groups.items()))
