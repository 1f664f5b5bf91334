"""What became of an order: fetched, delivered, not delivered and why. The database decides who was first."""

from __future__ import annotations

from collections.abc import Sequence

from processors.model import Action, Reply
from processors.partners.answer import Answer, joined
from processors.rider.board import REASONS
from processors.rider.cards import ask_reason, pick, ride_buttons, shown
from processors.rider.talk import Talk


async def report(talk: Talk, market_order_id: str, verb: str) -> Answer:
    """Report one order. `verb` is out_for_delivery, delivered, failed (the reason is asked), or a reason."""
    if verb == "failed":
        return await _ask_why(talk, market_order_id)
    status = "failed_delivery" if verb in REASONS else verb
    args = {"market_order_id": market_order_id, "status": status}
    if verb in REASONS:
        args["reason"] = verb
    buttons = ride_buttons(talk.language, market_order_id, status)
    words = talk.say(f"reported.{status}")
    outcomes: dict[str, Sequence[Reply]] = {
        "updated": (Reply(text=words, kind="buttons", buttons=buttons) if buttons else Reply(text=words),),
        "already": (talk.text(f"already.{status}"),),
        "refused": (talk.text("refused"),),
        "*": (talk.text("not_yours"),),
    }
    return Answer(topic="report", actions=(Action(kind="report_delivery", args=args, outcomes=outcomes),))


async def _ask_why(talk: Talk, market_order_id: str) -> Answer:
    ride = (await talk.board()).ride(market_order_id)
    if ride is None:
        return Answer(topic="report", replies=(talk.text("not_yours"),))
    if ride.status in ("delivered", "cancelled"):
        return Answer(topic="report", replies=(shown(talk, ride),))
    awaiting = {"failed": market_order_id}
    return Answer(topic="report", replies=(ask_reason(talk, ride),), awaiting=awaiting)


async def report_in_words(talk: Talk, verb: str, codes: Sequence[str]) -> Answer:
    """ "Ritirato D1004", "consegnato", "non risponde nessuno": the orders named, or the only one it can be about."""
    if codes:
        return joined([await _report_named(talk, verb, code) for code in codes])
    if verb in REASONS and isinstance(asked := talk.awaiting.get("failed"), str):
        return await report(talk, asked, verb)
    rides = (await talk.board()).waiting_for(verb)
    if len(rides) == 1:
        return await report(talk, rides[0].market_order_id, verb)
    if rides:
        return Answer(topic="report", replies=(pick(talk, rides, verb),), awaiting={"verb": verb})
    return Answer(topic="report", replies=(talk.text("none"),))


async def _report_named(talk: Talk, verb: str, code: str) -> Answer:
    rides = (await talk.board()).of(code)
    if len(rides) == 1:
        return await report(talk, rides[0].market_order_id, verb)
    if rides:
        return Answer(topic="report", replies=(pick(talk, rides, verb),))
    return Answer(topic="report", replies=(talk.text("unknown", code=code),))


async def show(talk: Talk, code: str) -> Answer:
    """The card of the order with this code."""
    rides = (await talk.board()).of(code)
    replies = tuple(shown(talk, ride) for ride in rides) or (talk.text("unknown", code=code),)
    return Answer(topic="overview", replies=replies)
