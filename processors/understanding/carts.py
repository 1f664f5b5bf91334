"""Reads what should happen to a cart: which things, how many, in what order of wishes.

Only words are read here; which product each thing is, `resolve.py` finds out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from processors.search.words import fold
from processors.understanding import cart_words as words
from processors.understanding.measures import MARK, Measure, take_measures
from processors.understanding.numbers import NUMBER_WORDS, words_of
from processors.understanding.types import CartAction

Joint = Literal["start", "hard", "comma", "and"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing as it was said. `bare` parts have no number and no article, so "e arancia" may belong to the one
    before; `elliptic` ones ("una alla lavanda") need the noun of the one before.
    """

    words: str
    quantity: int | None
    measures: tuple[Measure, ...]
    joint: Joint
    bare: bool
    elliptic: bool
    group: bool = False
    """"4 candele:" announces what follows and is nothing by itself."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One wish: what to do with which parts. `soft` sets what is in the cart and adds what is not."""

    action: CartAction
    parts: tuple[Part, ...]
    soft: bool = False
    said: bool = True
    """Whether a verb asked for it; bare names may be anything."""
    pronoun: bool = False
    """The words point at what was talked about before: "ne voglio 2", "toglilo"."""


_PRONOUN = re.compile(
    r"\b(?:dam|dac|fam|man|met|prend|aggiung|tog|lev|port|ordin|segn|fan|facciamo)\w*ne\b|"
    r"\b(ne (voglio|vorrei|prendo|prendiamo|vogliamo|piglio|servono|bastano|metta|metti|mandi|mandami|facciamo|"
    r"ordino|compro|aggiungo|aggiungi)"
    r"|(me|ce) ne \w+|(aggiungi|metti|manda|dam|fam|prendi|da|fa|togli|leva|ordina|dacc|togliam|levam|mettim|"
    r"mettiam|tien|fan|facciamo|mandam|prepara)+ne"
    r"|(lo|la|li|le) (prendo|voglio|compro|ordino|prendiamo|vorrei|togli|tolga|levi|leva|tolgo)|(togli|leva|metti|"
    r"aggiungi|rimuovi|elimina|cancella)(lo|la|li|le)"
    r"|(mettim|mandam|tienim)(elo|ela|eli|ele)|(of (those|these|them|it|that))|(take|want|get|remove|add|delete|"
    r"order|drop) (it|them|that|those|this|one|two|three|another)"
    r"|the same|lo stesso|la stessa|stess[aei]|un altr[oa]|altri due|another one|one more|(satu|dua|tiga) lagi|"
    r"(quell[oaie]|quest[oaie]|the|yang|yg) ?(blu|ross\w|ner\w|verd\w|bianc\w|grigi\w|grand\w|piccol\w|medi\w|one|"
    r"ones|biru|merah|hitam|hijau|"
    r"putih|gede|besar|kecil|itu|ini|primo|secondo|terzo|prima|seconda|terza|first|second|third|blue|red|black|"
    r"green|white|big|small|large|li|la|da)?)\b"
)
_QUESTION_ONLY = re.compile(r"\b(quanto|quanti|quanta|avete|how much|berapa|ada)\b")
_DETERMINER = frozenset(words_of(
    "il lo la l i gli le un uno una dei degli delle del della qualche the a an some my altro altra altri altre an"
    "other quel "
    "quella quello quelle quei questo questa se sebuah seekor na nu 'na"
))  # fmt: skip
LEADING_PREPOSITIONS = frozenset(
    words_of("al alla allo all ai alle con in with rasa warna per for ukuran taglia size gusto")
)
_TIMES = re.compile(
    r"(?:^|(?<=\s))(?:[x×*]\s?(?P<after>\d{1,3})|(?P<before>\d{1,3})\s?[x×*])(?=\s|$)(?!\s?\d)"
)
_IN_CART = re.compile(
    r"\b(?:al|nel|dal|sul|in|nella|dalla|ke|dari|di|to|from|into|in|out of)( the| my| mio)? "
    r"(?:carrello|cestino|ordine|spesa|lista|keranjang|cart|basket|order|bag)\b(?: saya| mio)?"
)
_INSTEAD_FIRST = re.compile(
    r"\b(?:invece (?:di|che)|al posto d\w+|anziche|instead of|rather than) (?:\d+|un|una|uno|due|tre|quattro|"
    r"cinque|sei|one|two|three|the)? ?"
    r"(?P<what>[a-z ]+?),? (?:mett\w+|fann?e|facciamone|ne (?:voglio|prendo|vorrei)|dammene|mandane|make it|"
    r"give me|i want|i ll take|do) (?P<number>\w+)\b"
)
_OF_WHICH = re.compile(r",? \b(?:di cui|delle quali|dei quali|of which|of them|yang mana)\b ")
_BOTH = re.compile(r"\bsia\b.+\b(?:che|sia)\b")
_INSTEAD = re.compile(
    r"\b(?:invece (?:di|che)|al posto d\w+|anziche|instead of|rather than|bukan(?:nya)?)\b.*"
)
_TARGET = re.compile(r"\b(?:a|ad|to|in|jadi|ke|diventano|=)\s+(?P<number>\d{1,3}|[a-z]+)\s*$")
_ELIDED = re.compile(r"\b(?:l|un|all|dell|d|nell|sull|dall|quell|c|m|t|s|quest|coll|v|n|gh)['’`´]\s?")
_AFTER_APOSTROPHE = re.compile(r"['’`´](?:s|d|t|m|ll|re|ve)\b")


