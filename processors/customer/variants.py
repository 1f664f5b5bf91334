"""Which variant of a product is meant: what is given, what is still to be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from processors.attributes import in_order
from processors.search.words import fold, tokens
from processors.understanding.measures import MARK, take_measures
from processors.understanding.variants import said_in, variant_for

Attributes = Mapping[str, Sequence[str]]


class HasAttributes(Protocol):
    """A product or a hit."""

    @property
    def attributes(self) -> Attributes: ...


_Product = TypeVar("_Product", bound=HasAttributes)


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
    for name, values in in_order(attributes):
        wanted = given.get(name)
        exact = same_value(values, wanted) if wanted else None
        if exact is not None:
            variant[name] = exact
        elif len(values) == 1:
            variant[name] = str(values[0])
        else:
            missing = missing or name
        if wanted and exact is None:
            refused = refused or (name, wanted)
    unknown = next(((name, value) for name, value in given.items() if name not in attributes), None)
    return Completed(variant=variant, missing=missing, refused=refused or unknown)


def same_value(values: Sequence[str], wanted: str) -> str | None:
    """The value of a product that a person's "12 KG" means, None when it has no such value."""
    plain = _plain(wanted)
    return next((str(value) for value in values if _plain(str(value)) == plain), None)


def _plain(text: str) -> str:
    return "".join(text.casefold().replace(",", ".").split())


def coming_in(options: Sequence[_Product], text: str) -> Sequence[_Product]:
    """The options that come in what a text says, "in pink", where some do and others don't; else all of them."""
    fitting = []
    for option in options:
        said = variant_in(option.attributes, text)
        if said and all(same_value(option.attributes[name], value) for name, value in said.items()):
            fitting.append(option)
    return fitting or options


_ELISION = re.compile(r"\b[a-z]{1,6}['’`]\s?")
_FEW_WORDS = 3


def variant_in(attributes: Attributes, text: str, *, alone: bool = False) -> dict[str, str]:
    """The variant that a text names: "taglia L marrone" → {"taglia": "L", "colore": "marrone"}.

    A value the product does not come in stays as it was said. With `alone` the text answers a question for a
    value, so that a bare "12" may be the pack of 12 kg.
    """
    plain, measures = take_measures(_ELISION.sub(" ", fold(text)))
    words = tokens(re.sub(rf"{MARK}\d+", " ", plain))
    found = variant_for(attributes, said_in(words), measures, words)
    if alone and len(words) <= _FEW_WORDS:
        numbers = {word for word in words if word.isdigit()}
        for name, values in attributes.items():
            fitting = [str(value) for value in values if numbers & set(re.findall(r"\d+", str(value)))]
            if name not in found and len(fitting) == 1:
                found[name] = fitting[0]
    return found
