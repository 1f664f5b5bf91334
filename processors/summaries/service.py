"""Sums up the talks that are due: by the model when there is one, else in the customer's own words.

It never delays a turn: the worker does it beside everything else, one talk at a time, and what fails waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from processors.errors import ModelUnavailable
from processors.model import AiCall, CartLine, Message
from processors.rows import cart_line_from_row, message_from_row
from processors.services import Services
from processors.summaries.words import extract
from processors.understanding.budget import begin_call

CLAIMED_AT_ONCE = 2
LEASE_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class DueTalk:
    """A claimed talk: its last messages, oldest first, and the summary before them."""

    conversation_id: UUID
    token: UUID
    business_id: UUID
    business: str
    contact_id: UUID
    language: str
    summary: str
    summary_is_of_model: bool
    through_sequence: int
    message_count: int
    messages: tuple[Message, ...]
    cart: tuple[CartLine, ...]

    @property
    def new(self) -> tuple[Message, ...]:
        """What the summary does not tell yet."""
        return tuple(message for message in self.messages if message.sequence > self.through_sequence)


async def summarize_once(services: Services) -> int:
    """Sum up what is due now. Returns how many talks were claimed. Raises StorageUnavailable."""
    claimed = await services.store.call(
        "claim_summaries", {"p_limit": CLAIMED_AT_ONCE, "p_lease_seconds": LEASE_SECONDS}, retry=False
    )
    for row in claimed:
        talk = _talk(row)
        words, made_by, calls = await _summary(services, talk)
        await services.store.call(
            "save_summary",
            {
                "p_conversation_id": str(talk.conversation_id),
                "p_token": str(talk.token),
                "p_summary": words,
                "p_made_by": made_by,
                "p_through_sequence": max((m.sequence for m in talk.messages), default=0),
                "p_through_count": talk.message_count,
                "p_calls": [call.to_json() for call in calls],
            },
        )
    return len(claimed)


async def _summary(services: Services, talk: DueTalk) -> tuple[str, str, Sequence[AiCall]]:
    """The words, who made them (`model` or `words`), and the calls made for them."""
    if services.brain is None:
        return extract(talk.messages, talk.cart, talk.language), "words", ()
    # Its SDK is large; a process that has a model has loaded it already.
    from processors.summaries.llm import failed_call, summarize

    caller = services.brain.caller
    try:
        if caller.rests:
            raise ModelUnavailable("breaker_open")
        await begin_call(services.store, services.settings, talk.business_id, talk.contact_id)
        words, call = await summarize(caller, talk)
    except ModelUnavailable as error:
        failed = (failed_call(caller, error),)
        if talk.summary_is_of_model and talk.summary:
            # A good summary that is ten messages old says more than a few words of today.
            return "", "model", failed
        return extract(talk.messages, talk.cart, talk.language), "words", failed
    return words, "model", (call,)


def _talk(row: dict[str, Any]) -> DueTalk:
    return DueTalk(
        conversation_id=UUID(row["conversation_id"]),
        token=UUID(row["token"]),
        business_id=UUID(row["business_id"]),
        business=row["business"],
        contact_id=UUID(row["contact_id"]),
        language=row["language"],
        summary=row["summary"],
        summary_is_of_model=row["made_by"] == "model",
        through_sequence=row["through_sequence"],
        message_count=row["message_count"],
        messages=tuple(message_from_row(message) for message in row["messages"]),
        cart=tuple(cart_line_from_row(line) for line in row["cart"]),
    )
