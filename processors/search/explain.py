"""Why the search found what it found: the words that met, the glossary's help, or letters in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processors.search.amounts import search_words
from processors.search.search import Hit, for_text, meanings
from processors.search.words import stem


@dataclass(frozen=True, kw_only=True)
class Match:
    """A hit with its reasons: words of the text that the product has, and words of the glossary as (said, instead)."""

    hit: Hit
    words: tuple[str, ...]
    synonyms: tuple[tuple[str, str], ...]

    @property
    def by_likeness(self) -> bool:
        """Whether nothing but likeness brought it here."""
        return not self.words and not self.synonyms


def explain(text: str, glossary: Mapping[str, Sequence[str]], hits: Sequence[Hit]) -> list[Match]:
    """The reasons for each hit, in their order. `glossary` is folded, as `ProductSearch.glossary` gives it."""
    said = set(search_words(text))
    asked = for_text(meanings(search_words(text), glossary))
    return [_match(hit, asked, said) for hit in hits]


def _match(hit: Hit, asked: Sequence[Sequence[str]], said: set[str]) -> Match:
    variants = " ".join(f"{name} {' '.join(values)}" for name, values in hit.attributes.items())
    has = {stem(word) for word in search_words(f"{hit.name} {hit.category} {hit.description} {variants}")}
    words: list[str] = []
    synonyms: list[tuple[str, str]] = []
    for meaning in asked:
        for word in meaning:
            if stem(word) not in has:
                continue
            if word in said:
                words.append(word)
            else:
                # Of neighbours that the glossary knows together only its own words are left.
                synonyms.append((meaning[0] if meaning[0] in said else "", word))
    return Match(hit=hit, words=tuple(dict.fromkeys(words)), synonyms=tuple(dict.fromkeys(synonyms)))
