"""Yes and no to offers. The database decides who was first; here every outcome gets its words beforehand."""

from __future__ import annotations

from collections.abc import Sequence

from processors.dealer.cards import offer_card, pick_offer, status_buttons
from processors.dealer.talk import Talk
from processors.model import Action, Reply
from processors.partners.answer import Answer


def accept(talk: Talk, offer_id: str) -> Answer:
    """Accept one offer. After it the dealer moves the order on with buttons."""
    # Without "in delivery": that comes once it is ready, and never for what the customer collects.
    taken = Reply(
        text=talk.say("offer.accepted"),
        kind="buttons",
        buttons=status_buttons(talk, "{market_order_id}", "accepted"),
    )
    outcomes: dict[str, Sequence[Reply]] = {"accepted": (taken,)}
    for outcome in ("already", "lost", "expired", "cancelled", "no_stock"):
        outcomes[outcome] = (talk.text(f"offer.{outcome}"),)
    outcomes["*"] = (talk.text("offer.not_found"),)
    return _acted("accept_offer", offer_id, outcomes)


def decline(talk: Talk, offer_id: str) -> Answer:
    """Decline one offer; it goes on to the next dealer."""
    return _acted(
        "decline_offer",
        offer_id,
        {
            "declined": (talk.text("offer.declined"),),
            "too_late": (talk.text("offer.too_late"),),
            "*": (talk.text("offer.not_found"),),
        },
    )


def _acted(kind: str, offer_id: str, outcomes: dict[str, Sequence[Reply]]) -> Answer:
    return Answer(topic="offer", actions=(Action(kind=kind, args={"offer_id": offer_id}, outcomes=outcomes),))


async def answer_in_words(talk: Talk, verb: str, codes: Sequence[str]) -> Answer:
    """ "Accetto", "rifiuto la 1042": `verb` is accept or decline, `codes` the orders named."""
    if codes:
        return await _answer_named(talk, verb, codes)
    offers = (await talk.board()).offers
    if len(offers) == 1:
        return _answer_one(talk, verb, offers[0].offer_id)
    if offers:
        return Answer(topic="offer", replies=(pick_offer(talk, offers, verb),), awaiting={"verb": verb})
    return Answer(topic="offer", replies=(talk.text("offer.none"),))


async def _answer_named(talk: Talk, verb: str, codes: Sequence[str]) -> Answer:
    board = await talk.board()
    found: list[Answer] = []
    for code in codes:
        offers = board.offers_of(code)
        if len(offers) > 1:
            found.append(Answer(topic="offer", replies=(pick_offer(talk, offers, verb),)))
        elif offers:
            found.append(_answer_one(talk, verb, offers[0].offer_id))
        elif board.orders_of(code):
            found.append(Answer(topic="offer", replies=(talk.text("offer.already", order_code=code),)))
        elif past := board.past_of(code):
            # Too late, or answered before: the database knows which and says so.
            found.append(_answer_one(talk, verb, past[0].offer_id))
        else:
            found.append(Answer(topic="offer", replies=(talk.text("order.unknown", code=code),)))
    replies = tuple(reply for answer in found for reply in answer.replies)
    return Answer(
        topic="offer", replies=replies, actions=tuple(a for answer in found for a in answer.actions)
    )


def _answer_one(talk: Talk, verb: str, offer_id: str) -> Answer:
    return accept(talk, offer_id) if verb == "accept" else decline(talk, offer_id)


async def answer_bare(talk: Talk, verb: str, codes: Sequence[str]) -> Answer:
    """A yes or no by itself ("ok", "no"). It answers an offer that is named or that was just asked about.

    Anywhere else an "ok" is a courtesy: it must not accept an order that came in meanwhile unseen.
    """
    offers = (await talk.board()).offers
    if codes or any(offer.offer_id in talk.offered for offer in offers):
        return await answer_in_words(talk, "accept" if verb == "yes" else "decline", codes)
    if not offers:
        return Answer(topic="courtesy", replies=(talk.text("fine"),))
    reply = offer_card(talk, offers[0]) if len(offers) == 1 else pick_offer(talk, offers, "show")
    return Answer(topic="offer", replies=(reply,))
