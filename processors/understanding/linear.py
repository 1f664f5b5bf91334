"""A small linear model of intents and of the need for a person, trained beforehand from sentences in `data/`.

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
OUTPUTS: Final = len(INTENTS) + 1
"""One score per intent and one for the need for a person."""

WEIGHTS = Path(__file__).with_name("linear.json")


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What the words sound like: shares of the intents, which add up to 1, and 0..1 for the need for a person.

    They are scores to compare and to blend with rules, not measured probabilities.
    """

    intents: Mapping[Intent, float]
    human: float

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
        scores = list(self.bias)
        for place, weight in features(text).items():
            start = place * OUTPUTS
            for output in range(OUTPUTS):
                scores[output] += weight * self.weights[start + output] * self.scale
        *intents, human = scores
        return Guess(intents=dict(zip(INTENTS, _shares(intents), strict=True)), human=_squashed(human))

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
