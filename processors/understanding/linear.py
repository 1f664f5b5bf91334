"""A small linear model of intents, the need for a person, and languages, trained beforehand from `data/`.

It reads words that no rule lists, in three languages. `linear.json` holds its weights; `python -m
processors.understanding.training` makes it again. Nothing but the standard library is needed to ask it.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from processors.model import Intent
from processors.understanding.features import PLACES, features

INTENTS: Final[tuple[Intent, ...]] = (
    "order_request",
    "product_inquiry",
    "support_request",
    "general_chat",
)
SPOKEN: Final = ("it", "en", "id")
OUTPUTS: Final = len(INTENTS) + 1 + len(SPOKEN)
"""One score per intent, one for the need for a person, one per language."""

HUMAN: Final = len(INTENTS)

WEIGHTS = Path(__file__).with_name("linear.json")


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What the words sound like: shares of the intents and of the languages, which each add up to 1, and 0..1 for
    the need for a person.

    They are scores to compare and to blend with rules, not measured probabilities.
    """

    intents: Mapping[Intent, float]
    human: float
    languages: Mapping[str, float]

    @property
    def intent(self) -> Intent:
        """The likeliest intent."""
        return max(self.intents, key=lambda intent: self.intents[intent])


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """Weights in one flat table, `OUTPUTS` numbers per place. `trained_on` is the digest of the sentences."""

    weights: array[int]
    scale: float
    bias: tuple[float, ...]
    trained_on: str

    def guess(self, text: str) -> Guess:
        """What a text sounds like; for one without words, what texts sound like on the whole."""
        scores = [0.0] * OUTPUTS
        for place, weight in features(text).items():
            start = place * OUTPUTS
            row = self.weights[start : start + OUTPUTS]
            scores = [score + weight * step for score, step in zip(scores, row, strict=True)]
        scores = [score * self.scale + bias for score, bias in zip(scores, self.bias, strict=True)]
        return Guess(
            intents=dict(zip(INTENTS, _shares(scores[:HUMAN]), strict=True)),
            human=_squashed(scores[HUMAN]),
            languages=dict(zip(SPOKEN, _shares(scores[HUMAN + 1 :]), strict=True)),
        )

    def to_json(self) -> dict[str, Any]:
        """The stored form: whole numbers of one byte, compressed."""
        packed = base64.b64encode(zlib.compress(self.weights.tobytes(), 9)).decode()
        return {
            "trained_on": self.trained_on,
            "scale": self.scale,
            "bias": list(self.bias),
            "weights": packed,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> LinearModel:
        """The model of a stored form. Raises ValueError when its table has another size than the features."""
        weights = array("b", zlib.decompress(base64.b64decode(stored["weights"])))
        if len(weights) != PLACES * OUTPUTS:
            raise ValueError("linear.json was made for other features; train again")
        return cls(
            weights=weights,
            scale=float(stored["scale"]),
            bias=tuple(float(value) for value in stored["bias"]),
            trained_on=str(stored["trained_on"]),
        )


@lru_cache(maxsize=1)
def linear_model() -> LinearModel:
    """The model of this release, read once."""
    return LinearModel.from_json(json.loads(WEIGHTS.read_text(encoding="utf-8")))


def _shares(scores: list[float]) -> list[float]:
    most = max(scores)
    powers = [math.exp(score - most) for score in scores]
    return [power / sum(powers) for power in powers]


def _squashed(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, score))))
