"""The answer to somebody who forwards a job offer: what was found, why it matters, and that nothing is certain.

The bot of a business of kind `scam_check`. It never says that an offer is safe: without a sign it says what to do
before answering, with one or two weak ones what to ask, and with a trick it names the trick.
"""

from __future__ import annotations

from typing import Final

from processors.language.texts import say
from processors.model import Decision, Message, Reply, Turn
from processors.scam_check.check import Finding, check
from processors.services import Services
from processors.trace import note
from processors.understanding.gate import global_word

SHORTEST: Final = 7
"""Words of a message that may be an offer; fewer are judged only if they meet a rule."""

MOST_REASONS: Final = 4


async def respond(turn: Turn, services: Services) -> Decision:
    """The decision for one turn: everything that was written in it is one offer."""
    said = [words for message in turn.messages if (words := _words(message))]
    if not said:
        return _answer(turn, "scam.unread")
    if any(global_word(words) == "human" for words in said):
        return Decision(replies=(Reply(text=say(_language(turn), "scam.human")),), escalation="asked")
    offer = "\n".join(said)
    found = check(offer)
    note("scam_check", signs=list(found.signs), score=round(found.score, 2))
    if len(offer.split()) < SHORTEST and set(found.signs) <= {"wording"}:
        return _answer(turn, "scam.hello")
    if found.is_suspicious:
        return _answer(turn, "scam.found", reasons=_reasons(turn, found))
    if found.signs:
        return _answer(turn, "scam.weak", reasons=_reasons(turn, found))
    return _answer(turn, "scam.none")


def _words(message: Message) -> str:
    return (message.transcript or message.content).strip() if message.direction == "inbound" else ""


def _reasons(turn: Turn, found: Finding) -> str:
    return "\n".join(f"• {say(_language(turn), f'scam.sign.{name}')}" for name in found.signs[:MOST_REASONS])


def _answer(turn: Turn, key: str, **values: object) -> Decision:
    return Decision(replies=(Reply(text=say(_language(turn), key, **values)),))


def _language(turn: Turn) -> str:
    return turn.language or turn.business.default_language
