"""Words of a text as search compares them: lower case, no accents, stemmed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice

import snowballstemmer

LONGEST_WORD = 40
MOST_WORDS = 60

_WORD = re.compile(r"[a-z0-9]+")

# Words that say nothing about a product, in the three languages.
_EMPTY = frozenset(
    _WORD.findall(
        """
        a ad al alla alle agli ai all anche avete avrei c ce che chi ci cosa con d da dal dalla dei
        del della delle di do e ed fate ha hai ho i il in io l la le lo ma me mi mia mio ne nel
        nella non o per piu poi puo qualche qualcosa quale quali quanto quanti quante costa costano
        prezzo se si sono su sul ti tra tu un una uno vi voi vorrei voglio volevo cerco cercavo
        serve servirebbe prendo prendere ordinare ordine aggiungi metti mandami dammi grazie ciao
        buongiorno buonasera salve prego favore disponibile disponibili the an any are can could do
        does for get give have hello hi how i in is it like me much my need of on please price some
        thanks to want with would you your looking buy order add ada adakah apa apakah berapa beli
        boleh dan di harga halo hai ini itu ke mau minta pesan punya saya yang tolong untuk dong ya
        kak aku
        """
    )
)


EATEN = frozenset(_WORD.findall("cibo alimento pappa mangime food feed makanan pakan"))
COMMON = EATEN | frozenset(
    _WORD.findall(
        """
        cane cani cagnolino cagnolini cagnolina gatto gatti gatta gattino micio mici micia felino dog dogs doggy
        cat cats kitty anjing kucing pet pets animale animali animal animals hewan anabul uomo donna casa cosa cose
        roba prodotto prodotti
        """
    )
)
"""Words that tell little beside any other: for whom a thing is, that it is to be eaten."""

_PREFIXES = ("meng", "meny", "mem", "men", "me", "ber", "peng", "pem", "pen", "di", "ter", "se")
_SUFFIXES = ("nya", "ku", "mu", "lah", "kan", "in", "an", "i")
_SHORTEST_ROOT = 4
_SINGULARS = (
    *(("ies", "y"), ("es", ""), ("s", ""), ("ing", "")),
    *(("i", "o"), ("i", "io"), ("e", "a"), ("i", "e")),
)


@lru_cache(maxsize=20_000)
def forms(word: str) -> tuple[str, ...]:
    """The forms in which a glossary may hold a folded word, likeliest first: itself, the singular of an English or
    Italian plural, the root below Indonesian affixes ("mencakarnya" → "cakar").
    """
    found = [word]
    for ending, instead in _SINGULARS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_ROOT - 1:
            found.append(word[: -len(ending)] + instead)
    bare = [word, *(word[: -len(s)] for s in _SUFFIXES if word.endswith(s))]
    bare += [stripped[: -len(s)] for stripped in bare[1:] for s in ("kan", "an") if stripped.endswith(s)]
    roots = [b[len(p) :] for b in bare for p in _PREFIXES if b.startswith(p)]
    found += [root for root in (*bare[1:], *roots) if len(root) >= _SHORTEST_ROOT]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("italian")


def fold(text: str) -> str:
    """Lower case without accents: `Pettorina À` → `pettorina a`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """All words and numbers of a text, folded, in order."""
    return _WORD.findall(fold(text))


def content_words(text: str) -> list[str]:
    """The words that may name a product, at most 60; nothing longer than 40 letters is a word."""
    found = (w for w in tokens(text) if w not in _EMPTY and (1 < len(w) <= LONGEST_WORD or w.isdigit()))
    return [w for w in islice(found, MOST_WORDS) if len(w) <= LONGEST_WORD]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Italian stem of a folded word; words of other languages pass through nearly unchanged."""
    return str(_stemmer().stemWord(word))
