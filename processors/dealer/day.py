"""A dealer's day in words: "riepilogo", "com'è andata oggi?", and the summary of the evening."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from processors.dealer.talk import Talk
from processors.language.money import money
from processors.language.texts import say
from processors.model import Reply
from processors.partners.answer import Answer
from processors.partners.words import fold

Numbers = Mapping[str, Any]
"""In the shape of the SQL function `dealer_day`."""

_YESTERDAY: Final = re.compile(r"\b(ieri|yesterday|kemarin)\b")


async def answer(talk: Talk, clause: str) -> Answer:
    """The day that was asked for, from the database."""
    day = talk.now.date() - timedelta(days=1) if _YESTERDAY.search(fold(clause)) else None
    numbers = await talk.services.store.dealer_day(talk.dealer.id, day)
    return Answer(topic="day", replies=(Reply(text=day_text(talk.language, numbers)),))


def day_text(language: str, numbers: Numbers) -> str:
    """All that happened on a day; a sentence when nothing did."""
    day = f"{date.fromisoformat(numbers['day']):%d/%m}"
    if not any(
        numbers[name] for name in ("accepted", "delivered", "declined", "expired", "lost", "under_way")
    ):
        lines = [say(language, "dealer.day.quiet", day=day), _low(language, numbers)]
        return "\n".join(line for line in lines if line)
    lines = [
        say(language, "dealer.day.heading", day=day),
        say(language, "dealer.day.accepted", count=numbers["accepted"]),
        say(language, "dealer.day.delivered", count=numbers["delivered"], revenue=revenue(language, numbers)),
        say(language, "dealer.day.under_way", count=numbers["under_way"]) if numbers["under_way"] else "",
        _missed(language, numbers),
        say(language, "dealer.day.best", products=_listed(numbers["best"])) if numbers["best"] else "",
        _low(language, numbers),
    ]
    return "\n".join(line for line in lines if line)


def evening_reply(language: str, numbers: Numbers) -> Reply:
    """The summary that nobody asked for; outside the 24 h window as a template."""
    day = f"{date.fromisoformat(numbers['day']):%d/%m}"
    counts = [str(numbers["accepted"]), str(numbers["delivered"]), revenue(language, numbers)]
    template = {"name": "riepilogo_giornata", "language": language, "params": [day, *counts]}
    return Reply(text=day_text(language, numbers), template=template)


def revenue(language: str, numbers: Numbers) -> str:
    """What the delivered goods brought in."""
    return money(Decimal(numbers["revenue"]), numbers["currency"], language)


def _missed(language: str, numbers: Numbers) -> str:
    parts = [
        say(language, f"dealer.day.{name}", count=numbers[name])
        for name in ("declined", "expired", "lost")
        if numbers[name]
    ]
    return " · ".join(parts)


def _low(language: str, numbers: Numbers) -> str:
    return say(language, "dealer.day.low", products=_listed(numbers["low"])) if numbers["low"] else ""


def _listed(products: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{product['name']} ({product['quantity']})" for product in products)
