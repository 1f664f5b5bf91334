"""What concerns the rider, not an order: on and off duty, a person, a greeting, help."""

from __future__ import annotations

from functools import cache

from processors.language.texts import LANGUAGES, say
from processors.model import Action, Button, Json, Reply
from processors.partners.answer import Answer
from processors.rider.talk import Talk


def answer_word(talk: Talk, verb: str) -> Answer:
    """The answer to a word that needs nothing else to be understood."""
    if verb in ("pause", "resume"):
        return pause(talk, paused=verb == "pause")
    if verb == "human":
        return Answer(topic="human", replies=(talk.text("human"),), escalation="asked")
    if verb in ("greeting", "help"):
        return Answer(topic=verb, replies=(hint(talk, verb),))
    if verb in ("thanks", "yes", "no", "not_yet"):
        return Answer(topic="courtesy", replies=(talk.text("fine"),))
    return Answer()


def pause(talk: Talk, *, paused: bool) -> Answer:
    """Off duty or back. What the rider has stays theirs."""
    outcomes = {
        "paused": (talk.text("paused"),),
        "resumed": (talk.text("resumed"),),
        "*": (talk.text("not_yours"),),
    }
    action = Action(kind="pause_rider", args={"paused": paused}, outcomes=outcomes)
    return Answer(topic="duty", actions=(action,))


@cache
def told_by_shop(*, paused: bool) -> Json:
    """What a rider reads when the desk takes them off duty or puts them back: {it: reply, en: reply, …}.

    No pipeline runs then, so the desk hands over the words in every language and the database chooses. Where the
    24 h window is shut the template `turno_rider` goes; while that is not approved, none.
    """
    key = "rider.paused_by_shop" if paused else "rider.resumed_by_shop"
    return {language: _told(language, key).to_json() for language in LANGUAGES}


def _told(language: str, key: str) -> Reply:
    news = say(language, f"{key}_short")
    template = {"name": "turno_rider", "language": language, "params": [news], "else": None}
    return Reply(text=say(language, key), template=template)


def hint(talk: Talk, key: str) -> Reply:
    """A text that says what works, with the button to the open orders."""
    button = Button(id="menu:orders", title=talk.say("button.orders"))
    return Reply(text=talk.say(key, name=talk.rider.name), kind="buttons", buttons=(button,))
