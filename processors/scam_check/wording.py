"""How much an advertisement sounds like a scam: a small linear model over words, ideas and rules.

Rules know the tricks they were written for; the model generalises from invented advertisements of both kinds
(`advertisements/`). `python -m processors.scam_check.training` makes `wording.json` again. Asking needs no more than
the standard library.
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

from processors.scam_check.concepts import concepts
from processors.scam_check.signs import rules_met
from processors.understanding.features import PLACES, features

WEIGHTS: Final = Path(__file__).with_name("wording.json")
ALL_RULES: Final = 3.0
"""Beyond this weight more rules say nothing new."""


@dataclass(frozen=True, kw_only=True)
class WordingModel:
    """One weight per place. `trained_on` is the digest of the advertisements."""

    weights: array[int]
    scale: float
    bias: float
    trained_on: str

    def score(self, text: str) -> float:
        """Above zero: more like the scams than like the honest offers it was trained on (log-odds, not calibrated)."""
        found = sum(value * self.weights[place] for place, value in vector(text).items())
        return found * self.scale + self.bias

    def telling(self, text: str) -> list[str]:
        """The ideas in a text that speak for a scam, the strongest first."""
        said = {name: self.weights[_place(name)] for name in set(concepts(text))}
        return sorted(
            (name for name, weight in said.items() if weight > 0), key=lambda name: (-said[name], name)
        )

    def to_json(self) -> dict[str, Any]:
        """The stored form: whole numbers of one byte, compressed."""
        packed = base64.b64encode(zlib.compress(self.weights.tobytes(), 9)).decode()
        return {"trained_on": self.trained_on, "scale": self.scale, "bias": self.bias, "weights": packed}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> WordingModel:
        """The model of a stored form. Raises ValueError when its table has another size than the features."""
        weights = array("b", zlib.decompress(base64.b64decode(stored["weights"])))
        if len(weights) != PLACES:
            raise ValueError("wording.json was made for other features; train again")
        return cls(
            weights=weights,
            scale=float(stored["scale"]),
            bias=float(stored["bias"]),
            trained_on=str(stored["trained_on"]),
        )


def vector(text: str) -> dict[int, float]:
    """Place → value: the words (length 1), the ideas (length 1), and the weight of the rules together."""
    found = dict(features(text))
    ideas = set(concepts(text))
    for name in ideas:
        place = _place(name)
        found[place] = found.get(place, 0.0) + 1.0 / math.sqrt(len(ideas))
    known = min(ALL_RULES, sum(weight for weight, _ in rules_met(text)))
    place = _place("rules")
    found[place] = found.get(place, 0.0) + known / 2.0
    return found


@lru_cache(maxsize=1)
def wording_model() -> WordingModel:
    """The model of this release, read once."""
    return WordingModel.from_json(json.loads(WEIGHTS.read_text(encoding="utf-8")))


def _place(name: str) -> int:
    return zlib.crc32(f"idea {name}".encode()) % PLACES
