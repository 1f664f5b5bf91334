"""Cuts a message into chunks that each name about one thing, and applies what people take back while they write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

from processors.search.words import fold
from processors.understanding import cart_words as words
from processors.understanding.counting import number_at
from processors.understanding.measures import MARK
from processors.understanding.numbers import words_of

Joint = Literal["start", "sentence", "hard", "comma", "and"]
"""What stands before a chunk: nothing, the end of a sentence, a new line or the like, a comma, an "and"."""

_ELIDED: Final = re.compile(
    r"\b(?:l|un|all|dell|d|nell|sull|dall|quell|c|m|t|s|quest|coll|v|n|gh|der)['’`´]\s?"
)
_AFTER_APOSTROPHE: Final = re.compile(r"['’`´](?:s|d|t|m|ll|re|ve)\b")
_OUT_OF_CART: Final = re.compile(r"\bout of( the| my)? (?:cart|basket|order|bag)\b")
_ENCLITIC: Final = re.compile(r"\b(?:cadaun[oa]|ciascun[oa]|l uno|each|apiece|masing masing|per uno)\b")
_THANKS: Final = re.compile(
    r"(?:(?<=[,.;!?\n])|^)\s*(?:grazie|thanks|thank you|thx|cheers|makasih|terima kasih|trims)\b[^,.;!?\n\d]*$"
)
_NEGATED: Final = re.compile(
    r", (?:ma )?(?:senza|without|tanpa) (?!(?:il|lo|la|l|i|gli|le|the) )(?P<what>\w+)[^,.;\n]*$"
)
_OF_RECIPES: Final = frozenset(
    words_of(
        "cereali parabeni profumo zucchero glutine alcol lattosio sali grain sugar alcohol perfume gluten"
    )
)
"""What a thing may be without and still be that thing."""

_IN_CART: Final = re.compile(
    r"\b(?:al|nel|dal|sul|in|nella|dalla|ke|dari|di|to|from|into|out of)( the| my| mio)? "
    r"(?:carrello|cestino|ordine|spesa|lista|keranjang|cart|basket|order|bag)\b(?: saya| mio)?"
)
_INSTEAD_FIRST: Final = re.compile(
    r"\b(?:invece (?:di|che)|al posto d\w+|anziche|instead of|rather than) "
    r"(?:\d+ |un |una |uno |due |tre |quattro |cinque |sei |one |two |three |the )?(?P<what>[a-z ]+?),? "
    r"(?:mett\w+|fann?e|facciamone|ne (?:voglio|prendo|vorrei)|dammene|mandane|make it|give me|i want|i ll take|do) "
    r"(?P<number>\w+)\b"
)
_SWAP: Final = re.compile(
    r"\b(?:scambi\w+|cambi\w+|sostitu\w+|swap|replace|exchange|tukar|ganti) (?P<old>(?!la quantita|"
    r"il numero)[a-z ]{3,}?) "
    r"(?:con|for|with|sama|dengan) (?P<new>(?!\d)[a-z ]{4,})"
)
_FROM_TO: Final = re.compile(r"\b(?:da|from|dari) \w+ (?:a|to|jadi|ke) (?P<number>\w+)$")
_ONE_OF: Final = re.compile(
    r"\b(?P<one>un[ao]?|one|satu|due|two|dua|\d+) (?:dell[ea]|dei|degli|di|of the|of my|of|dari) "
    r"(?:due|tre|quattro|cinque|two|three|four|dua|tiga|empat|\d+)\b"
)
_AMOUNT_OF: Final = re.compile(r"\bquantita (?P<what>[a-z ]+?) ?[:=] ?(?P<number>\w+)")
_NUMBERING: Final = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.)]\s")
_OF_WHICH: Final = re.compile(r",? \b(?:di cui|delle quali|dei quali|of which|of them|yang mana)\b ")
_ANOTHER: Final = re.compile(r"\b(un|una) ?altr[oa] (paio|coppia|dozzina)\b")
_NUMBERED: Final = re.compile(r"\bn(?:r|um|umero)?[.°º]\s*(?=\d)")
_BOTH: Final = re.compile(r"\bsia\b.+\b(?:che|sia)\b")


def plain(text: str) -> str:
    """Folded text with the punctuation that separates; lines stay lines."""
    # Once accents are gone, "è" could not be told from "e".
    text = re.sub(r"\b[èÈ]\b", "est", unicodedata.normalize("NFC", text))
    folded = _NUMBERED.sub(" ", _AFTER_APOSTROPHE.sub(" ", _ELIDED.sub(" ", fold(text))))
    folded = _SOME_OF.sub(r"\g<number> ", _REST.sub(" ", _POLITE.sub(" ", folded)))
    folded = _BROUGHT.sub("", _ALSO.sub("", folded))
    folded = _OUT_OF_CART.sub(" out", _ENCLITIC.sub(" ", folded))
    folded = _PAIR_OF_ONE.sub("one ", _ASIDE.sub(" ", folded))
    folded = _NEGATED.sub(_without, _THANKS.sub("", folded))
    folded = _INSTEAD_FIRST.sub(r"cambia \g<what> a \g<number>", _IN_CART.sub(" ", folded))
    folded = _ONE_OF.sub(r"\g<one>", _AMOUNT_OF.sub(r"cambia \g<what> a \g<number>", _unnumbered(folded)))
    folded = _FROM_TO.sub(r"a \g<number>", folded)
    folded = _SWAP.sub(r"togli \g<old> ; aggiungi \g<new>", folded)
    folded = _ANOTHER.sub(r"\1 \2", _OF_WHICH.sub(": ", folded))
    if _BOTH.search(folded):
        folded = re.sub(r"\bsia\b", " ", re.sub(r"\bche( anche)?\b", " e ", folded))
    kept = re.sub(r"[^\w\s,;:.+&\n×*€$/|•!?–-]", " ", folded)
    return "\n".join(" ".join(line.split()) for line in kept.split("\n") if line.strip())


_POLITE: Final = re.compile(
    r",?\s*\b(?:if (?:it|that)\b[^,;.\n\d]{0,30}\b(?:trouble|problem|ok|okay|possible|bother)\b|if possible|"
    r"if you don (?:t )?mind|when you (?:can|get a chance)|whenever you can|"
    r"se (?:e |est )?possibile|se (?:potete|puoi|riuscite|riesci|puo)|quando (?:potete|puoi|riuscite)|"
    r"se non (?:e|est) un (?:problema|disturbo)|se non (?:vi |ti |le )?(?:disturba|dispiace|crea problemi)|"
    r"kal(?:au|o) (?:bisa|boleh|sempat))\b,?"
)
"""What is said for courtesy's sake: "if it isn't too much trouble"."""
_REST: Final = re.compile(
    r",?\s*\b(?:(?:and|but|e|ma|dan) )?(?:everything else|(?:all )?the rest|(?:tutto )?il resto|sisanya|yang lain) "
    r"(?:stays?|remains?|is (?:fine|ok|okay|good)|as is|unchanged|rimane|resta|va bene|uguale|ok|tetap)"
    r"(?: (?:cosi|uguale|li|com est|as is|the same|there|ada|sama))*"
)
"""That nothing else changes is no wish."""
_SOME_OF: Final = re.compile(
    r"\b(?P<number>\d+|one|two|three|four|five|six|a couple) of (?:them|these|those|your)\s+(?=[a-z]{3})"
)
_ALSO: Final = re.compile(
    r"^(?:sama|terus|trus|plus|oh|ah)\s+(?=(?:tambah|minta|mau|mett|aggiung|add|take|prend)\w*)"
)
_BROUGHT: Final = re.compile(
    r",\s*(?:di ?)?(?:kirim|antar)\w*(?: (?:sore|pagi|siang|malam|besok|nanti|hari ini|sekarang|cepat|segera|"
    r"jam \d+|ya|aja|saja|kak|dong|min))+\s*$"
)
"""When it is to be brought is read elsewhere."""
_ASIDE: Final = re.compile(
    r"\b(?:alla fine|tutto sommato|in fin dei conti|after all|in the end|akhirnya|ternyata)\b(?! (?:di|del|of))"
)
_PAIR_OF_ONE: Final = re.compile(
    r"\b(?:a |one |un |1 )?(?:pair of|paio di) (?=(?:\w+ ){0,2}"
    r"(?:clippers?|scissors|shears|tweezers|pliers|forbic\w+|tagliaunghie|tronches\w+|pinz\w+)\b)"
)
"""What is one thing although it is called a pair."""


