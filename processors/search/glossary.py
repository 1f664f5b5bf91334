"""The glossary of one business, and the everyday words below it in the language of its catalogue.

The everyday words are written from English and Indonesian into Italian. A catalogue whose names are in those languages
says "minyak goreng" itself: there "olio" would lead away from it, so the words of a line stand for each other instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from processors.search.general import general_words
from processors.search.words import content_words, fold

SAMPLE = 200
"""Names that tell the language of a catalogue; with fewer, they are all there are."""

General = Mapping[str, Sequence[str]]


class Glossary(dict[str, list[str]]):
    """Folded term → the catalogue's words, as merchants keep them; `general` are the everyday words."""

    general: General

    def __init__(self, terms: Mapping[str, list[str]], general: General) -> None:
        super().__init__(terms)
        self.general = general


def general_of(glossary: Mapping[str, Sequence[str]]) -> General:
    """The everyday words below a glossary."""
    return glossary.general if isinstance(glossary, Glossary) else general_words()


def fitted(rows: Mapping[str, Sequence[str]]) -> Glossary:
    """The glossary from the answer of the SQL function `glossary`, which has names of products under the empty term."""
    names = rows.get("", ())
    terms = {fold(term): list(expansions) for term, expansions in rows.items() if term}
    if not _is_foreign(names):
        return Glossary(terms, general_words())
    vocabulary = {word for name in names for word in content_words(name)}
    if len(names) < SAMPLE:
        terms = {
            term: kept
            for term, expansions in terms.items()
            if (kept := [e for e in expansions if not vocabulary.isdisjoint(content_words(e))])
        }
    return Glossary(terms, _among_each_other(vocabulary))


def _is_foreign(names: Iterable[str]) -> bool:
    """Whether more names are in words that the everyday words lead away from than in those they lead to."""
    italian = {word for words in general_words().values() for word in words}
    others = {term for term in general_words() if " " not in term} - italian
    said = [set(content_words(name)) for name in names]
    return sum(not words.isdisjoint(others) for words in said) > sum(
        not words.isdisjoint(italian) for words in said
    )


def _among_each_other(vocabulary: set[str]) -> General:
    """Each everyday word with those of its line that the catalogue uses; what it uses itself needs no other."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for term, words in general_words().items():
        lines.setdefault(tuple(words), []).append(term)
    found: dict[str, tuple[str, ...]] = {}
    for words, terms in lines.items():
        members = [*terms, *words]
        used = tuple(m for m in members if vocabulary.issuperset(m.split()))
        for member in members:
            if used and not vocabulary.issuperset(member.split()):
                found.setdefault(member, used)
    return found
