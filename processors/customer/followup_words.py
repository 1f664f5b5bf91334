"""Short words that only make sense after others: "altri due", "anzi gialle", "la metà", "the cheaper one".

Every word of such a message must be known here, so that whoever names a thing, asks or tells something is read by
what understands sentences. Which product is meant, `followups.py` finds out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from processors.search.words import fold
from processors.understanding.counting import number_at
from processors.understanding.gate import plain
from processors.understanding.gate_words import COURTESY, ORDINALS
from processors.understanding.numbers import COUNTERS, words_of
from processors.understanding.variants import said_in

Change = Literal["more", "set", "less", "half", "double", "pick"]

LONGEST: Final = 10
"""Words; who says more says something new."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """So many pieces in a colour or size; what was not said is None."""

    quantity: int | None = None
    colour: str | None = None
    size: str | None = None

    @property
    def says_variant(self) -> bool:
        return self.colour is not None or self.size is not None


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What is to change. `corrects`: it takes the place of what was said before; `asks`: it is only to be told.

    `extreme` picks by price or size, `price` by what it costs, `place` by the position in the list (-1 is the last),
    `pack` by how many pieces or how much is in it.
    """

    change: Change
    parts: tuple[Part, ...] = (Part(),)
    corrects: bool = False
    asks: bool = False
    extreme: Literal["cheapest", "dearest", "smallest", "largest"] | None = None
    price: Decimal | None = None
    place: int | None = None
    pack: int | None = None


_MARKS: Final = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), mark)
    for pattern, mark in (
        (
            r"(?:che )?cost\w+ (?:di )?meno|meno (?:car[oaie]|costos[oaie])|(?:less|least) expensive|cheap(?:er|est)?|"
            r"(?:piu )?(?:economic(?:[oae]|he)|convenient[ei])|(?:(?:yang|paling|lebih) )*(?:murah|termurah)",
            " CHEAPEST ",
        ),
        (
            r"(?:che )?cost\w+ (?:di )?piu|piu (?:car[oaie]|costos[oaie])|(?:most|more) expensive|pricier|dearer|"
            r"(?:(?:paling|lebih) )(?:mahal)|termahal",
            " DEAREST ",
        ),
        (
            r"piu (?:grand[ei]|gross[oaie])|bigg(?:er|est)|larg(?:er|est)|(?:paling|lebih) (?:besar|gede)|terbesar",
            " LARGEST ",
        ),
        (r"piu piccol[oaie]|small(?:er|est)|(?:paling|lebih) kecil|terkecil", " SMALLEST "),
        (r"(?:la )?meta|dimezz\w+|half(?: of)?|(?:setengah|separuh)(?:nya)?", " HALF "),
        (r"(?:il )?doppio|raddoppi\w+|(?:double|twice)(?: as many)?|(?:dua kali )?lipat|dobel\w*", " DOUBLE "),
        (r"(?:togl|lev|rimuov|elimin)(?:i|a|o|ine|ane|imene|iamone|erei)|in meno|meno|remove|take (?:off|out|away)|"
         r"less|fewer|kurang(?:i|in)?|hapus", " LESS "),
        (r"in piu|di piu|ancora|altr[oaie]|aggiung(?:i|ine|imi|imene|iamo|iamone|a|o)|more|extra|add|lagi|"
         r"tambah(?:in|kan|an)?", " MORE "),
        (r"another(?: one)?", " one MORE "),
        (r"no|anzi|scus[aio]|scusate|sorry|maaf|actually|(?:i )?mean(?:t)?|intendev[oa]|volev[oa] dire|mi correggo|"
         r"meglio|piuttosto|wait|aspett[ai]|ops|oops|ralat|maksud(?:nya|ku| saya)?|invece|instead|better|rather|"
         r"mending|eh|bukan|ho sbagliato|sbagliato|my mistake|salah", " CORRECTS "),
        (r"facciamo(?:ne)?|fai|fa|fanne|fammene|mett(?:i|ine|imene|a|iamone)|ne bast(?:a|ano)|bast(?:a|ano)|solo|"
         r"soltanto|only|just|make|jadi(?:in|kan)?|cukup|cuma|aja|saja|let s|lets|ganti|cambia", " SET "),
    )
)  # fmt: skip
_FILLER: Final = frozenset(words_of("""
    quello quella quelli quelle questo questa questi queste quel il lo la l le i gli un di d del della dei
    delle ne n mi me te ce ci si li in su a al alla con per da the a of it them those that this these one
    ones yang yg itu ini nya deh dong donk kak ya yaa dan ke di saya aku mau ambil take want have get ll d
    i would like give want need do vorrei vorremmo voglio vogliamo prendo prendiamo prenderei dammi
    dammene dacci servono serve stesso stessa stessi stesse uguale uguali cosi colore taglia colour color
    size warna ukuran be ok okay si sì va bene allora ma pero and e ed anche pure then tapi oke oh ah
    grazie please thanks ho detto dire dico deliver
    """)) | COURTESY | frozenset(COUNTERS)  # fmt: skip
