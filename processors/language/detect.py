"""Which of our languages a message is in: word lists and endings, a small statistical model, and our own sentences.

Word lists know shop talk and mixed messages, the models know what no list holds; measured together they are
better than each (`./dev eval` prints the share).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import Any, Literal

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from processors.language.lexicon import BEGINNINGS, BORROWED, ENDINGS, FOREIGN_WORDS, NEUTRAL, TELLING, WORDS
from processors.language.texts import DEFAULT_LANGUAGE, LANGUAGES
from processors.search.words import fold
from processors.understanding.linear import LinearModel, linear_model

Detected = Literal["it", "en", "id", "other"]

WORD_WEIGHT = 1.6
BORROWED_WEIGHT = 0.5
TELLING_WEIGHT = 2.5
MODEL_WEIGHT = 2.0
LEARNED_WEIGHT = 3.0
"""How much our own sentences count beside the model of whole languages: they know how people write to shops."""

PREVIOUS_WEIGHT = 0.3
FOREIGN_LEAD = 1.5
LONGEST_READ = 600
FEW_WORDS = 4
GUESSED = 0.45
"""How sure a few words are of which none is in a list: less than the business's own language."""

# Letters beside digits are codes and packs ("D1042", "12kg"), not words of a language.
_WORD = re.compile(r"(?<![a-z0-9])[a-z]+(?![a-z0-9])")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")


@dataclass(frozen=True)
class Detection:
    """A language and how clear it is, 0..1. `confidence` 0 means that the text said nothing."""

    language: Detected
    confidence: float


def detect(text: str, *, previous: str | None = None, learned: LinearModel | None = None) -> Detection:
    """The language of a message. `previous` is the conversation's last one; `learned` is another model than that of
    this release, to compare them.

    A text without words of its own (emoji, numbers, "ok") keeps `previous`, or is Italian. Another script, or words
    that only other languages have, is `other`.
    """
    text = text[:LONGEST_READ]
    words = _WORD.findall(_DRAWN_OUT.sub(r"\1", fold(text)))
    if _foreign_script(text):
        return Detection("other", 0.9)
    telling = [w for w in words if w not in NEUTRAL]
    if not telling:
        return Detection(_kept(previous), 0.0)
    scores = _word_scores(telling)
    if _other_language(telling, scores):
        return Detection("other", 0.6)
    for language, share in _model_shares(_own_words(text)).items():
        scores[language] += MODEL_WEIGHT * share
    for language, share in (learned or linear_model()).guess(text).languages.items():
        scores[language] += LEARNED_WEIGHT * share
    if previous in scores:
        scores[previous] += PREVIOUS_WEIGHT
    best = max(LANGUAGES, key=lambda language: scores[language])
    if (
        previous is None
        and best != DEFAULT_LANGUAGE
        and len(telling) <= FEW_WORDS
        and not _known_in(best, telling)
    ):
        # "1 lampada di sale": a few names of goods that only look like another language.
        return Detection(_known(best), GUESSED)
    weights = {language: exp(min(score, 40.0)) for language, score in scores.items()}
    return Detection(_known(best), weights[best] / sum(weights.values()))


def _known_in(language: str, words: list[str]) -> bool:
    """Whether one of the words belongs to this language alone."""
    others = frozenset().union(*(WORDS[other] for other in LANGUAGES if other != language))
    return any((w in WORDS[language] or w in TELLING.get(language, ())) and w not in others for w in words)


def _kept(previous: str | None) -> Detected:
    return _known(previous) if previous in LANGUAGES else _known(DEFAULT_LANGUAGE)


def _known(language: str | None) -> Detected:
    if language == "en":
        return "en"
    return "id" if language == "id" else "it"


def _word_scores(words: list[str]) -> dict[str, float]:
    scores = dict.fromkeys(LANGUAGES, 0.0)
    for word in words:
        holders = [language for language in LANGUAGES if word in WORDS[language]]
        for language in holders:
            weight = BORROWED_WEIGHT if language == "en" and word in BORROWED else WORD_WEIGHT
            scores[language] += weight / len(holders)
        for language, telling in TELLING.items():
            if word in telling:
                scores[language] += TELLING_WEIGHT
        if not holders and len(word) > 2:
            for language, hint in _shape(word).items():
                scores[language] += hint
    return scores


def _shape(word: str) -> Mapping[str, float]:
    """How an unknown word looks. Italian words end in a vowel, hardly any in w, x, y, k or j."""
    hints = dict.fromkeys(LANGUAGES, 0.0)
    for language in LANGUAGES:
        ending = max((len(e) for e in ENDINGS[language] if word.endswith(e)), default=0)
        hints[language] += min(ending, 4) * 0.15
        if len(word) > 4 and word.startswith(BEGINNINGS[language]):
            hints[language] += 0.2
    if word[-1] in "aeio":
        hints["it"] += 0.3
    if word[-1] not in "aeiou" or set(word) & set("wykjx"):
        hints["it"] -= 0.3
    return hints


def _other_language(words: list[str], scores: Mapping[str, float]) -> bool:
    foreign = sum(1.0 for w in words if w in FOREIGN_WORDS)
    return foreign >= 2 and foreign * WORD_WEIGHT > max(scores.values()) + FOREIGN_LEAD


def _foreign_script(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    latin = sum(unicodedata.name(c, "").startswith(("LATIN", "FULLWIDTH LATIN")) for c in letters)
    # Letter-like symbols and mathematical alphabets fold to plain letters and are no other script.
    plain = sum(not c.isascii() and fold(c).isascii() for c in letters)
    return bool(letters) and latin + plain < len(letters) / 2


def _own_words(text: str) -> str:
    """The text without borrowed words, which would make an Italian who wants a "dog bed" English."""
    kept = [word for word in text.split() if not set(_WORD.findall(fold(word))) & BORROWED]
    tells = any(w not in NEUTRAL for word in kept for w in _WORD.findall(fold(word)))
    return " ".join(kept) if tells else text


def _model_shares(text: str) -> dict[str, float]:
    return {str(language): float(share) for language, share in _model().rank(text.casefold())}


@lru_cache(maxsize=1)
def _model() -> Any:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(list(LANGUAGES))
    # The model keeps its tables of all languages for a later choice; one built of ours alone saves 27 MB.
    return LanguageIdentifier(
        whole.nb_ptc,
        whole.nb_pc,
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
