"""Trains the linear model from `data/` and stores it as `linear.json`: `python -m processors.understanding.training`.

The same sentences always give the same file. numpy is needed here and only here.
"""

from __future__ import annotations

import json
import random
from array import array
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from processors.understanding.features import PLACES, features
from processors.understanding.linear import HUMAN, INTENTS, OUTPUTS, SPOKEN, WEIGHTS, LinearModel
from processors.understanding.sentences import Sentence, digest, sentences

EPOCHS = 12
RATE = 0.2
BIAS_RATE = 0.02
DECAY = 10.0
HUMAN_WEIGHT = 3.0
"""A missed wish for a person costs more than a colleague called for nothing."""

BETWEEN = ("mixed", "jaksel")
"""Voices that speak two languages at once."""

_STEPS = 127
Table = NDArray[np.float64]


def train(rows: Sequence[Sentence]) -> LinearModel:
    """Logistic regression by AdaGrad; the second half of the way is averaged, which calms the weights."""
    shuffler = random.Random(1)  # noqa: S311  # The order of examples is no secret.
    examples = [_example(row) for row in rows]
    importance = _importance(rows)
    weights, bias = np.zeros((PLACES, OUTPUTS)), np.zeros(OUTPUTS)
    squares = np.full((PLACES, OUTPUTS), 1e-2)
    weights_sum, bias_sum, averaged = np.zeros_like(weights), np.zeros_like(bias), 0
    for epoch in range(EPOCHS):
        shuffler.shuffle(examples)
        for places, values, intent, human, language in examples:
            error = _error(values @ weights[places] + bias, intent, human=human, language=language)
            error[intent_slice] *= importance[intent]
            gradient = values[:, None] * error + DECAY * weights[places] / len(examples)
            squares[places] += gradient * gradient
            weights[places] -= RATE * gradient / np.sqrt(squares[places])
            bias -= BIAS_RATE * error
        if epoch >= EPOCHS // 2:
            weights_sum, bias_sum, averaged = weights_sum + weights, bias_sum + bias, averaged + 1
    return _packed(weights_sum / averaged, bias_sum / averaged, trained_on=digest(rows))


intent_slice = slice(0, len(INTENTS))
language_slice = slice(HUMAN + 1, OUTPUTS)
Example = tuple[NDArray[np.int64], Table, int, bool, int | None]


def _example(row: Sentence) -> Example:
    found = features(row.text)
    places = np.fromiter(found.keys(), dtype=np.int64, count=len(found))
    values = np.fromiter(found.values(), dtype=np.float64, count=len(found))
    # A sentence in two languages, or in none, says nothing about either.
    tells = row.voice not in BETWEEN and any(c.isalpha() for c in row.text)
    language = SPOKEN.index(row.language) if tells else None
    return places, values, INTENTS.index(row.intent), row.human, language


def _importance(rows: Sequence[Sentence]) -> list[float]:
    """Rare intents weigh more, by the root so that they don't rule."""
    counts = Counter(row.intent for row in rows)
    return [float((len(rows) / (len(INTENTS) * max(1, counts[intent]))) ** 0.5) for intent in INTENTS]


def _error(scores: Table, intent: int, *, human: bool, language: int | None) -> Table:
    error = np.zeros(OUTPUTS)
    error[intent_slice] = _shares(scores[intent_slice])
    error[intent] -= 1.0
    share = 1.0 / (1.0 + np.exp(-scores[HUMAN]))
    error[HUMAN] = (share - human) * (HUMAN_WEIGHT if human else 1.0)
    if language is not None:
        error[language_slice] = _shares(scores[language_slice])
        error[HUMAN + 1 + language] -= 1.0
    return error


def _shares(scores: Table) -> Table:
    powers: Table = np.exp(scores - scores.max())
    total = float(powers.sum())
    shares: Table = powers / total
    return shares


def _packed(weights: Table, bias: Table, *, trained_on: str) -> LinearModel:
    scale = float(np.abs(weights).max()) / _STEPS
    steps = np.rint(weights / scale).astype(np.int8)
    return LinearModel(
        weights=array("b", steps.tobytes()),
        scale=scale,
        bias=tuple(round(float(value), 6) for value in bias),
        trained_on=trained_on,
    )


if __name__ == "__main__":
    WEIGHTS.write_text(json.dumps(train(sentences()).to_json(), indent=1) + "\n", encoding="utf-8")