_ASKS: Final = re.compile(
    r"\b(?:quanto (?:costa|viene|fa|e)|qual(?:e)? e|how much(?: is| for)?|which(?: one)? is|what s|what is|"
    r"berapa(?: harga(?:nya)?)?|yang mana|mana)\b"
)
_JOINT: Final = frozenset(("e", "ed", "and", "dan"))
_PACK: Final = re.compile(
    r"\b(?:da|isi|pack of|box of|confezion[ei] da|pacc(?:o|hi) da) (?P<after>\w+)(?: (?:pz|pezzi|pieces|pcs))?$|"
    r"\b(?P<before>\w+) ?pack$"
)


_PRICE: Final = re.compile(
    r"(?:(?:no|si|sì|ok|allora|ecco|va bene|yes|prendo|prenderei|vorrei|voglio|dammi|per me|preferisco|i ll take|"
    r"i want|give me|i prefer|mau|ambil|quell[oaie]|quest[oaie]|il|lo|la|l|the|that|this|one|yang|itu|ini) )*"
    r"(?:(?:che (?:costa|viene|fa)|which (?:is|costs)|harga(?:nya)?|da|a|at|for|di|per) )*"
    r"(?P<price>\d{1,4}(?:[.,]\d{1,2})?)(?: (?:euro|eur|euros))(?: one)?"
    r"(?: (?:grazie|please|per favore|kak|ya|dong|aja|saja|it is))*"
)


def followup_in(text: str) -> FollowUp | None:
    """What a short message wants changed, None when it says anything else."""
    if len(text.split()) > LONGEST:
        return None
    if (price := _price_in(text)) is not None:
        return FollowUp(change="pick", price=price)
    folded, asks = _ASKS.subn(" ", plain(text))
    if asks or "?" in text:
        wish = _read(folded)
        return replace(wish, asks=True) if wish is not None and wish.extreme else None
    return _read(folded)


def _price_in(text: str) -> Decimal | None:
    """The price by which a thing is pointed at: "quello da 12 euro", "the €14.90 one"."""
    spaced = re.sub(r"[€£$]|\beuros?\b|\beur\b", " euro ", fold(text))
    words = " ".join(re.sub(r"[^\w.,]+", " ", spaced).split()).strip(" .,")
    # "€14.90" says the currency first.
    words = re.sub(r"\beuro (\d[\d.,]*)", r"\1 euro", words)
    match = _PRICE.fullmatch(words)
    return Decimal(match["price"].replace(",", ".")) if match else None


