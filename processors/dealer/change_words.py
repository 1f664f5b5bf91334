"""How dealers say that they can do an order otherwise: something is missing, something else instead, later.

Pure reading of words; which order and which of its lines is meant is found in `changes.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from processors.dealer.stock_words import product_words
from processors.partners.clauses import clauses
from processors.partners.times import moment_in
from processors.partners.words import fold
from processors.understanding.numbers import number_in

Kind = Literal["without", "fewer", "instead", "later"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing a dealer would do otherwise.

    `product` are the words for what is in the order, empty when only one line can be meant. `left` is how many
    pieces there are, `by` the words for what could replace it, `ready_at` the time.
    """

    kind: Kind
    product: str = ""
    left: int | None = None
    by: str = ""
    ready_at: datetime | None = None


_CODE = r"\b(?:(?:ordine |order |pesanan |dell ordine |per |for |untuk |di |in )*d ?\d{3,7}(?: \d{1,2})?)\b"

_REPLACING = r"al posto d\w+|in cambio d\w+|invece d\w+|instead of|in place of|sebagai ganti"

_INSTEAD = (
    re.compile(
        rf"\b(?:{_REPLACING}|pengganti)\b (?P<what>.+?) "
        r"(?:posso|potrei|possiamo|puo andare|va bene|andrebbe bene|ho|avrei|abbiamo|do|darei|metto|metterei|"
        r"mando|propongo|i can|can i|i could|could i|i have|we have|i d|how about|bisa|boleh|saya ada|ada|kasih|"
        r"pakai|kami punya)\b(?P<by>.+)"
    ),
    re.compile(
        r"\b(?:sostitui\w+|rimpiazz\w+|cambio|cambiare|replace|swap|substitute|ganti|diganti|tukar)\b (?P<what>.+?) "
        r"(?:con|with|by|for|dengan|pakai|jadi|sama)\b (?P<by>.+)"
    ),
    re.compile(r"\b(?P<what>.+?) (?:diganti|ditukar) (?:dengan|pakai|jadi|sama)?(?P<by>.+)"),
    re.compile(
        r"(?:posso|potrei|possiamo|ho|avrei|do|darei|dare|metto|mettere|mando|va bene|i can|could i|can i|i have|"
        rf"how about|bisa|ada|kasih)?(?P<by>.+) (?:{_REPLACING}|pengganti)\b (?P<what>.+)"
    ),
)
_GIVING = re.compile(
    r"^(?:(?:posso|potrei|possiamo|dare|dar\w*|mandare|mettere|solo|offrire|proporre|ho|do|metto|mando|i|can|"
    r"could|give|offer|send|you|use|have|va bene|bisa|kasih|kirim|pakai|ada|saya|kami|anche) )+"
)
_OFFERING = re.compile(
    r"^(?:(?:pero|solo|allora) )?(?:(?:gli |le |ti )?(?:posso|potrei|possiamo) (?:dar|mandar|metter|offr|propor)\w*|"
    r"(?:ci |le |gli )?(?:metto|mando|metterei|darei|manderei|propongo|do)|"
    r"(?:ho|abbiamo|avrei|avremmo|c e|va bene)(?= (?:solo )?(?:il|la|i|gli|le|l|un|uno|una|quell\w+|lo(?! stesso))\b)|"
    r"(?:(?:i|we) )?(?:can|could) (?:give|send|offer|put)|(?:i|we) (?:only )?have|how about|"
    r"(?:saya |kami )?(?:ada|punya)|(?:saya |kami )?bisa (?:kasih|kirim)|kasih) (?P<by>.+)$"
)
"""What can be had, said after what is missing: "manca il rosso, ho quello blu"."""
_ONES = re.compile(r" ones?$")
_FEWER = re.compile(
    r"\b(?:posso|possiamo|riesco a)?(?: ?(?:darne|dargliene|mandarne|metterne|dare|mandare)) ?(?:solo )?(?P<left>.+)|"
    r"\b(?:can only (?:give|send|do)|cuma bisa (?:kasih|kirim)?|hanya bisa (?:kasih|kirim)?) (?P<left_2>.+)"
)
_OF = re.compile(
    r"\b(?P<left>\d+|\w+)(?P<rest>(?: \w+){0,5}?) (?:invece d\w+|anziche|instead of|bukan|dari) "
    r"(?P<had>\d+|\w+)\b(?P<after>.*)"
)
_MISSING = re.compile(
    r"\b(?:(?:mi |ci )?manca(?:no|va|vano)?|(?<!sono )(?<!siamo )senza|without|(?:is |are |it s |we re |i m )?missing|"
    r"tanpa|kurang)\b"
)
_ALONE = re.compile(
    r"\b(?:va|andrebbe|vanno) bene(?: lo stesso)?\b|\b(?:ok|okay|is that|fine|boleh|"
    r"gimana|bagaimana|gapapa|tidak apa apa)\b"
)
_LATER = re.compile(
    r"\b(posso|possiamo|potrei|riesco|riusciamo|pront[oaie]|ce la (faccio|facciamo)|"
    r"(lo|la|li|le) (faccio|preparo|consegno|prendo)|consegn\w+|prepar\w+|accett\w*|ritard\w+|tardi|slitta\w*|"
    r"sposta\w*|ready|can|could|late|delay\w*|accept|deliver\w*|"
    r"bisa|siap|terlambat|telat|mundur|terima|selesai)\b"
)
_CLOSING = re.compile(
    r"\b(chiud\w+|chius[oi]|pausa|riapr\w+|torno|close\w*|closing|pause|break|back|reopen\w*|"
    r"tutup|istirahat|buka|kembali)\b"
)


