"""Trains the model of wordings from `advertisements/`: `python -m processors.scam_check.training`.

Logistic regression, solved in the space of the examples: they are few and their features many. The same advertisements
give the same weights. numpy is needed here and only here.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from processors.scam_check.wording import WEIGHTS, WordingModel, vector
from processors.understanding.features import PLACES

FOLDER: Final = Path(__file__).with_name("advertisements")
SMOOTHING: Final = 0.05
"""How far the weights are held back; chosen by cross-validation, where 0.02 to 0.3 hardly differ."""

ROUNDS: Final = 30
_STEPS: Final = 127
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One invented advertisement."""

    text: str
    is_scam: bool


def examples() -> list[Example]:
    """All advertisements of the folder, in a fixed order."""
    found: list[Example] = []
    for file in sorted(FOLDER.glob("*.txt")):
        is_scam = False
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                is_scam = line == "[scam]"
            elif line and not line.startswith("#"):
                found.append(Example(line, is_scam))
    return found


def digest(rows: Sequence[Example]) -> str:
    """What tells one set of advertisements from another."""
    return hashlib.sha256("\n".join(f"{row.is_scam} {row.text}" for row in rows).encode()).hexdigest()[:16]


def train(rows: Sequence[Example]) -> WordingModel:
    """The model of these advertisements, by Newton's method on the dual."""
    table = np.zeros((len(rows), PLACES))
    for row, example in enumerate(rows):
        for place, value in vector(example.text).items():
            table[row, place] = value
    alike = table @ table.T
    wanted = np.array([float(row.is_scam) for row in rows])
    shares, bias = np.zeros(len(rows)), 0.0
    for _ in range(ROUNDS):
        scores = alike @ shares + bias
        chance = 1.0 / (1.0 + np.exp(-scores))
        certainty = np.maximum(chance * (1.0 - chance), 1e-4)
        system = np.ones((len(rows) + 1, len(rows) + 1))
        system[:-1, :-1] = alike + np.diag(SMOOTHING / certainty)
        system[-1, -1] = 0.0
        solved = np.linalg.solve(system, np.append(scores + (wanted - chance) / certainty, 0.0))
        shares, bias = solved[:-1], float(solved[-1])
    return _packed(table.T @ shares, bias, trained_on=digest(rows))


def _packed(weights: Table, bias: float, *, trained_on: str) -> WordingModel:
    scale = float(np.abs(weights).max()) / _STEPS
    return WordingModel(
        weights=array("b", np.rint(weights / scale).astype(np.int8).tobytes()),
        scale=round(scale, 9),
        bias=round(bias, 6),
        trained_on=trained_on,
    )


if __name__ == "__main__":
    WEIGHTS.write_text(json.dumps(train(examples()).to_json(), indent=1) + "\n", encoding="utf-8")
