"""An answer to begin with, without a model: what the bot would say, a canned reply that fits, or a polite beginning.

The bot's words hold prices, stock and states of today; its actions are left out, because only people act here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from processors.assist.context import CannedReply, Context
from processors.errors import StorageError
from processors.language.texts import say
from processors.logs import describe
from processors.model import Decision, Turn
from processors.router import language_of, processor_of
from processors.search.words import COMMON, content_words, stem
from processors.services import Services

log = logging.getLogger(__name__)

Source = Literal["model", "bot", "canned", "template"]

SORRY: Final = frozenset({"angry", "legal", "payment", "return", "failed_message"})
"""Reasons for a person that ask for an apology first."""

SPOKEN_KINDS: Final = frozenset({"text", "buttons", "list", "image"})


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Words to begin with, in the customer's language, and where they are from."""

    text: str
    source: Source
    language: str


async def draft(context: Context, services: Services) -> Draft:
    """The best beginning there is without a model. Raises StorageError when the database fails."""
    turn = replace(context.turn, language=language_of(context.turn))
    language = turn.language or turn.business.default_language
    # Where somebody waits for a person already, what they said last may still have an answer of its own.
    last = replace(turn, messages=turn.messages[-1:])
    decision = await _decided(turn, replace(services, brain=None))
    words = _answer(turn, decision)
    if not words and len(turn.messages) > 1:
        words = _answer(last, await _decided(last, replace(services, brain=None)))
    if words:
        return Draft(text=words, source="bot", language=language)
    if canned := best_canned(turn.text, context.canned, language):
        return Draft(text=canned.body, source="canned", language=language)
    reason = decision.escalation if decision else None
    # Dealers and riders look for nothing: they are asked what it is about.
    is_buying = turn.conversation_type == "customer" and not reason
    key = "sorry" if reason in SORRY else "more" if is_buying else "hello"
    values = {"agent": context.agent or turn.business.name, "business": turn.business.name}
    return Draft(text=say(language, f"assist.{key}", **values), source="template", language=language)


def best_canned(text: str, canned: Iterable[CannedReply], language: str) -> CannedReply | None:
    """The canned reply of this language that shares most telling words with a text; None when none does."""
    said = _stems(text)
    best, most = None, 0
    for reply in canned:
        # The shortcut says what a reply is about, so a word of it counts twice.
        shared = len(said & _stems(reply.body)) + 2 * len(said & _stems(reply.shortcut))
        if reply.language == language and shared > most:
            best, most = reply, shared
    return best


async def _decided(turn: Turn, services: Services) -> Decision | None:
    """What the bot would decide; None when it has no answer at all."""
    if not turn.messages:
        return None
    try:
        return await processor_of(turn)(turn, services)
    except StorageError:
        raise
    except Exception as error:
        log.error("a suggestion: the processor failed: %s", describe(error))
        return None


def _answer(turn: Turn, decision: Decision | None) -> str:
    """The bot's words, empty where it did not understand or would call a person: that one is asking us."""
    if decision is None or decision.escalation or _unclear(decision) > _unclear_before(turn):
        return ""
    return "\n\n".join(r.text for r in decision.replies if r.kind in SPOKEN_KINDS and r.text)


def _unclear(decision: Decision) -> int:
    return int((decision.session or {}).get("unclear", 0))


def _unclear_before(turn: Turn) -> int:
    return int(turn.session.get("unclear", 0))


def _stems(text: str) -> set[str]:
    return {stem(word) for word in content_words(text) if word not in COMMON and len(word) > 2}
