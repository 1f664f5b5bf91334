"""Whether a person should look, considered with every turn: what was said now, and the last messages together.

Understanding hears anger in the message it reads. What a button, an address or a command answers is read by nobody
else, and patience ends over several messages; both are looked at here. A turn that asks for a person already, or a
talk that waits for one, is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from processors.bubbles import with_first
from processors.customer import hours
from processors.customer.gate import command_of
from processors.language.texts import say
from processors.model import Decision, Message, Turn
from processors.search.words import fold
from processors.understanding.human_rules import human_reason

TOGETHER = 3
"""Messages of the customer that are looked at together: so nobody says anything four times unheard."""

SHORTEST_REPEATED = 12
"""Letters of a message that counts as said again: "ok" may be said as often as one likes."""


def considered(turn: Turn, decision: Decision) -> Decision:
    """The decision, with a person asked for and the customer told so where that is needed.

    `understood.concern` keeps the reason found, "" for none.
    """
    if decision.escalation is not None or turn.escalated:
        return decision
    reason = concern_of(turn, was_read="human_reason" in decision.understood)
    understood = {**decision.understood, "concern": reason}
    if not reason:
        return replace(decision, understood=understood)
    understood["human_reason"] = reason
    key = "human.coming" if hours.is_open(turn.business, hours.now()) else "human.closed"
    language = decision.language or turn.language or turn.business.default_language
    told = with_first(decision, after=say(language, f"customer.{key}")) or decision
    return replace(told, escalation=reason, understood=understood)


def concern_of(turn: Turn, *, was_read: bool) -> str:
    """Why a person should look: `legal`, `angry` and the like, or `repeated`; "" when nobody needs to.

    `was_read`: understanding has judged this turn's words already.
    """
    said_now = [text for message in turn.messages if (text := _said(message))]
    if not was_read:
        for text in said_now:
            reason = human_reason(_plain(text))
            if reason != "none":
                return reason
    before = [text for message in turn.history if message.author == "customer" and (text := _said(message))]
    return _over_several([*before, *said_now][-TOGETHER:])


def _over_several(texts: Sequence[str]) -> str:
    if len(texts) < TOGETHER:
        return ""
    plain = {_plain(text) for text in texts}
    if len(plain) == 1 and len(next(iter(plain))) >= SHORTEST_REPEATED:
        return "repeated"
    heard = [reason for text in texts if (reason := human_reason(_plain(text))) != "none"]
    return heard[-1] if len(heard) >= 2 else ""


def _said(message: Message) -> str:
    """The customer's own words; what they tapped or commanded says nothing of how they feel."""
    text = message.transcript or (message.content if message.type in ("text", "image", "video") else "")
    return "" if "choice_id" in message.payload or command_of(text) is not None else text


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(text[:1000])))
