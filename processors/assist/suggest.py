"""A suggested answer: by the model when there is one and its words hold only what is true, else without it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from processors.assist import offline
from processors.assist.checks import unsupported
from processors.assist.context import Context
from processors.assist.facts import facts
from processors.assist.offline import Source
from processors.errors import ModelUnavailable
from processors.model import AiCall
from processors.services import Services
from processors.understanding.budget import begin_call

LONGEST = 1500


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Words for the agent's draft. `problem` says why the model had no part in them, empty when it had.

    no_model · unsafe (it stated what is not in the data) · timeout, connection, quota … (`ModelUnavailable.reason`)
    """

    text: str
    source: Source
    language: str
    problem: str = ""


async def suggest(context: Context, services: Services) -> tuple[Suggestion, tuple[AiCall, ...]]:
    """The suggestion and the calls it took. Raises StorageError when the database fails; never ModelUnavailable."""
    draft = await offline.draft(context, services)

    def without(problem: str) -> Suggestion:
        return Suggestion(text=draft.text, source=draft.source, language=draft.language, problem=problem)

    if services.brain is None:
        return without("no_model"), ()
    # Its SDK is large; a process that has a model has loaded it already.
    from processors.assist import llm

    caller, turn = services.brain.caller, context.turn
    try:
        if caller.rests:
            raise ModelUnavailable("breaker_open")
        # An agent's wish is the business's, not the customer's: it does not use up what they have for today.
        await begin_call(services.store, services.settings, turn.business.id, None)
        known = await facts(turn, services, draft.language)
        bot = draft.text if draft.source == "bot" else ""
        called = await llm.suggest(caller, context, facts=known, bot=bot, language=draft.language)
    except ModelUnavailable as error:
        return without(error.reason), (llm.failed_call(caller, error, llm.SUGGESTION),)
    words = called.answer.reply.strip()
    shop = "\n".join((json.dumps(known, ensure_ascii=False), bot, *(one.body for one in context.canned)))
    if not words or len(words) > LONGEST or unsupported(words, facts=shop, talk=context.talk):
        return without("unsafe"), (called.call,)
    return Suggestion(text=words, source="model", language=draft.language), (called.call,)
