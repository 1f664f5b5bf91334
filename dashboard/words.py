"""Stretches of time, and names of things that the database may learn before the catalogue does."""

from __future__ import annotations

from datetime import UTC, datetime

from dashboard.texts import Voice, catalogue


def named(voice: Voice, family: str, key: object) -> str:
    """The text `<family>.<key>`; what the family does not know gets its `other`, or is shown readably."""
    texts = catalogue(voice.language)
    plain = str(key or "").replace("_", " ")
    found = texts.get(f"{family}.{key}", texts.get(f"{family}.other", plain))
    return found.replace("{name}", plain).replace("{kind}", plain)


def span(voice: Voice, seconds: float) -> str:
    """A stretch of time in its largest unit, two from an hour on: 40 s, 12 min, 3 h 5 min, 2 d 4 h."""
    total = max(round(seconds), 0)
    for unit, size, smaller, part in (("d", 86_400, "h", 3600), ("h", 3600, "min", 60)):
        if total >= size:
            parts = [(total // size, unit), (total % size // part, smaller)]
            return " ".join(voice.say(f"span.{name}", n=n) for n, name in parts if n)
    return voice.say("span.min", n=total // 60) if total >= 60 else voice.say("span.s", n=total)


def age(voice: Voice, moment: str, now: datetime | None = None) -> str:
    """How long ago a time of the database was."""
    return span(voice, ((now or datetime.now(UTC)) - datetime.fromisoformat(moment)).total_seconds())


def number(voice: Voice, value: float, decimals: int = 0) -> str:
    """A number as the person writes it: 12.345,6 or 12,345.6."""
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if voice.language == "it" else text


def percent(voice: Voice, part: float, whole: float) -> str:
    """A part of a whole; a dash of nothing. Small parts keep a decimal, so that little is not told as none."""
    if not whole:
        return "–"
    value = 100 * part / whole
    return f"{number(voice, value, 1 if 0 < value < 10 else 0)} %"


def duration(voice: Voice, seconds: float | None) -> str:
    """How long something took, with a decimal below a minute; a dash when nothing did."""
    if seconds is None:
        return "–"
    return voice.say("span.s", n=number(voice, seconds, 1)) if seconds < 60 else span(voice, seconds)