def steps_in(text: str) -> list[Step]:
    """The wishes of a message, in order. Empty when the words ask for nothing that a cart can do."""
    plain = _plain(text)
    if words.CLEAR.search(plain):
        return [Step(action="clear", parts=())]
    marked, measures = take_measures(plain)
    marked = _corrected(marked)
    found: list[Step] = []
    for chunk, joint in _chunks(marked):
        step = _step(chunk, joint, measures, before=found[-1] if found else None)
        if step is None:
            continue
        last = found[-1] if found else None
        if last and step.action == last.action and (step.soft == last.soft or step.action == "add"):
            found[-1] = _joined(last, step)
        else:
            found.append(step)
    return [step for step in found if step.parts or step.pronoun or step.action == "confirm"]


def _joined(last: Step, step: Step) -> Step:
    return replace(
        last,
        parts=(*last.parts, *step.parts),
        said=last.said or step.said,
        pronoun=last.pronoun or step.pronoun,
    )


def starts_with_quantity(text: str) -> bool:
    """Whether a message begins by counting things: "3 lettiere", "du cappottini", "x2 umido"."""
    marked, _ = take_measures(_plain(text))
    tokens = marked.split()
    if len(tokens) < 2 or _QUESTION_ONLY.match(marked):
        return False
    if _TIMES.search(marked):
        return True
    number = _number_at(tokens, 0)
    return number is not None and number[1] < len(tokens) and 0 < number[0] <= 500


def _plain(text: str) -> str:
    # Once accents are gone, "è" could not be told from "e".
    text = re.sub(r"\b[èÈ]\b", "est", unicodedata.normalize("NFC", text))
    folded = _AFTER_APOSTROPHE.sub(" ", _ELIDED.sub(" ", fold(text)))
    folded = _INSTEAD_FIRST.sub(r"cambia \g<what> a \g<number>", _IN_CART.sub(" ", folded))
    folded = re.sub(r"\b(un|una) ?altr[oa] (paio|coppia|dozzina)\b", r"\1 \2", _OF_WHICH.sub(": ", folded))
    if _BOTH.search(folded):
        folded = re.sub(r"\b(sia)\b", " ", re.sub(r"\bche( anche)?\b", " e ", folded))
    kept = re.sub(r"[^\w\s,;:.+&\n×*€$/|•!?–-]", " ", folded)
    return "\n".join(" ".join(line.split()) for line in kept.split("\n") if line.strip())


def _corrected(text: str) -> str:
    """Applies "anzi" and "I mean": what it replaces is the number before it, or the thing before it."""
    match = words.CORRECTION.search(text)
    if match is None or not match.start():
        return text
    before, after = text[: match.start()], _corrected(text[match.end() :])
    kept, last = _before_last_chunk(before)
    tokens, new = last.split(), after.split()
    number = _number_at(new, 0) if new else None
    marks = [t for t in tokens if t.startswith(MARK)]
    if number and number[1] == len(new):
        return f"{kept}{_with_number(tokens, new[: number[1]])}"
    if new and new[0].startswith(MARK) and len(new) == 1 and marks:
        return kept + " ".join(new[0] if t == marks[-1] else t for t in tokens)
    action = " ".join(t for t in tokens if words.ADD.fullmatch(t) or words.REMOVE.fullmatch(t))
    return f"{kept}{action} {after}"


