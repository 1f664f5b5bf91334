"""Stretches of time, and names of things that the database may learn before the catalogue does."""

from __future__ import annotations

from datetime import UTC, datetime

from dashboard.texts import catalogue
from dashboard.visitor import Visitor


def named(visitor: Visitor, family: str, key: object) -> str:
    """The text `<family>.<key>`; what the family does not know gets its `other`, or is shown readably."""
    texts = catalogue(visitor.language)
    plain = str(key or "").replace("_", " ")
    found = texts.get(f"{family}.{key}", texts.get(f"{family}.other", plain))
    return found.replace("{name}", plain).replace("{kind}", plain)


def span(visitor: Visitor, seconds: float) -> str:
    """A stretch of time in its largest unit, two from an hour on: 40 s, 12 min, 3 h 5 min, 2 d 4 h."""
    total = max(round(seconds), 0)
    for unit, size, smaller, part in (("d", 86_400, "h", 3600), ("h", 3600, "min", 60)):
        if total >= size:
            parts = [(total // size, unit), (total % size // part, smaller)]
            return " ".join(visitor.say(f"span.{name}", n=n) for n, name in parts if n)
    return visitor.say("span.min", n=total // 60) if total >= 60 else visitor.say("span.s", n=total)


def age(visitor: Visitor, moment: str, now: datetime | None = None) -> str:
    """How long ago a time of the database was."""
    return span(visitor, ((now or datetime.now(UTC)) - datetime.fromisoformat(moment)).total_seconds())


def number(visitor: Visitor, value: float, decimals: int = 0) -> str:
    """A number as the person writes it: 12.345,6 or 12,345.6."""
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if visitor.language == "it" else text


def percent(visitor: Visitor, part: float, whole: float) -> str:
    """A part of a whole; a dash of nothing. Small parts keep a decimal, so that little is not told as none."""
    if not whole:
        return "–"
    value = 100 * part / whole
    return f"{number(visitor, value, 1 if 0 < value < 10 else 0)} %"


def duration(visitor: Visitor, seconds: float | None) -> str:
    """How long something took, with a decimal below a minute; a dash when nothing did."""
    if seconds is None:
        return "–"
    return visitor.say("span.s", n=number(visitor, seconds, 1)) if seconds < 60 else span(visitor, seconds)
