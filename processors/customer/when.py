"""When something is wanted: "per domani alle 15", "tomorrow morning". A wish that the shop reads, no promise."""

from __future__ import annotations

import re
from typing import Final

from processors.search.words import fold

_DAY: Final = (
    r"oggi|domani|dopodomani|stasera|stamattina|stanotte|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica|"
    r"today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"hari ini|besok|lusa|nanti malam|senin|selasa|rabu|kamis|jumat|sabtu|minggu"
)
_PART: Final = (
    r"mattina|mattino|pomeriggio|sera|a pranzo|a cena|ora di pranzo|ora di cena|morning|afternoon|evening|night|"
    r"at noon|pagi|siang|sore|malam"
)
_HOUR: Final = r"\d{1,2}(?:[:.]\d{2}| e mezz[ao])?(?: ?(?:am|pm))?|mezzogiorno|noon"
_AT: Final = r"alle|dalle|per le|verso le|at|from|around|jam|pukul"
_BY: Final = (
    r"entro le|dopo le|prima delle|non prima delle|by|before|after|sebelum jam|setelah jam|sebelum|setelah"
)
_GOES_ON: Final = r"e\b|ed\b|and\b|dan\b|di |in |alla?\b|all\b|to\b|ke\b|per\b|grazie|please|thanks"
_NO_COUNT: Final = rf"(?![\w:.]|\s+(?!{_GOES_ON})[a-z]{{3}})"
"""Not an hour: "alle 3 candele"."""

_WHEN: Final = re.compile(
    rf"\b(?:(?:per|entro|for|by|on|untuk)\s+)?(?:(?:{_DAY})\b(?:\s+(?:{_PART})\b)?"
    rf"(?:,?\s+(?:{_AT}|{_BY})\s+(?:{_HOUR}){_NO_COUNT})?"
    rf"|(?:{_BY})\s+(?:{_HOUR}){_NO_COUNT}|(?:{_AT})\s+(?:{_HOUR})$)"
)
_ALONE: Final = re.compile(
    r"(?:(?:e|anzi|no|ma|scusa|sorry|please|per favore|lo|la|li|le|mi|vorrei|voglio|serve|servono|need|i|it|want|"
    r"facciamo|fate|fai|make it|let s|let's|jadi|consegn\w+|portat\w+|mandat\w+|deliver\w*|"
    r"antar\w*|kirim\w*|possibilmente|se possibile|if possible|"
    r"kalau bisa|ok|va bene|grazie|thanks|ya|dong|kak)[\s,]*)*"
)
LONGEST: Final = 300


def when_in(text: str) -> str | None:
    """The words for a day or an hour in a wish; None in a question or without any."""
    if "?" in text or len(text) > LONGEST:
        return None
    match = _WHEN.search(_folded(text))
    return match[0].strip() if match else None


def without_hour(text: str) -> str:
    """The text without a time in digits, which would be read as a quantity: "3 saponi dopo le 18"."""
    said = when_in(text)
    if said is None or not any(sign.isdigit() for sign in said):
        return text
    return " ".join(_folded(text).replace(said, " ").split())


def only_when(text: str) -> bool:
    """Whether a text says nothing else: "facciamo domani alle 15"."""
    folded = _folded(text)
    match = _WHEN.search(folded)
    return bool(match) and _ALONE.fullmatch(_WHEN.sub(" ", folded).strip(" ,.!")) is not None


def _folded(text: str) -> str:
    return " ".join(fold(text).replace("’", "'").split()).strip(" .!")