def read_wishes(text: str, now: datetime) -> list[Wish]:
    """What a text would do otherwise, in its order; empty when it is about something else.

    `now` is the time where the business is.
    """
    whole = _without_codes(fold(text))
    if (instead := _instead(whole)) is not None:
        return [instead]
    found: list[Wish] = []
    for clause in clauses(text):
        folded = _without_codes(fold(clause))
        wish = _wish(clause, folded, now)
        if wish is not None:
            if found and _repeats(found[-1], wish):
                continue
            found.append(wish)
        elif found and found[-1].product and (by := _offered(found[-1], folded)):
            found[-1] = replace(found[-1], kind="instead", by=by)
        elif found and found[-1].kind == "without" and not _ALONE.search(folded) and _names_something(folded):
            # "Mancano lo shampoo e le ciotole": the second one too.
            found.append(replace(found[-1], product=product_words(folded)))
    return found


def _wish(clause: str, folded: str, now: datetime) -> Wish | None:
    if _CLOSING.search(folded):
        return None
    if (fewer := _fewer(folded)) is not None:
        return fewer
    if missing := _MISSING.search(folded):
        rest = _ALONE.sub(" ", f"{folded[: missing.start()]} {folded[missing.end() :]}")
        left, words = number_in(rest) if "kurang" in missing[0] else (None, rest)
        # "Ne mancano due" says how many are missing, which is another sum; it is asked.
        return Wish(kind="without", product=product_words(words if left is None else rest))
    if _LATER.search(folded) and (ready_at := moment_in(clause, now)) is not None:
        return Wish(kind="later", ready_at=ready_at)
    return None


def _offered(said: Wish, folded: str) -> str:
    """What comes instead of what was just said to be missing; empty for pieces of it, which are another matter."""
    offering = _OFFERING.match(folded) if said.kind == "without" else None
    by = product_words(_ONES.sub("", offering["by"])) if offering else ""
    return by if number_in(by)[0] is None else ""


def _instead(folded: str) -> Wish | None:
    if _OF.search(folded) and (fewer := _fewer(folded)) is not None:
        return fewer
    for pattern in _INSTEAD:
        if found := pattern.search(folded):
            what, by = product_words(found["what"]), product_words(_GIVING.sub("", found["by"].strip() + " "))
            if what and by:
                return Wish(kind="instead", product=what, by=by)
    return None


def _fewer(folded: str) -> Wish | None:
    if of := _OF.search(folded):
        left, _ = number_in(of["left"])
        had, _ = number_in(of["had"])
        if left is not None and had is not None and left < had:
            return Wish(
                kind="fewer", product=product_words(_ALONE.sub(" ", f"{of['rest']} {of['after']}")), left=left
            )
    if found := _FEWER.search(folded):
        left, words = number_in(found["left"] or found["left_2"])
        if left:
            return Wish(kind="fewer", product=product_words(_ALONE.sub(" ", words)), left=left)
    return None


def _repeats(said: Wish, wish: Wish) -> bool:
    """ "Manca la crocchetta, va bene senza?" says one thing twice."""
    return said.kind == wish.kind == "without" and not wish.product


def _names_something(folded: str) -> bool:
    return bool(product_words(folded)) and number_in(folded)[0] is None


def _without_codes(folded: str) -> str:
    return " ".join(re.sub(_CODE, " ", folded).split())
