"""Reads one chunk of a message: how many of which thing, in which pack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from rapidfuzz.fuzz import ratio

from processors.understanding import cart_words as words
from processors.understanding.chunks import Joint, plain
from processors.understanding.counting import is_label, number_at
from processors.understanding.measures import MARK, Measure, take_measures
from processors.understanding.numbers import words_of
from processors.understanding.types import CartAction


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing as it was said.

    `bare`: neither number nor article, so "e arancia" may belong to the part before. `elliptic`: "una alla lavanda"
    needs the noun of the part before. `refers`: "quelle in acciaio" says more about it. `group`: "4 candele:"
    announces what follows. `lead`: words before a number, which may be mere talk. `trailing`: the number stood last.
    """

    words: str
    quantity: int | None
    measures: tuple[Measure, ...]
    joint: Joint
    bare: bool = False
    elliptic: bool = False
    refers: bool = False
    group: bool = False
    lead: bool = False
    trailing: bool = False


DETERMINERS: Final = frozenset(
    words_of(
        "il lo la l i gli le un uno una dei degli delle del della qualche the a an some my altro altra altri altre "
        "another quel quella quello quelle quei questo questa se sebuah seekor na nu er"
    )
)
LEADING_PREPOSITIONS: Final = frozenset(
    words_of("al alla allo all ai alle con in with rasa warna per for ukuran taglia size gusto da")
)
_BEFORE_NO_NUMBER: Final = frozenset(
    words_of(
        "per di da con in a ad al alla su tra fra senza come for of with in to at on from as untuk buat dari dengan di "
        "yang the quell quello quella ogni each every the"
    )
)
_TIMES: Final = re.compile(
    r"(?:^|(?<=\s))(?:[x×*]\s?(?P<after>\d{1,3})|(?P<before>\d{1,3})\s?[x×*])(?=\s|$)(?!\s?\d)"
)
_INSTEAD: Final = re.compile(
    r"\b(?:invece (?:di|che)|al posto d\w+|anziche|instead of|rather than|bukan(?:nya)?)\b.*|\binstead$"
)
_TARGET: Final = re.compile(r"\b(?:a|ad|to|in|jadi|ke|diventano|=)\s+(?P<number>\d{1,3}|[a-z]+)\s*$")
_REFERS: Final = re.compile(r"^(?:the .*\bones?$|quell[aeio]\b|quei\b|yang\b|yg\b)")
_QUESTION_ONLY: Final = re.compile(r"(?:a )?\b(quanto|quanti|quanta|avete|how much|berapa|ada)\b")
_MOST_AT_START: Final = 500
_TYPO, _SHORTEST_TYPO = 86.0, 7


def parts_of(chunk: str, joint: Joint, measures: Sequence[Measure], action: CartAction) -> list[Part]:
    """The things of a chunk, mostly one; "1 museruola m 1 pettorina l" holds two."""
    quantity: int | None = None
    refers = bool(_REFERS.match(chunk))
    chunk = _INSTEAD.sub("", chunk)
    behind = False
    if match := _TIMES.search(chunk):
        quantity, behind = int(match["after"] or match["before"]), match.start() > 0
        chunk = f"{chunk[: match.start()]} {chunk[match.end() :]}"
    chunk = _without_verbs(chunk)
    if action == "set" and quantity is None and (target := _TARGET.search(chunk)):
        number = number_at([target["number"]], 0)
        if number:
            quantity, chunk = number[0], chunk[: target.start()]
    tokens = _without_edges(re.findall(rf"{MARK}?\w+", chunk))
    pieces = [tokens] if quantity is not None else _divided(tokens)
    found: list[Part] = []
    for place, piece in enumerate(pieces):
        lead = place < len(pieces) - 1 and not number_at(piece, 0)
        part = _part(piece, joint if place == 0 else "comma", measures, quantity, refers=refers, lead=lead)
        if part is not None:
            found.append(replace(part, trailing=part.trailing or behind))
    return found


def starts_with_quantity(text: str) -> bool:
    """Whether a message begins by counting things: "3 lettiere", "du cappottini", "x2 umido"."""
    marked, _ = take_measures(plain(text))
    tokens = marked.split()
    if len(tokens) < 2 or _QUESTION_ONLY.match(marked):
        return False
    if _TIMES.search(marked):
        return True
    if tokens[0].startswith(MARK):
        return True
    number = number_at(tokens, 0)
    return number is not None and number[1] < len(tokens) and 0 < number[0] <= _MOST_AT_START


def is_container(word: str) -> bool:
    """Whether a word says what things come in, also misspelt: "2 confezzioni"."""
    if word in words.CONTAINERS:
        return True
    return len(word) >= _SHORTEST_TYPO and any(
        other[0] == word[0] and ratio(word, other) >= _TYPO for other in words.CONTAINERS if len(other) >= 6
    )


