"""Voices never heard: the linear model is trained on some voices of the sentences and judged on the others.

Nothing of a voice that is judged was in training, and no row of `tests/eval` ever is; the rules, however, were
written by people who knew many of these sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.evaluation import measure
from bench.evaluation.measure import Figures, Misses
from bench.evaluation.rows import Message
from bench.evaluation.scores import macro_f1
from processors.language.detect import detect
from processors.understanding.intents import Intention, classify
from processors.understanding.sentences import Sentence, sentences
from processors.understanding.training import train

PARTS = 4
"""Models trained: each judges the voices of one part, which it never heard."""


def cross_voice(misses: Misses, *, rows: Sequence[Sentence] | None = None, parts: int = PARTS) -> Figures:
    """Every sentence, read with a model that knows nobody of its voice."""
    rows = sentences() if rows is None else rows
    voices = sorted({row.voice for row in rows})
    heard: list[Sentence] = []
    found: list[Intention] = []
    spoken: list[str] = []
    for part in range(parts):
        judged = set(voices[part::parts])
        model = train([row for row in rows if row.voice not in judged])
        ours = [row for row in rows if row.voice in judged]
        heard += ours
        found += [classify(row.text, model=model) for row in ours]
        spoken += [str(detect(row.text, learned=model).language) for row in ours]
    messages = [
        Message(text=s.text, language=s.language, intent=s.intent, needs_human=s.human) for s in heard
    ]
    by_voice = {
        voice: macro_f1([(s.intent, i.intent) for s, i in zip(heard, found, strict=True) if s.voice == voice])
        for voice in voices
    }
    return {
        "voices": len(voices),
        "language": measure.language(messages, spoken, misses),
        "intent": {**measure.intent(messages, [i.intent for i in found], misses), "by_voice": by_voice},
        "needs_human": measure.needs_human(messages, [i.needs_human for i in found], misses),
    }