def _read(folded: str) -> FollowUp | None:
    if (pack := _pack_in(folded)) is not None:
        return FollowUp(change="pick", pack=pack[0], parts=(Part(quantity=pack[1]),))
    for pattern, mark in _MARKS:
        folded = pattern.sub(mark, folded)
    words = folded.split()
    marks = {word for word in words if word.isupper()}
    parts = _parts(words)
    if parts is None:
        return None
    corrects = "CORRECTS" in marks
    if not ORDINALS.keys().isdisjoint(words):
        place = _place_in(words)
        return FollowUp(change="pick", place=place, corrects=True) if corrects and place else None
    return _meant(marks, parts, corrects=corrects)


def _meant(marks: set[str], parts: tuple[Part, ...], *, corrects: bool) -> FollowUp | None:
    for mark in ("CHEAPEST", "DEAREST", "LARGEST", "SMALLEST"):
        if mark in marks:
            extreme: Literal["cheapest", "dearest", "smallest", "largest"] = mark.lower()  # type: ignore[assignment]  # One of the four.
            return FollowUp(change="pick", extreme=extreme, parts=parts, corrects=corrects)
    counted = [part for part in parts if part.quantity is not None]
    varied = [part for part in parts if part.says_variant]
    if "HALF" in marks or "DOUBLE" in marks:
        return None if counted else FollowUp(change="half" if "HALF" in marks else "double", parts=parts)
    if "LESS" in marks:
        return FollowUp(change="less", parts=parts) if len(counted) == len(parts) else None
    if "MORE" in marks:
        return FollowUp(change="more", parts=parts) if counted and len(counted) == len(parts) else None
    if len(varied) > 1 and len(varied) == len(parts) == len(counted):
        return FollowUp(change="set", parts=parts, corrects=True)
    if len(parts) == 1 and (corrects or "SET" in marks) and (counted or (varied and corrects)):
        return FollowUp(change="set", parts=parts, corrects=corrects)
    return None


def _parts(words: list[str]) -> tuple[Part, ...] | None:
    """The pieces that are spoken of, one for each "and"; None when a word is unknown here."""
    found = []
    for words_of_one in _between_joints(words):
        part = _part(words_of_one)
        if part is None:
            return None
        found.append(part)
    said = [part for part in found if part.quantity is not None or part.says_variant]
    return tuple(said) or (Part(),)


def _between_joints(words: list[str]) -> Iterator[list[str]]:
    piece: list[str] = []
    for word in words:
        if word in _JOINT:
            yield piece
            piece = []
        else:
            piece.append(word)
    yield piece


def _part(words: list[str]) -> Part | None:
    said = said_in(words)
    quantity: int | None = None
    at = 0
    while at < len(words):
        word, counted = words[at], number_at(words, at)
        if counted is not None and at not in said.places and not _only_points(words, at, said.places):
            if quantity is not None and quantity != 1:
                return None
            # An article counts as one until a number follows: "un altro paio".
            quantity, at = counted
            continue
        if not (word.isupper() or at in said.places or word in _FILLER or word in ORDINALS):
            return None
        at += 1
    return Part(quantity=quantity, colour=said.colour, size=said.size)


def _only_points(words: list[str], at: int, variant: frozenset[int]) -> bool:
    """Whether a word that may count is an article here or stands for the thing: "a", "the blue one", "that one"."""
    if words[at] != "one":
        return words[at] == "a" and number_at(words, at) == (1, at + 1)
    return at > 0 and (
        at - 1 in variant or words[at - 1] in ("the", "that", "this") or words[at - 1].isupper()
    )


def _place_in(words: list[str]) -> int | None:
    places = {ORDINALS[word] for word in words if word in ORDINALS}
    return places.pop() if len(places) == 1 else None


def _pack_in(folded: str) -> tuple[int, int | None] | None:
    """(what is in a pack, how many of it): "quelli da dodici", "due da 12", "the 12 pack"."""
    bare = " ".join(word for word in folded.split() if word not in COURTESY)
    match = _PACK.search(bare)
    if match is None:
        return None
    size = number_at([match["after"] or match["before"]], 0)
    part = _part(bare[: match.start()].split())
    return (size[0], part.quantity) if size is not None and part is not None else None
