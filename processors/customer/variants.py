"""Which variant of a product is meant: what is given, what is still to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processors.search.words import content_words, stem, tokens
from processors.understanding.numbers import words_of

Attributes = Mapping[str, Sequence[str]]

KNOWN_ATTRIBUTES = ("taglia", "colore", "formato")
"""Those with a name in each language, in the order they are asked for; the database keeps no order."""


@dataclass(frozen=True, kw_only=True)
class Completed:
    """`missing` is the attribute to ask for next, `refused` (attribute, value) the product does not come in."""

    variant: Mapping[str, str]
    missing: str | None
    refused: tuple[str, str] | None


def complete(attributes: Attributes, given: Mapping[str, str]) -> Completed:
    """The variant as far as it is known. An attribute with a single value needs no question."""
    variant: dict[str, str] = {}
    missing: str | None = None
    refused: tuple[str, str] | None = None
    for name in sorted(attributes, key=_rank):
        values, wanted = attributes[name], given.get(name)
        exact = same_value(values, wanted) if wanted else None
        if exact is not None:
            variant[name] = exact
        elif len(values) == 1:
            variant[name] = str(values[0])
        elif values:
            missing = missing or name
        if wanted and exact is None:
            refused = refused or (name, wanted)
    unknown = next(((name, value) for name, value in given.items() if name not in attributes), None)
    return Completed(variant=variant, missing=missing, refused=refused or unknown)


def _rank(attribute: str) -> tuple[int, str]:
    known = attribute in KNOWN_ATTRIBUTES
    return (KNOWN_ATTRIBUTES.index(attribute) if known else len(KNOWN_ATTRIBUTES), attribute)


def same_value(values: Sequence[str], wanted: str) -> str | None:
    """The value of a product that a person's "12 KG" means, None when it has no such value."""
    plain = _plain(wanted)
    return next((str(value) for value in values if _plain(str(value)) == plain), None)


def _plain(text: str) -> str:
    return "".join(text.casefold().replace(",", ".").split())


_MARKERS = {
    "taglia": frozenset(words_of("taglia taglie tg tag size misura ukuran")),
    "colore": frozenset(words_of("colore color colour warna")),
    "formato": frozenset(words_of("formato da size ukuran confezione pack isi")),
}
_FEW_WORDS = 3


def variant_in(
    attributes: Attributes, text: str, glossary: Mapping[str, Sequence[str]], *, alone: bool = False
) -> dict[str, str]:
    """The values of a product that a text names: "taglia L marrone" → {"taglia": "L", "colore": "marrone"}.

    A single letter counts only behind its word ("taglia L"), at the end, or with `alone` (the text answers
    the question for it); else the l of "l'altro" would be a size. Colours are found in any gender and in the
    glossary's languages.
    """
    words = tokens(text)
    stems = {stem(w) for word in words for w in (word, *content_words(" ".join(glossary.get(word, ()))))}
    joined = "".join(words)
    found: dict[str, str] = {}
    for name, values in attributes.items():
        for value in sorted((str(v) for v in values), key=len, reverse=True):
            if _names(name, value, words, stems, joined, alone=alone):
                found[name] = value
                break
    return found


def _names(
    attribute: str, value: str, words: Sequence[str], stems: set[str], joined: str, *, alone: bool
) -> bool:
    parts = tokens(value)
    if len(parts) == 1 and len(parts[0]) <= 2 and parts[0].isalpha():
        places = [i for i, word in enumerate(words) if word == parts[0]]
        markers = _MARKERS.get(attribute, frozenset())
        return any(
            (alone and len(words) <= _FEW_WORDS) or i == len(words) - 1 or (i > 0 and words[i - 1] in markers)
            for i in places
        )
    if any(character.isdigit() for character in value):
        # "12 kg", "12kg" and "da 12" name one and the same pack.
        plain = "".join(parts)
        digits = "".join(c for c in parts[0] if c.isdigit())
        return plain in joined or (alone and digits in words)
    return all(stem(part) in stems for part in parts)
