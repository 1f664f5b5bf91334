"""When somebody means: "alle 18:30", "tra un'ora", "half an hour", "besok jam 9"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from processors.partners.words import fold
from processors.understanding.numbers import words_of

_COUNT: Final = {
    **dict.fromkeys(words_of("un una uno one a an satu se"), 1),
    **dict.fromkeys(words_of("due two dua"), 2),
    **dict.fromkeys(words_of("tre three tiga"), 3),
    **dict.fromkeys(words_of("quattro four empat"), 4),
    **dict.fromkeys(words_of("cinque five lima"), 5),
    **dict.fromkeys(words_of("dieci ten sepuluh"), 10),
    **dict.fromkeys(words_of("quindici fifteen"), 15),
    **dict.fromkeys(words_of("venti twenty"), 20),
    **dict.fromkeys(words_of("trenta thirty"), 30),
}
_NUMBER: Final = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(_COUNT, key=len, reverse=True))})"

_HALF_HOUR = re.compile(r"\b(mezz ?ora|half (an|a) hour|setengah jam)\b")
_HOURS = re.compile(
    rf"\b{_NUMBER} ?(or[ae]|h|hours?|hrs?|jam)\b(?! \d)(?P<half> e mezz[ao]| and a half| setengah)?"
)
_MINUTES = re.compile(rf"\b{_NUMBER} ?(minut[oi]|min|mins|minutes?|menit)\b")
_CLOCK = re.compile(
    r"\b(?:alle|le|all|ore|dalle|at|by|until|till|jam|pukul|pkl) (?:ore )?(?P<hour>\d{1,2})"
    r"(?:(?: |h)(?P<minute>[0-5]\d))?(?: e (?P<part>mezza|un quarto|tre quarti))?"
    r"(?: ?(?P<half_day>am|pm|pagi|siang|sore|malam|di sera|del mattino|di mattina|del pomeriggio))?\b"
)
_AFTER_NUMBER = re.compile(r"\b(?P<hour>\d{1,2})(?: (?P<minute>[0-5]\d))? ?(?P<half_day>am|pm)\b")
_NOON = re.compile(r"\b(mezzogiorno|noon|midday|tengah hari)\b")
_TOMORROW = re.compile(r"\b(domani|tomorrow|besok)\b")
_AFTERNOON: Final = frozenset({"pm", "sore", "malam", "siang", "di sera", "del pomeriggio"})
_PARTS: Final = {"mezza": 30, "un quarto": 15, "tre quarti": 45}


def moment_in(text: str, now: datetime) -> datetime | None:
    """The moment a text names, after `now` (aware, where the business is); None when it names none.

    A time of day that is over is the next one: "alle 6" said at ten is 18:00, "alle 9" of the morning tomorrow.
    """
    folded = fold(text)
    if (stretch := stretch_in(folded)) is not None:
        return (now + stretch).replace(second=0, microsecond=0)
    found = _CLOCK.search(folded) or _AFTER_NUMBER.search(folded)
    noon = _NOON.search(folded)
    if found is None and noon is None:
        return None
    hour, minute = (12, 0) if found is None else (int(found["hour"]), int(found["minute"] or 0))
    parts = {} if found is None else found.groupdict()
    minute += _PARTS.get(parts.get("part") or "", 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    half_day = parts.get("half_day")
    if half_day in _AFTERNOON and hour < 12 and not (half_day == "siang" and hour >= 10):
        hour += 12
    tomorrow = _TOMORROW.search(folded) is not None
    return _next(now, hour, minute, tomorrow=tomorrow, may_be_later=half_day is None and not tomorrow)


def _next(now: datetime, hour: int, minute: int, *, tomorrow: bool, may_be_later: bool) -> datetime:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=int(tomorrow) + hour // 24)
    moment = day.replace(hour=hour % 24, minute=minute)
    if moment <= now and may_be_later and 1 <= hour < 12 and moment + timedelta(hours=12) > now:
        return moment + timedelta(hours=12)
    return moment if moment > now else moment + timedelta(days=1)


def stretch_in(folded: str) -> timedelta | None:
    """How long, of folded words: "un ora e mezza", "40 min", "2 jam"; None when no length is named."""
    total, found = timedelta(), False
    if _HALF_HOUR.search(folded):
        return timedelta(minutes=30)
    if hours := _HOURS.search(folded):
        found = True
        total += timedelta(hours=_count(hours["n"]), minutes=30 if hours["half"] else 0)
    if minutes := _MINUTES.search(folded):
        found = True
        total += timedelta(minutes=_count(minutes["n"]))
    return total if found else None


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _COUNT[word]
