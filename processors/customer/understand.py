"""What words mean: from the model when there is one and it answers, else from the rules on this machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from processors.customer import common
from processors.customer.talk import Reads, Talk
from processors.errors import ModelUnavailable
from processors.search.search import Hit
from processors.trace import note
from processors.understanding import offline
from processors.understanding.budget import begin_call
from processors.understanding.prompts import variant_for
from processors.understanding.types import Understanding

CANDIDATES = 8
"""Products the model sees."""

OFFLINE_CANDIDATES = 12


MODEL_SECONDS = 10.0
"""What the calls of one turn may take together; the rest of a long message is read by the rules."""


async def understand(talk: Talk, reads: Reads, text: str) -> tuple[Talk, Understanding]:
    """The talk with the calls that were made, and what was understood. Never raises ModelUnavailable."""
    seconds = _seconds_left(talk)
    if reads.services.brain is not None and seconds > 0:
        try:
            return await _ask_model(talk, reads, text, seconds)
        except ModelUnavailable as error:
            failed = reads.services.brain.failed_call(error, variant=_variant(talk))
            note("model", failed=error.reason)
            talk = replace(talk, ai_calls=(*talk.ai_calls, failed))
    understood = await _offline(talk, reads, text)
    note("understanding", by="rules", **shown(understood))
    return talk, understood


def _seconds_left(talk: Talk) -> float:
    """A turn that the model failed once is not made to wait for it again."""
    if any(call.outcome == "failed" for call in talk.ai_calls):
        return 0.0
    return MODEL_SECONDS - sum(call.latency_ms for call in talk.ai_calls) / 1000


def _variant(talk: Talk) -> str:
    return variant_for(talk.turn.contact.id, talk.turn.business.limits)


async def _ask_model(talk: Talk, reads: Reads, text: str, seconds: float) -> tuple[Talk, Understanding]:
    # Its SDK is large; a process that has a model has loaded it already.
    from processors.understanding.llm import Question

    turn, brain, services = talk.turn, reads.services.brain, reads.services
    assert brain is not None
    variant, common_one = _variant(talk), common.question_of(talk, text)
    if common_one and (read_before := await common.known(talk, reads, common_one, variant)):
        note("understanding", by="read before", **shown(read_before))
        call = common.cached_call(services.settings.ai_chat_model, variant)
        talk = replace(talk, learned=common.learned(talk, common_one, variant, read_before))
        return replace(talk, ai_calls=(*talk.ai_calls, call)), read_before
    if brain.caller.rests:
        raise ModelUnavailable("breaker_open")
    await begin_call(services.store, services.settings, turn.business.id, turn.contact.id)
    question = Question(
        text=text,
        language=talk.language,
        business=turn.business.name,
        persona=turn.business.persona,
        contact_id=turn.contact.id,
        candidates=await services.search.find(
            turn.business.id, text, limit=CANDIDATES, language=talk.language
        ),
        cart=talk.cart,
        # What is read for everybody is read without what this customer said before.
        history=() if common_one else turn.history,
        summary="" if common_one else turn.summary,
        variant=variant,
    )
    answer = await brain.understand(question, seconds=seconds)
    if common_one:
        talk = replace(talk, learned=common.learned(talk, common_one, variant, answer.understanding))
    note("understanding", by=answer.call.model, **shown(answer.understanding))
    return replace(talk, ai_calls=(*talk.ai_calls, answer.call)), answer.understanding


def shown(understood: Understanding) -> dict[str, Any]:
    """An understanding as a trace shows it."""
    items = [
        {
            "mention": item.mention,
            "quantity": item.quantity,
            "assumed": not item.quantity_given,
            "variant": dict(item.variant),
            "product_id": str(item.product_id) if item.product_id else None,
            "ambiguous": [str(i) for i in item.ambiguous],
        }
        for item in (*understood.items, *(i for step in understood.also for i in step.items))
    ]
    return {
        "language": understood.language,
        "intent": understood.intent,
        "confidence": round(understood.confidence, 3),
        "cart_action": understood.cart_action,
        "items": items,
        "search_query": understood.search_query,
        "needs_human": understood.needs_human,
        "human_reason": understood.human_reason,
        "reply": understood.reply,
    }


async def _offline(talk: Talk, reads: Reads, text: str) -> Understanding:
    search, business_id = reads.services.search, talk.turn.business.id

    async def find(words: str) -> list[Hit]:
        return await search.find(business_id, words, limit=OFFLINE_CANDIDATES, language=talk.language)

    return await offline.understand(
        text,
        language=talk.language,
        search=find,
        cart=talk.cart,
        last_shown=talk.session.shown,
        glossary=await search.glossary(business_id),
    )
