"""Reads what should happen to a cart: which things, how many, in what order of wishes.

Only words are read here; which product each thing is, `resolve.py` finds out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from processors.understanding import cart_words as words
from processors.understanding.chunks import Joint, chunks_of, corrected, plain
from processors.understanding.counting import number_at
from processors.understanding.measures import Measure, take_measures
from processors.understanding.parts import DETERMINERS, Part, parts_of
from processors.understanding.types import CartAction
from processors.understanding.variants import only_variant_words


@dataclass(frozen=True, kw_only=True)
class Step:
    """One wish: what to do with which parts. `soft` sets what is in the cart and adds what is not.

    `said`: a verb asked for it; bare names may be anything. `pronoun`: the words point at what was talked about
    before, "ne voglio 2", "toglilo". `contrast` says what somebody does not mean beside what they do, "not the
    leather one, the nylon one": taken out where the cart holds it, else nothing.
    """

    action: CartAction
    parts: tuple[Part, ...]
    soft: bool = False
    said: bool = True
    pronoun: bool = False
    contrast: bool = False


_PRONOUN = re.compile(
    r"\b(?:dam|dac|fam|man|met|prend|aggiung|tog|lev|port|ordin|compr|segn|fan|facciamo)\w*ne\b|"
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


_OF_IT: Final = re.compile(
    r"(?:e |and |dan )?(?:(?:ce |me )?ne (?:voglio|vorrei|prendo|prenderei|prendiamo|compro|ordino|metta|metti|mandi|"
    r"servono|dia|bastano)|(?:dam|man|met|prend|aggiung|port|fam)\w*ne|i ll take|i take|saya ambil|ambil) "
    r"(?P<number>(?:un )?\w+)(?: of them| grazie| per favore| va| dai| (?P<pack>\w+))?"
)
_COMMENT: Final = re.compile(
    r"^(?:(?:the|my|our|his|her) \w+|he|she|they) (?:\w+ )?(?:hates?|loves?|likes?|ate|broke|refuses?|ignores?|"
    r"needs?|has|have) (?:it|them|that|this|one|some)\b|"
    r"^(?:(?:il|la|al|alla|ai) (?:mi[oa] |nostr[oa] )?\w+|lui|lei) (?:non )?(?:l[oa] |li |le |gli )?"
    r"(?:odia|adora|ignora|rifiuta|piace|piacciono|mangia)$|"
    r"^(?:kucing|anjing)\w* (?:saya |aku )?(?:ga|gak|nggak|tidak|kurang)? ?suka$"
)
"""What somebody thinks of the thing before: "the cat hates it"."""

_IS: Final = re.compile(r"^(?:est|it s|its|it is|they re|they are|sono per|serve per|ini (?:buat|untuk))\b")


def steps_in(text: str) -> list[Step]:
    """The wishes of a message, in order. Empty when the words ask for nothing that a cart can do."""
    folded = plain(text)
    if words.CLEAR.search(folded):
        return [Step(action="clear", parts=())]
    marked, measures = take_measures(folded)
    found: list[Step] = []
    chunks = list(chunks_of(corrected(_split_contrast(marked))))
    for place, (chunk, joint) in enumerate(chunks):
        following = chunks[place + 1] if place + 1 < len(chunks) else None
        if (unmeant := _unmeant(chunk, following, measures)) is not None:
            found.append(unmeant)
            if following is not None:
                chunks[place + 1] = (_with_noun(following[0], unmeant), "start")
            continue
        if words.KEPT.search(chunk):
            # "Tre, non due" says how many there are to be, not how many more.
            found = [*found[:-1], replace(found[-1], action="set", soft=False)] if found else found
            continue
        if counted := _counts_before(chunk, found):
            found = counted
            continue
        before = found[-1] if found and not found[-1].contrast else None
        step = _step(chunk, joint, measures, before=before)
        if step is None:
            continue
        last = before
        if last and step.action == last.action and (step.soft == last.soft or step.action == "add"):
            found[-1] = _joined(last, step)
        else:
            found.append(step)
    return [step for step in found if step.parts or step.pronoun or step.action == "confirm"]


_BUT: Final = re.compile(r"\b(not|non|mica|bukan(?:nya)?) ([^,;.\n]+?),? (?:ma|but|tapi|bensi|melainkan) ")


def _split_contrast(text: str) -> str:
    """ "Not the red one but the blue one" as two chunks."""
    return _BUT.sub(r"\1 \2, ", text)


def _unmeant(chunk: str, following: tuple[str, Joint] | None, measures: Sequence[Measure]) -> Step | None:
    """What a chunk says not to be meant; None where it says anything else."""
    instead = following is not None and following[1] != "and" and not words.NOTHING_OF.match(following[0])
    if not words.NOT_THIS.match(chunk) and not (
        instead and following and words.NOTHING_OF.match(chunk) and words.INSTEAD_THIS.search(following[0])
    ):
        return None
    if words.ADD.search(chunk):
        return None
    named = re.sub(r"^(?:no )?(?:not|non|mica|bukan(?:nya)?|niente|nessun[ao]?)\b", " ", chunk).strip()
    parts = parts_of(named, "start", measures, "remove")
    return Step(action="remove", parts=tuple(parts), contrast=instead) if parts else None


def _with_noun(chunk: str, unmeant: Step) -> str:
    """ "Quella grande" behind "non la cuccia piccola" is a cuccia; "the nylon leash" has a noun of its own."""
    said = _says_which(chunk.split())
    named = [w for part in unmeant.parts if not part.refers for w in part.words.split()]
    noun = [w for w in named if w not in words.FILLER and not only_variant_words([w])]
    return f"{chunk} {noun[0]}" if said and noun else chunk


def _says_which(said: Sequence[str]) -> bool:
    """Whether a chunk says no more than which one: "quella grande", "the blue one"."""
    left = [w for w in said if w not in words.FILLER and w not in DETERMINERS and w not in ("one", "ones")]
    return bool(left) and only_variant_words(left)


def _counts_before(chunk: str, found: list[Step]) -> list[Step]:
    """ "Mio marito vuole l'olio, ne prendo due": the number belongs to the thing before. Empty where it does not."""
    match = _OF_IT.fullmatch(chunk)
    number = number_at(match["number"].split()[-1:], 0) if match else None
    if match and match["pack"] and match["pack"] not in words.CONTAINERS:
        return []
    if number is None or not found or found[-1].action != "add" or not found[-1].parts:
        return []
    *parts, last = found[-1].parts
    if last.quantity is not None and not last.words:
        return []
    return [*found[:-1], replace(found[-1], parts=(*parts, replace(last, quantity=number[0])), said=True)]


def _joined(last: Step, step: Step) -> Step:
    return replace(
        last,
        parts=(*last.parts, *step.parts),
        said=last.said or step.said,
        pronoun=last.pronoun or step.pronoun,
    )


def _step(chunk: str, joint: Joint, measures: Sequence[Measure], *, before: Step | None) -> Step | None:
    if before is not None and (_IS.match(chunk) or _COMMENT.match(chunk)):
        # "È un regalo per i suoi 40 anni" tells about the thing before.
        return None
    group = chunk.endswith(":")
    chunk = words.RECIPIENT.sub(" ", words.TAIL.sub("", f" {chunk.rstrip(':')}")).strip()
    if words.KEEP.match(chunk) and before and before.action == "remove":
        return None
    action, soft, said = _action(chunk, before)
    if group and action == "confirm":
        # "Ordino: due candele" announces.
        return None
    parts = parts_of(chunk, joint, measures, action)
    if parts and words.DELIVERY.search(chunk) and not said:
        return None
    if parts and all(part.quantity == 0 for part in parts):
        action, soft, said = "remove", False, True
        parts = [replace(part, quantity=None) for part in parts]
    counted = any(part.quantity is not None for part in parts)
    if action == "confirm" and not counted:
        return Step(action="confirm", parts=())
    if action == "confirm":
        action = "add"
    pronoun = bool(_PRONOUN.search(chunk))
    if not parts or (group and not counted):
        return Step(action=action, parts=(), soft=soft, pronoun=pronoun) if said else None
    if group:
        parts = [replace(part, group=True) for part in parts]
    pronoun = pronoun and not any(part.words for part in parts)
    return Step(action=action, parts=tuple(parts), soft=soft, said=said, pronoun=pronoun)


def _action(chunk: str, before: Step | None) -> tuple[CartAction, bool, bool]:
    """(action, soft, whether words of this chunk said so)."""
    if words.LESS.search(chunk):
        return "set", False, True
    if words.REMOVE.search(chunk):
        return "remove", False, True
    if words.SET.search(chunk):
        return "set", False, True
    if words.CONFIRM.search(chunk):
        return "confirm", False, True
    if words.ENDS_INSTEAD.search(chunk):
        return "set", False, True
    if words.SOFT_SET.match(chunk):
        return "set", True, True
    if words.ADD.search(chunk):
        return "add", False, True
    if before is not None and before.action in ("add", "remove", "set"):
        return before.action, before.soft, False
    return "add", False, False
