"""What words mean: from the model when there is one and it answers, else from the rules on this machine."""

from __future__ import annotations

from dataclasses import replace

from processors.customer.talk import Reads, Talk
from processors.errors import ModelUnavailable
from processors.search.search import Hit
from processors.understanding import offline
from processors.understanding.types import Understanding

CANDIDATES = 8
"""Products the model sees."""

OFFLINE_CANDIDATES = 12


async def understand(talk: Talk, reads: Reads, text: str) -> tuple[Talk, Understanding]:
    """The talk with the calls that were made, and what was understood. Never raises ModelUnavailable."""
    if reads.services.brain is not None:
        try:
            return await _ask_model(talk, reads, text)
        except ModelUnavailable as error:
            failed = reads.services.brain.failed_call(error.reason)
            talk = replace(talk, ai_calls=(*talk.ai_calls, failed))
    return talk, await _offline(talk, reads, text)


async def _ask_model(talk: Talk, reads: Reads, text: str) -> tuple[Talk, Understanding]:
    # Its SDK is large; a process that has a model has loaded it already.
    from processors.understanding.llm import Question

    turn, brain = talk.turn, reads.services.brain
    assert brain is not None
    question = Question(
        text=text,
        language=talk.language,
        business=turn.business.name,
        persona=turn.business.persona,
        contact_id=turn.contact.id,
        candidates=await reads.services.search.find(
            turn.business.id, text, limit=CANDIDATES, language=talk.language
        ),
        cart=talk.cart,
        history=turn.history,
        summary=turn.summary,
    )
    answer = await brain.understand(question)
    return replace(talk, ai_calls=(*talk.ai_calls, answer.call)), answer.understanding


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