def _before_last_chunk(text: str) -> tuple[str, str]:
    ends = [m.end() for m in words.SEPARATOR.finditer(text) if m.end() < len(text)]
    cut = ends[-1] if ends else 0
    return text[:cut], text[cut:]


def _with_number(tokens: list[str], number: list[str]) -> str:
    for position in range(len(tokens)):
        if found := _number_at(tokens, position):
            return " ".join([*tokens[:position], *number, *tokens[found[1] :]])
    return " ".join([*number, *tokens])


def _chunks(text: str) -> Iterable[tuple[str, Joint]]:
    joint: Joint = "start"
    position = 0
    for match in words.SEPARATOR.finditer(text):
        if chunk := text[position : match.start()].strip(" ,"):
            yield from _colon_split(chunk, joint)
        position = match.end()
        joint = "comma" if match["comma"] else "and" if match["and"] else "hard"
    if chunk := text[position:].strip(" ,"):
        yield from _colon_split(chunk, joint)


def _colon_split(chunk: str, joint: Joint) -> Iterable[tuple[str, Joint]]:
    head, colon, rest = chunk.partition(":")
    if colon and rest.strip():
        yield f"{head.strip()}:", joint
        yield rest.strip(), "hard"
    else:
        yield chunk, joint


def _step(chunk: str, joint: Joint, measures: list[Measure], *, before: Step | None) -> Step | None:
    group = chunk.endswith(":")
    chunk = words.TAIL.sub("", f" {chunk.rstrip(':')}").strip()
    if words.KEEP.match(chunk) and before and before.action == "remove":
        return None
    action, soft, said = _action(chunk, before)
    pronoun = bool(_PRONOUN.search(chunk))
    part = _part(chunk, joint, measures, action)
    if part is not None and (words.DELIVERY.search(chunk) and not said):
        return None
    if action == "confirm" and (part is None or part.quantity is None):
        return Step(action="confirm", parts=())
    if action == "confirm":
        action = "add"
    if part is None or (group and part.quantity is None):
        return Step(action=action, parts=(), soft=soft, pronoun=pronoun) if said else None
    pronoun = pronoun and not part.words
    return Step(action=action, parts=(replace(part, group=group),), soft=soft, said=said, pronoun=pronoun)


def _action(chunk: str, before: Step | None) -> tuple[CartAction, bool, bool]:
    """(action, soft, whether words of this chunk said so)."""
    if words.REMOVE.search(chunk):
        return "remove", False, True
    if words.SET.search(chunk):
        return "set", False, True
    if words.CONFIRM.search(chunk):
        return "confirm", False, True
    if words.SOFT_SET.match(chunk):
        return "set", True, True
    if words.ADD.search(chunk):
        return "add", False, True
    if before is not None and before.action in ("add", "remove", "set"):
        return before.action, before.soft, False
    return "add", False, False


def _part(chunk: str, joint: Joint, measures: list[Measure], action: CartAction) -> Part | None:
    quantity: int | None = None
    chunk = _INSTEAD.sub("", chunk)
    if match := _TIMES.search(chunk):
        quantity = int(match["after"] or match["before"])
        chunk = f"{chunk[: match.start()]} {chunk[match.end() :]}"
    if action == "set" and quantity is None and (target := _TARGET.search(chunk)):
        number = _number_at([target["number"]], 0)
        if number:
            quantity, chunk = number[0], chunk[: target.start()]
    own = tuple(measures[int(n)] for n in re.findall(rf"{MARK}(\d+)", chunk))
    spoken = _without_edges(re.findall(rf"{MARK}?\w+", _without_verbs(chunk)))
    counted, rest, bare = _counted(spoken)
    quantity = counted if quantity is None else quantity
    # A size is read from its letter, so single letters stay.
    kept = _trimmed([t for t in rest if not t.startswith(MARK)])
    elliptic = bool(kept) and kept[0] in LEADING_PREPOSITIONS
    if not kept and quantity is None and not any(m.kind == "pack" for m in own):
        return None
    return Part(
        words=" ".join(kept),
        quantity=quantity,
        measures=own,
        joint=joint,
        bare=bare and quantity is None,
        elliptic=elliptic or not kept,
    )


