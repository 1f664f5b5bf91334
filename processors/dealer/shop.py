"""What concerns the shop as a whole: a break, a person, a greeting, help."""

from __future__ import annotations

from processors.dealer.talk import Talk
from processors.dealer.words import Verb
from processors.model import Action, Button, Reply
from processors.partners.answer import Answer


def answer_word(talk: Talk, verb: Verb) -> Answer:
    """The answer to a word that needs nothing else to be understood."""
    if verb in ("pause", "resume"):
        return pause(talk, paused=verb == "pause")
    if verb == "human":
        return Answer(topic="human", replies=(talk.text("human"),), escalation="asked")
    if verb == "greeting":
        return Answer(topic="greeting", replies=(_help(talk, "greeting"),))
    if verb == "thanks":
        return Answer(topic="courtesy", replies=(talk.text("welcome"),))
    if verb == "help":
        return Answer(topic="help", replies=(_help(talk, "help"),))
    return Answer()


def pause(talk: Talk, *, paused: bool) -> Answer:
    """Take the shop out of new offers, or put it back. What it accepted already goes on."""
    outcomes = {
        "paused": (talk.text("pause.paused"),),
        "resumed": (talk.text("pause.resumed"),),
        "*": (talk.text("offer.not_found"),),
    }
    action = Action(kind="pause_dealer", args={"paused": paused}, outcomes=outcomes)
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