def _without(match: re.Match[str]) -> str:
    """ "…, senza salviette" asks for nothing; "…, senza cereali" says more about the thing before."""
    return match[0].replace(", ", " ", 1) if match["what"] in _OF_RECIPES else ""


def _unnumbered(text: str) -> str:
    """Without the numbers of a list that counts its own lines: "1) crema mani 2) bagnoschiuma"."""
    numbers = [int(n) for n in _NUMBERING.findall(text)]
    return (
        _NUMBERING.sub("\n", text)
        if len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))
        else text
    )


def corrected(text: str) -> str:
    """Applies "anzi" and "I mean": what follows replaces the number before it, or the thing before it."""
    match = words.CORRECTION.search(text)
    if match is None:
        return text
    before, after = text[: match.start()], corrected(text[match.end() :])
    if not before.strip():
        return after
    kept, last = _before_last_chunk(before)
    tokens, new = last.split(), after.split()
    number = number_at(new, 0) if new else None
    marks = [t for t in tokens if t.startswith(MARK)]
    if number and number[1] == len(new):
        return f"{kept}{_with_number(tokens, new[: number[1]])}"
    if len(new) == 1 and new[0].startswith(MARK) and marks:
        return kept + " ".join(new[0] if t == marks[-1] else t for t in tokens)
    action = " ".join(t for t in tokens if words.ADD.fullmatch(t) or words.REMOVE.fullmatch(t))
    return f"{kept}{action} {after}"


def chunks_of(text: str) -> Iterable[tuple[str, Joint]]:
    """The chunks in order; one that ends in a colon announces those behind it."""
    joint: Joint = "start"
    position = 0
    for match in words.SEPARATOR.finditer(text):
        if chunk := text[position : match.start()].strip(" ,"):
            yield from _colon_split(chunk, joint)
        position = match.end()
        joint = _joint(match)
    if chunk := text[position:].strip(" ,"):
        yield from _colon_split(chunk, joint)


def _joint(match: re.Match[str]) -> Joint:
    if match["comma"]:
        return "comma"
    if match["and"]:
        return "and"
    return "sentence" if match[0].strip() in (".", "!", "?", "!!", "??") else "hard"


def _colon_split(chunk: str, joint: Joint) -> Iterable[tuple[str, Joint]]:
    head, colon, rest = chunk.partition(":")
    if colon and rest.strip():
        yield f"{head.strip()}:", joint
        yield rest.strip(), "hard"
    else:
        yield chunk, joint


def _before_last_chunk(text: str) -> tuple[str, str]:
    ends = [m.end() for m in words.SEPARATOR.finditer(text) if m.end() < len(text)]
    cut = ends[-1] if ends else 0
    return text[:cut], text[cut:]


def _with_number(tokens: list[str], number: list[str]) -> str:
    for position in range(len(tokens)):
        if found := number_at(tokens, position):
            return " ".join([*tokens[:position], *number, *tokens[found[1] :]])
    return " ".join([*number, *tokens])
