"""What a message is when it is nothing else: a stop word, a menu word, a yes, a greeting, a number.

Decided without a model and in every language at once. Only a message that IS the word counts: "stop" ends the
writing, "il cane si stop davanti alla pappa" does not. Courtesies around the word are looked through.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from processors.search.words import fold
from processors.understanding.gate_words import (
    ANSWER_FILLER,
    CONFIRMING,
    COURTESY,
    EVENTS,
    GLOBAL_WORDS,
    GREETINGS,
    NO_PHRASES,
    NO_WORDS,
    OPT_IN,
    OPT_OUT,
    ORDINALS,
    POINTING,
    SIGNS,
    YES_PHRASES,
    YES_WORDS,
)
from processors.understanding.numbers import NUMBER_WORDS

GlobalWord = Literal["menu", "cancel", "human", "cart", "orders", "help"]

LONGEST_ANSWER: Final = 6
"""Words of a message that can still be nothing but a yes or a no."""

LONGEST_GREETING: Final = 6
_SHORTEST_TYPO: Final = 6

_WORD = re.compile(r"[a-z0-9]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")


def plain(text: str) -> str:
    """Folded words, thumbs read as words, drawn-out letters shortened: "Sììììì 👍" → "si ok"."""
    for sign, word in SIGNS.items():
        text = text.replace(sign, f" {word} ")
    return _REPEATED.sub(r"\1", " ".join(_WORD.findall(fold(text[:600]))))


def opt_command(text: str) -> Literal["opt_out", "opt_in"] | None:
    """A wish to get no more messages, or to get them again; None inside any longer sentence."""
    words = _bare(plain(text))
    if words in OPT_OUT:
        return "opt_out"
    return "opt_in" if words in OPT_IN else None


def global_word(text: str) -> GlobalWord | None:
    """A word that means the same at any time: menu, annulla, operatore, carrello, i miei ordini, aiuto."""
    words = plain(text)
    for candidate in (words, _bare(words)):
        if candidate in GLOBAL_WORDS:
            return GLOBAL_WORDS[candidate]
    return None


def yes_no(text: str) -> bool | None:
    """Whether a short answer agrees; None when it says more than that or nothing of the kind."""
    if "?" in text:
        return None
    words = plain(text)
    for candidate in (words, _bare(words)):
        if candidate in NO_PHRASES:
            return False
        if candidate in YES_PHRASES:
            return True
    said = [_confirming(word) for word in words.split()]
    if not said or len(said) > LONGEST_ANSWER:
        return None
    yes = any(w in YES_WORDS for w in said)
    no = any(w in NO_WORDS for w in said)
    known = all(w in YES_WORDS or w in NO_WORDS or w in COURTESY or w in ANSWER_FILLER for w in said)
    return yes if known and yes != no else None


def is_greeting(text: str) -> bool:
    """Whether a message only greets."""
    words = plain(text).split()
    if not words or len(words) > LONGEST_GREETING:
        return False
    return any(w in GREETINGS for w in words) and all(
        w in GREETINGS or w in COURTESY or w in EVENTS for w in words
    )


def only_emoji(text: str) -> bool:
    """Whether a message has signs and pictures but no letter and no digit."""
    return bool(text.strip()) and not any(c.isalnum() for c in text)


def chosen_number(text: str, count: int) -> int | None:
    """The place 1..count that a short answer names: "2", "la seconda", "numero tre", "l'ultimo", "yang kedua"."""
    if count < 1:
        return None
    words = [w for w in plain(text).split() if w not in COURTESY]
    found = {n for n in (_place(w, count) for w in words) if n is not None}
    pointing = all(_place(w, count) is not None or w in POINTING for w in words)
    if len(found) != 1 or not pointing:
        return None
    [number] = found
    return number if 1 <= number <= count else None


def says_ordinal(text: str) -> bool:
    """Whether a short answer holds a word such as "secondo", "last" or "kedua"."""
    return any(word in ORDINALS for word in plain(text).split())


def has_control_characters(text: str) -> bool:
    """Whether a message holds characters nobody types: controls, direction marks, private-use letters.

    Line breaks, tabs and the joiners inside emoji and Indic letters are ordinary.
    """
    return any(
        unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") and c not in "\n\r\t\u200c\u200d\u00ad\ufeff"
        # The flags of England and Scotland are spelt with tag characters.
        and not 0xE0020 <= ord(c) <= 0xE007F
        for c in text
    )  # fmt: skip


def _place(word: str, count: int) -> int | None:
    if word.isdigit():
        return int(word) if len(word) <= 2 else None
    if word in ORDINALS:
        place = ORDINALS[word]
        return count if place < 0 else place
    # "Uno", "una" and "one" point at a thing more often than they count places.
    return NUMBER_WORDS.get(word) if word not in ("un", "una", "one", "no", "a") else None


@lru_cache(maxsize=4096)
def _confirming(word: str) -> str:
    """The word of agreement that a typo stands for: "conferno", "confrim", "konfirmsi"."""
    if len(word) < _SHORTEST_TYPO or word in CONFIRMING:
        return word
    found = process.extractOne(word, CONFIRMING, scorer=OSA.distance, score_cutoff=1)
    return str(found[0]) if found else word


@lru_cache(maxsize=4096)
def _bare(words: str) -> str:
    return " ".join(w for w in words.split() if w not in COURTESY)