def _divided(tokens: list[str]) -> list[list[str]]:
    """Cuts before each number that counts what follows it."""
    cuts = [0]
    first = number_at(tokens, 0) if tokens else None
    position = first[1] if first else 1
    while position < len(tokens):
        found = number_at(tokens, position)
        if found is None:
            position += 1
            continue
        if _begins_thing(tokens, position, found[1]):
            cuts.append(position)
        position = found[1]
    pieces = [tokens[start:end] for start, end in zip(cuts, [*cuts[1:], len(tokens)], strict=True)]
    if len(pieces) > 1 and all(t in words.FILLER or t in DETERMINERS or len(t) <= 2 for t in pieces[0]):
        pieces[:2] = [pieces[1]]
    return pieces


def _begins_thing(tokens: list[str], start: int, end: int) -> bool:
    behind = [t for t in tokens[end:] if not t.startswith(MARK)]
    return (
        bool(behind)
        and not all(t in words.CONTAINERS or t in words.FILLER for t in behind)
        and tokens[start] not in ("a", "an", "one", "do", "both", "few")
        and tokens[start - 1] not in _BEFORE_NO_NUMBER
        and not is_label(tokens, start)
    )


def _part(
    tokens: list[str],
    joint: Joint,
    measures: Sequence[Measure],
    quantity: int | None,
    *,
    refers: bool,
    lead: bool,
) -> Part | None:
    own = [measures[int(t[1:])] for t in tokens if t.startswith(MARK)]
    spoken = [t for t in tokens if not t.startswith(MARK)]
    bare = not (spoken and spoken[0] in DETERMINERS)
    counted, spoken, trailing = _counted(spoken)
    quantity = counted if quantity is None else quantity
    kept = _trimmed(spoken)
    # Numbers that count nothing name a pack: "shampoo avena 250".
    own += [Measure("pack", t, Decimal(t), "") for t in kept if t.isdigit()]
    kept = [t for t in kept if not t.isdigit()]
    if own and all(t in words.CONTAINERS or t in words.FILLER for t in kept):
        kept = []
    if not kept and quantity is None and not any(m.kind == "pack" for m in own):
        return None
    return Part(
        words=" ".join(kept),
        quantity=quantity,
        measures=tuple(own),
        joint=joint,
        bare=bare and quantity is None,
        elliptic=not kept or kept[0] in LEADING_PREPOSITIONS,
        refers=refers,
        lead=lead,
        trailing=trailing,
    )


def _counted(tokens: list[str]) -> tuple[int | None, list[str], bool]:
    """The quantity, the words without it, and whether it stood last."""
    for start in range(len(tokens)):
        found = number_at(tokens, start)
        if found is None or is_label(tokens, start):
            continue
        value, end = found
        last = all(t in words.CONTAINERS or t in words.FILLER for t in tokens[end:])
        if start and (not last or tokens[start] in ("one", "a", "an", "un")):
            continue
        end = len(tokens) if start else _past_container(tokens, end)
        return value, tokens[:start] + tokens[end:], start > 0
    return None, tokens, False


def _past_container(tokens: list[str], position: int) -> int:
    """Behind "3 pezzi" that end there; "flaconi di shampoo" and "sacchetti igienici" are still to be read."""
    past = position
    while past < len(tokens) and tokens[past] in words.CONTAINERS:
        past += 1
    return past if past == len(tokens) else position


def _without_verbs(chunk: str) -> str:
    removes = bool(words.REMOVE.search(chunk))
    for pattern in (words.REMOVE, words.SET, words.CONFIRM, words.ADD, words.SOFT_SET):
        chunk = pattern.sub(" ", chunk)
    # "Take the shampoo off": the end of the verb stands apart from it.
    return re.sub(r"\b(off|out|away|via)$", " ", chunk.rstrip()) if removes else chunk


def _without_edges(tokens: list[str]) -> list[str]:
    """Without courtesies at both ends; articles and numbers stay, they count."""
    while tokens and tokens[0] in words.FILLER and tokens[0] not in DETERMINERS and not number_at(tokens, 0):
        tokens = tokens[1:]
    while tokens and tokens[-1] in words.FILLER and tokens[-1] != "l" and not number_at(tokens[-1:], 0):
        tokens = tokens[:-1]
    return tokens


def _trimmed(tokens: list[str]) -> list[str]:
    inner = words.FILLER | DETERMINERS
    while tokens and tokens[0] in inner and len(tokens[0]) != 1:
        tokens = tokens[1:]
    while tokens and tokens[0] in ("l", "i", "d", "a", "e", "x", "o", "n") and len(tokens) > 1:
        tokens = tokens[1:]
    # A size is read from its letter, so a last "l" stays.
    while tokens and tokens[-1] in (inner | {"one", "ones"}) and tokens[-1] != "l":
        tokens = tokens[:-1]
    return tokens
