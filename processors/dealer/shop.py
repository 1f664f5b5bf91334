"""What concerns the shop as a whole: a break, a person, a greeting, help."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from processors.dealer.talk import Talk
from processors.dealer.words import Verb
from processors.language.clock import when
from processors.model import Action, Button, Reply
from processors.partners.answer import Answer
from processors.partners.times import moment_in
from processors.partners.words import fold

_TODAY: Final = re.compile(r"\b(oggi|stasera|stamattina|giornata|today|tonight|for the day|hari ini)\b")
_TOMORROW: Final = re.compile(r"\b(domani|tomorrow|besok)\b")


def answer_word(talk: Talk, verb: Verb) -> Answer:
    """The answer to a word that needs nothing else to be understood."""
    if verb == "human":
        return Answer(topic="human", replies=(talk.text("human"),), escalation="asked")
    if verb == "greeting":
        return Answer(topic="greeting", replies=(_help(talk, "greeting"),))
    if verb == "thanks":
        return Answer(topic="courtesy", replies=(talk.text("welcome"),))
    if verb == "help":
        return Answer(topic="help", replies=(_help(talk, "help"),))
    return Answer()


def break_in_words(talk: Talk, verb: Verb, clause: str) -> Answer:
    """ "Chiudo fino alle 15", "oggi chiuso", "domani chiusi", "riapro domani", "riapro": until when is in the words."""
    now = talk.now
    folded = fold(clause)
    until = moment_in(clause, now)
    is_of_tomorrow = _TOMORROW.search(folded) is not None
    if until is None and verb == "pause" and is_of_tomorrow:
        return _closed_on(talk, now.date() + timedelta(days=1))
    if until is None and (is_of_tomorrow or (verb == "pause" and _TODAY.search(folded))):
        # "Riapro domani" too: their own hours say when the day begins.
        until = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return pause(talk, paused=True, until=until, words="pause.today")
    # "Riapro alle 15" is a pause until then.
    return pause(talk, paused=verb == "pause" or until is not None, until=until)


def pause(
    talk: Talk, *, paused: bool, until: datetime | None = None, words: str = "pause.paused_until"
) -> Answer:
    """Take the shop out of new offers, for good or until a moment, or put it back. What it accepted goes on."""
    when_back = when(until, talk.turn.business.timezone, talk.language) if until else ""
    outcomes = {
        "paused": (talk.text("pause.paused"),),
        "paused_until": (talk.text(words, when=when_back),),
        "resumed": (talk.text("pause.resumed"),),
        "resumed_closed": (talk.text("pause.resumed_closed"),),
        "*": (talk.text("offer.not_found"),),
    }
    args: dict[str, object] = {"paused": paused}
    if until is not None:
        args["until"] = until.isoformat()
    return Answer(topic="pause", actions=(Action(kind="pause_dealer", args=args, outcomes=outcomes),))


def _closed_on(talk: Talk, day: date) -> Answer:
    outcomes = {
        "closed_on": (talk.text("pause.closed_on", day=f"{day:%d/%m}"),),
        "*": (talk.text("offer.not_found"),),
    }
    action = Action(kind="pause_dealer", args={"closed_on": day.isoformat()}, outcomes=outcomes)
    return Answer(topic="pause", actions=(action,))


def not_understood(talk: Talk) -> Answer:
    """Says so, and what works instead."""
    return Answer(topic="unknown", replies=(_help(talk, "not_understood"),))


def not_heard(talk: Talk) -> Answer:
    """A voice note of which there are no words."""
    return Answer(topic="unheard", replies=(talk.text("unheard"),))


def not_seen(talk: Talk) -> Answer:
    """A picture or a document without words: it is there for people."""
    return Answer(topic="unseen", replies=(talk.text("unseen"),))


def _help(talk: Talk, key: str) -> Reply:
    text = talk.say(key, name=talk.dealer.name)
    return Reply(
        text=text, kind="buttons", buttons=(Button(id="menu:orders", title=talk.say("button.orders")),)
    )
