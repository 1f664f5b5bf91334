"""Everyday words of people who work with the business, in Italian, English and Indonesian."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final, Literal

from processors.understanding.numbers import words_of

_SIGNS = {"👍": " ok ", "✅": " ok ", "👌": " ok ", "👎": " no ", "❌": " no "}
_APOSTROPHES = str.maketrans({"'": " ", "’": " ", "`": " "})

GENERAL: Final[Mapping[str, str]] = {
    "human": (
        r"operatore|operatrice|umano|assistenza|responsabile|parlare con|una persona|human|agent|operator|"
        r"support|real person|petugas|admin|bicara dengan|orang asli"
    ),
    "help": (r"aiuto|help|menu|comandi|come funziona|istruzioni|bantuan|cara pakai"),
    "thanks": (r"grazie( mille)?|thanks?( you)?|thx|(terima ?kasih|makasih|trims)"),
    "greeting": (
        r"ciao|salve|buongiorno|buonasera|buon giorno|hey|hello|hi|hal+o|hai|selamat (pagi|siang|sore|malam)"
    ),
}
"""Words for what anybody may want, as patterns over folded text."""

_YES = words_of(
    "ok okay okk oki si sii siii certo certamente perfetto bene volentieri dai confermato yes yep yeah sure "
    "fine ya iya yaa oke okee siap bisa baik boleh"
)
_NO = words_of("no nono nope nah niente tidak nggak ngga enggak gak ga jangan")
_FILLER = words_of(
    "va per la il lo l le un una ordine offerta order offer pesanan numero n d accordo grazie pure and e ed "
    "the a mi me io prego please dong deh kak it this that quella quello questa questo bravo subito mille"
)


def fold(text: str) -> str:
    """Lower case without accents, signs and apostrophes; a thumb becomes its word."""
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).lower())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


def bare_answer(folded: str) -> Literal["yes", "no"] | None:
    """Yes or no, of a text that says nothing else."""
    words = [w for w in folded.split() if w not in _FILLER and not any(c.isdigit() for c in w)]
    if words and all(word in _YES for word in words):
        return "yes"
    if words and all(word in _NO for word in words):
        return "no"
    return None
