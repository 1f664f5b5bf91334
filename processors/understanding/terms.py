"""A glossary as people write its terms: singular or plural, with an English "-s" or an Indonesian "-nya", misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from processors.search.glossary import general_of
from processors.search.words import content_words, fold, tokens

Glossary = Mapping[str, Sequence[str]]
Term = tuple[str, tuple[str, ...]]
"""What to ask the search for, and the catalogue's words."""

_TYPO: Final = 88.0
_SHORTEST_TYPO: Final = 6
_MOST_REMEMBERED: Final = 32


class Terms:
    """The terms of one glossary, and of the general words below it."""

    def __init__(self, glossary: Glossary) -> None:
        self._terms = _keyed(glossary)

    def known(self, words: Sequence[str]) -> Term | None:
        """The term that neighbouring words are."""
        forms = list(_forms(words))
        for form in forms:
            if form in self._terms:
                return self._terms[form]
        return self._misspelt(forms) if len(words[0]) >= _SHORTEST_TYPO else None

    def _misspelt(self, forms: Sequence[str]) -> Term | None:
        """The entry for a typo of its term: "fontains" for "fountain"."""
        for form in forms:
            like = process.extractOne(form, self._terms.keys(), scorer=ratio, score_cutoff=_TYPO)
            # Two letters that changed places are one slip: "fountian".
            near = (
                None
                if like
                else process.extractOne(form, self._terms.keys(), scorer=OSA.distance, score_cutoff=1)
            )
            term = like[0] if like else near[0] if near else None
            if term and term[0] == form[0] and term.count(" ") == form.count(" "):
                return self._terms[term]
        return None


def _forms(words: Sequence[str]) -> Iterable[str]:
    """How a term may be written in a glossary: without its last vowel, as the singular of an English plural, without an
    Indonesian "-nya".
    """
    yield " ".join(map(key, words))
    last = words[-1]
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("nya", ""), ("ku", "")):
        if last.endswith(ending) and len(last) > len(ending) + 2:
            yield " ".join(map(key, (*words[:-1], last[: -len(ending)] + instead)))


def key(word: str) -> str:
    """Singular and plural, masculine and feminine of an Italian word alike; a stem would take in its whole family."""
    return word[:-1] if len(word) > 3 and word[-1] in "aeio" else word


_remembered: dict[int, tuple[Glossary, dict[str, Term]]] = {}


def _keyed(glossary: Glossary) -> dict[str, Term]:
    """`_by_key`, remembered for as long as callers hand in the same object: keying hundreds of terms takes a while."""
    known = _remembered.get(id(glossary))
    if known is not None and known[0] is glossary:
        return known[1]
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    keyed = _by_key(glossary)
    _remembered[id(glossary)] = (glossary, keyed)
    return keyed


def _by_key(glossary: Glossary) -> dict[str, Term]:
    """Keyed term → (what to ask for, catalogue words), so that "profumo" finds what is written for "profumi"."""
    found = {
        " ".join(map(key, term.split())): (" ".join(words), tuple(words))
        for term, words in general_of(glossary).items()
    }
    merchants: dict[str, Term] = {}
    for term, expansions in glossary.items():
        keyed = " ".join(map(key, tokens(term)))
        words = tuple(dict.fromkeys(w for text in expansions for w in content_words(text)))
        if keyed and words:
            _, others = merchants.get(keyed, ("", ()))
            merchants[keyed] = (fold(term), tuple(dict.fromkeys((*others, *words))))
    return found | merchants