def _counted(tokens: list[str]) -> tuple[int | None, list[str], bool]:
    """The quantity, the words without it, and whether there was neither number nor article."""
    bare = not (tokens and tokens[0] in _DETERMINER)
    for start in range(len(tokens)):
        found = _number_at(tokens, start)
        if found is None or _is_label(tokens, start):
            continue
        value, end = found
        # A number of pieces stands before the thing or at the very end: "sampo kering 1".
        if start and end < len(tokens) and not _leads(tokens, start) and tokens[end] not in words.CONTAINERS:
            continue
        end = _past_container(tokens, end)
        return value, tokens[:start] + tokens[end:], False
    return None, tokens, bare


def _past_container(tokens: list[str], position: int) -> int:
    """Behind "flaconi di" or a last "pezzi". "Sacchetti igienici" are no container but the thing itself."""
    past = position
    while past < len(tokens) and tokens[past] in words.CONTAINERS:
        past += 1
    if past < len(tokens) and tokens[past] in ("di", "d", "of"):
        return past + 1
    return past if past == len(tokens) else position


def _leads(tokens: list[str], start: int) -> bool:
    return all(
        t in words.FILLER or t in _DETERMINER or t.startswith(MARK) or len(t) <= 2 for t in tokens[:start]
    )


def _is_label(tokens: list[str], start: int) -> bool:
    """Numbers behind these name something: "taglia 3", "il numero 12", "ordine 1042"."""
    labels = words_of(
        "taglia tg size ukuran numero nr no ordine order pesanan misura via interno civico cap formato da"
    )
    return start > 0 and tokens[start - 1] in labels


def _number_at(tokens: list[str], start: int) -> tuple[int, int] | None:
    """(value, end) of a number that begins here; articles that count ("un", "una") are numbers."""
    word = tokens[start]
    if word.isdigit():
        return (int(word), start + 1) if len(word) <= 3 else None
    for length in range(min(4, len(tokens) - start), 0, -1):
        phrase = " ".join(tokens[start : start + length])
        if phrase in NUMBER_WORDS:
            return NUMBER_WORDS[phrase], start + length
        if phrase in _MORE_NUMBERS:
            return _MORE_NUMBERS[phrase], start + length
    return None


_MORE_NUMBERS = {"na": 1, "nu": 1, "du": 2, "dos": 2, "quater": 4, "tri": 3, "a": 1, "an": 1, "paio": 2, "coppia"
: 2, "pair": 2,
"couple": 2,
    "a pair of": 2, "a couple of": 2, "un paio di": 2, "una coppia di": 2, "mezza dozzina di": 6, "una dozzina di"
    : 12,
    "half a dozen": 6, "tiga lusin": 36, "dua lusin": 24, "satu lusin": 12, "setengah lusin": 6, "lusin": 12,
    "due dozzine": 24, "two dozen": 24, "a few": 3, "entrambi": 2, "entrambe": 2, "both": 2}  # fmt: skip


def _without_verbs(chunk: str) -> str:
    if words.REMOVE.search(chunk):
        chunk = re.sub(r"\b(off|out|away|via)$", " ", chunk)
    for pattern in (words.REMOVE, words.SET, words.CONFIRM, words.ADD, words.SOFT_SET):
        chunk = pattern.sub(" ", chunk)
    return chunk


def _without_edges(tokens: list[str]) -> list[str]:
    """Without courtesies at both ends; articles and numbers stay, they count."""
    while tokens and tokens[0] in words.FILLER and tokens[0] not in _DETERMINER and not _number_at(tokens, 0):
        tokens = tokens[1:]
    while tokens and tokens[-1] in words.FILLER and tokens[-1] != "l" and not _number_at(tokens[-1:], 0):
        tokens = tokens[:-1]
    return tokens


def _trimmed(tokens: list[str]) -> list[str]:
    inner = words.FILLER | _DETERMINER
    while tokens and tokens[0] in inner and len(tokens[0]) != 1:
        tokens = tokens[1:]
    while tokens and tokens[0] in ("l", "i", "d", "a", "e", "x", "o") and len(tokens) > 1:
        tokens = tokens[1:]
    while tokens and tokens[-1] in inner and tokens[-1] != "l":
        tokens = tokens[:-1]
    while len(tokens) > 1 and tokens[0] in words.CONTAINERS and tokens[1] in ("di", "d", "of"):
        tokens = tokens[2:]
    return tokens
