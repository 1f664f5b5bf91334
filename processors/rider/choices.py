"""Taps: buttons and list rows, and quick replies of templates, whose payloads have the same grammar.

ride:out_for_delivery|delivered|failed|<reason>|show:<market_order_id> · menu:orders|human
"""

from __future__ import annotations

from processors.partners.answer import Answer
from processors.partners.ids import is_uuid
from processors.rider import duty, rides
from processors.rider.board import REASONS
from processors.rider.cards import overview, shown
from processors.rider.talk import Talk


async def answer_choice(talk: Talk, choice_id: str) -> Answer | None:
    """What a tap does; None when the id is not of this grammar (an old message, another bot's)."""
    if choice_id == "menu:orders":
        return Answer(topic="overview", replies=overview(talk, await talk.board()))
    if choice_id == "menu:human":
        return duty.answer_word(talk, "human")
    kind, _, rest = choice_id.partition(":")
    verb, _, order_id = rest.partition(":")
    if kind != "ride" or not is_uuid(order_id):
        return None
    if verb in ("out_for_delivery", "delivered", "failed", *REASONS):
        return await rides.report(talk, order_id, verb)
    if verb != "show":
        return None
    ride = (await talk.board()).ride(order_id)
    return Answer(topic="overview", replies=(shown(talk, ride) if ride else talk.text("not_yours"),))
