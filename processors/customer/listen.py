"""Words, one piece after the other: first what always means the same, then answers, then understanding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from processors.customer import (
    answers,
    changes,
    chat,
    checkout,
    delivery,
    followups,
    inquiry,
    menus,
    multiples,
    notes,
    orders,
    paying,
    shipping,
    so_far,
    support,
    swaps,
    taps,
    wishes,
)
from processors.customer.addresses import address_in, with_address
from processors.customer.clauses import clauses
from processors.customer.delivery_words import collects, with_pickup
from processors.customer.dictation import signed
from processors.customer.gate import Command, agrees, command_of, language_wish, says_confirm
from processors.customer.menus import menu_button
from processors.customer.orders_to_us import orders_us
from processors.customer.redirect import under_way
from processors.customer.reorder import asks_again, reorder
from processors.customer.talk import Reads, Talk
from processors.customer.understand import understand
from processors.customer.when import only_when, without_hour
from processors.model import Reply
from processors.trace import note
from processors.understanding.gate import is_greeting
from processors.understanding.types import Understanding

UNSURE = 0.35
"""Below this nothing is done on a guess; the menu is offered."""

LONGEST_PICKUP = 10
"""Words of a line that says nothing but that the goods are collected."""

_CLAUSE = re.compile(r"[^,;.!?]+[,;.!?]*")

_GIFT = re.compile(
    r"^(?:(?:ciao|salve|hi|halo|scusa)[ ,!]+)?(?:è|e'|it's|it is|this is|ini|sarebbe|si tratta di)?\s*(?:un|a|buat)?\s*"
    r"\b(?:regalo|gift|present|hadiah|kado)\b[^:,]{0,40}[:,]\s*",
    re.IGNORECASE,
)
"""Whom it is for, before what it is: "è un regalo per mia sorella: una candela"."""

UNCLEAR_LIMIT = 2
"""Turns that we did not understand before a person is asked for."""


async def listen(talk: Talk, reads: Reads, text: str) -> Talk:
    """The talk after these words."""
    for piece in pieces(text):
        command, language = command_of(piece), language_wish(piece)
        note("gate", words=piece, command=command, language=language, greeting=is_greeting(piece))
        if language is not None and language in talk.turn.business.languages:
            talk = replace(talk, language=language)
            talk = replace(talk, chat=menus.greeting(talk), intent=talk.intent or "general_chat")
        elif (changed := await changes.answered(talk, reads, piece)) is not None:
            talk = changed
        elif (paid := await _paying(talk, reads, piece)) is not None:
            talk = paid
        elif (followed := await followups.follow(talk, reads, without_hour(piece))) is not None:
            talk = await notes.wanted_at(followed, reads, piece)
        elif (swapped := await swaps.swap(talk, reads, piece)) is not None:
            talk = swapped
        elif (multiplied := await multiples.multiply(talk, reads, piece)) is not None:
            talk = multiplied
        elif command == "yes" and (agreed := await answers.agree(talk, reads)) is not None:
            talk = agreed
        elif (about_delivery := await _delivery(talk, reads, piece)) is not None:
            talk = about_delivery
        elif command is not None:
            talk = await _obey(talk, reads, command, piece)
        elif is_greeting(piece):
            hello = replace(talk, chat=menus.greeting(talk))
            talk = replace(hello, intent=talk.intent or "general_chat")
        elif (answered := await answers.answer(talk, reads, piece)) is not None:
            talk = answered
        else:
            talk = await _interpret(talk, reads, piece)
    return talk


async def _paying(talk: Talk, reads: Reads, piece: str) -> Talk | None:
    """Words that name a way of paying, where one is open; None for all others."""
    way, proposal = paying.way_of(piece), talk.session.proposal
    if paying.asks_ways(piece) and not (way and proposal is not None and proposal.paying):
        # "Posso pagare con la carta?" wants to know, and places no order.
        return paying.tell_ways(talk, piece)
    if way is None:
        return None
    if proposal is None:
        return await paying.instead(talk, reads) if way == "cash" else None
    if talk.cart_changed or not (proposal.paying or proposal.last_said) or len(talk.ways_to_pay) == 1:
        return None
    return checkout.confirm(talk, proposal.relay_id, way)


async def _delivery(talk: Talk, reads: Reads, piece: str) -> Talk | None:
    """Words about the way of an order, or about an order as a whole; None for all others."""
    if talk.cart and only_when(piece):
        return await notes.wanted_at(replace(talk, intent="order_request"), reads, piece)
    noted = await notes.answer(talk, reads, piece)
    if noted is not None:
        return noted
    answered = await delivery.answer(talk, reads, piece)
    if answered is not None:
        return answered
    if so_far.asks_total(piece) and (told := await so_far.tell_total(talk, reads)) is not None:
        return told
    if orders.asks_when(piece) or shipping.asks_how_long(piece):
        if talk.cart or not (orders.asks_when(piece) or await under_way(talk, reads, None)):
            return await shipping.tell(replace(talk, intent="product_inquiry"), reads, piece)
        return await orders.status(replace(talk, intent="support_request"), reads, piece)
    if shipping.asks(piece):
        return await shipping.tell(replace(talk, intent="product_inquiry"), reads, piece)
    if asks_again(piece):
        return await reorder(talk, reads)
    if rest := orders.beyond_edit(piece):
        return await orders.edit_and(talk, reads, rest, listen)
    return await orders.edit(talk, reads) if orders.asks_edit(piece) else None


def pieces(text: str) -> Iterator[str]:
    """Lines that belong together; a command, an address and a second wish stand alone."""
    together: list[str] = []
    lines = signed(text).split("\n")
    for line in (part for whole in lines for said in with_pickup(whole) for part in with_address(said)):
        if not _stands_alone(line):
            wishes, line = _without_language(line)
            yield from wishes
            if line:
                together.append(line)
            continue
        yield from clauses("\n".join(together))
        together = []
        yield line
    yield from clauses("\n".join(together))


def _stands_alone(line: str) -> bool:
    is_address = address_in(line, asked=False) is not None
    is_pickup = collects(line) and len(line.split()) <= LONGEST_PICKUP
    return command_of(line) is not None or is_address or is_pickup or so_far.asks_total(line)


def _without_language(line: str) -> tuple[list[str], str]:
    """The clauses that ask for a language, and the line without them: "scusi, possiamo parlare inglese? I'd like …"."""
    if language_wish(line) is not None:
        return [line], ""
    clauses_ = _CLAUSE.findall(line)
    wishes = [clause for clause in clauses_ if language_wish(clause) is not None]
    if not wishes:
        return [], line
    return wishes, "".join(clause for clause in clauses_ if clause not in wishes).strip(" ,;")


async def _obey(talk: Talk, reads: Reads, command: Command, piece: str) -> Talk:
    if command == "yes":
        return _yes(talk, explicit=says_confirm(piece))
    if command == "no":
        return _no(talk)
    if command == "cancel":
        return await _cancel(talk, reads)
    if command == "human":
        return support.hand_over(talk, reason="asked")
    if command == "more" and talk.session.shown:
        return await inquiry.more(talk, reads)
    if command in ("menu", "more"):
        return replace(talk, ending=menus.menu(talk), intent=talk.intent or "general_chat")
    if command == "orders":
        return await orders.status(replace(talk, intent="support_request"), reads)
    if command == "catalogue":
        return await menus.categories(replace(talk, intent="product_inquiry"), reads)
    talk = replace(talk, intent="order_request")
    if command == "clear_cart":
        return taps.clear(talk) if talk.cart or talk.session.questions else await _cancel(talk, reads)
    return replace(talk, checkout=True) if talk.cart else checkout.empty(talk)


def _yes(talk: Talk, *, explicit: bool = False) -> Talk:
    """A yes to the summary just seen. Later it takes the word itself; a mere "ok" brings the summary back."""
    proposal = talk.session.proposal
    if proposal is not None and not talk.cart_changed and (proposal.last_said or explicit or proposal.paying):
        return checkout.confirm(talk, proposal.relay_id)
    if talk.cart or talk.session.questions:
        # Something is still open: it is asked again before anything can be confirmed.
        return replace(talk, checkout=bool(talk.cart), asking=True, intent="order_request")
    return replace(talk, chat=Reply(text=talk.say("chat.ok")), intent=talk.intent or "general_chat")


def _no(talk: Talk) -> Talk:
    if talk.session.proposal is None and not talk.session.questions:
        return replace(talk, chat=Reply(text=talk.say("chat.ok")), intent=talk.intent or "general_chat")
    session = replace(talk.session, proposal=None, questions=())
    talk = replace(talk, session=session, intent="order_request")
    buttons = (menu_button(talk, "catalogue"), menu_button(talk, "order"), menu_button(talk, "human"))
    return replace(talk, ending=Reply(text=talk.say("order.not_sent"), kind="buttons", buttons=buttons))


async def _cancel(talk: Talk, reads: Reads) -> Talk:
    """The nearest thing that can be taken back: a summary, a question, the cart, the last order."""
    talk = replace(talk, intent="order_request")
    if talk.session.proposal is not None:
        return checkout.cancel(talk, talk.session.proposal.relay_id)
    if talk.cart or talk.session.questions:
        return taps.clear(talk)
    return await orders.offer_cancel(replace(talk, intent="support_request"), reads)


async def _interpret(talk: Talk, reads: Reads, text: str) -> Talk:
    said, text = text, without_hour(_GIFT.sub("", text) or text)
    if not text:
        return replace(talk, checkout=bool(talk.cart), chat=menus.menu(talk))
    if orders_us(text):
        other = menus.menu(talk, talk.say("chat.other", business=talk.turn.business.name))
        return replace(talk, chat=other, intent=talk.intent or "general_chat", understood={"orders_us": True})
    if support.asks_tax(text):
        return support.hand_over(talk, reason="invoice", intro="support.invoice")
    talk, understood = await understand(talk, reads, text)
    talk = replace(
        talk,
        confidence=understood.confidence,
        understood={
            "cart_action": understood.cart_action,
            "items": len(understood.items),
            "human_reason": understood.human_reason,
        },
    )
    if understood.needs_human:
        reason = "unknown" if understood.human_reason == "none" else understood.human_reason
        if reason == "unknown" and (subject := support.subject_of(text)) is not None:
            return support.hand_over(talk, reason=subject, intro=f"support.{subject}")
        intro = "human.sorry" if reason in ("angry", "legal", "payment") else None
        return support.hand_over(talk, reason=reason, intro=intro)
    if orders.asks_cancel(text) or orders.asks_status(text):
        return await support.support(talk, reads, text)
    if understood.cart_action == "confirm":
        talk = replace(talk, intent="order_request")
        if not agrees(text):
            # Heard by a model, or with terms of the customer's own: the summary says once more what is agreed to.
            return replace(talk, checkout=bool(talk.cart), asking=True) if talk.cart else _what_to_order(talk)
        return _yes(talk, explicit=says_confirm(text))
    taking_out = understood.cart_action in ("remove", "set")
    if taking_out and not talk.cart and not talk.session.questions and talk.reopened is None:
        changed = await orders.change_placed(talk, reads, text, listen)
        if changed is not None:
            return changed
    if understood.cart_action != "none":
        if (
            understood.cart_action == "add"
            and not talk.turn.cart
            and not talk.cart
            and orders.asks_beside(text)
        ):
            talk = await orders.beside(talk, reads)
        talk = await wishes.change_cart(talk, reads, text, understood)
        if talk.cart_changed:
            talk = await notes.wanted_at(talk, reads, said)
        return talk if _did_something(talk) else _what_to_order(talk)
    return await _by_intent(talk, reads, text, understood)


async def _by_intent(talk: Talk, reads: Reads, text: str, understood: Understanding) -> Talk:
    small_talk = chat.subject_of(text)
    if understood.confidence < UNSURE and small_talk is None:
        return await _unsure(talk, reads, text, understood)
    if understood.intent == "support_request":
        return await support.support(talk, reads, text)
    if understood.intent == "product_inquiry":
        return await inquiry.inquire(talk, reads, text, understood)
    if understood.intent == "order_request":
        talk = replace(talk, intent="order_request")
        return replace(talk, checkout=True) if talk.cart else _what_to_order(talk)
    talk = replace(talk, intent=talk.intent or "general_chat")
    return replace(talk, chat=chat.reply_to(talk, text, words=understood.reply))


async def _unsure(talk: Talk, reads: Reads, text: str, understood: Understanding) -> Talk:
    """Not understood: perhaps it names a product; else the menu, and the second time a person."""
    found = await inquiry.inquire(talk, reads, text, understood)
    if found.ending is not None and found.session.shown != talk.session.shown:
        return found
    unclear = talk.session.unclear + 1
    talk = replace(talk, session=replace(talk.session, unclear=unclear), intent=understood.intent)
    if unclear >= UNCLEAR_LIMIT:
        return replace(
            support.hand_over(talk, reason="unclear", intro="unclear_again"), intent=understood.intent
        )
    return replace(talk, chat=menus.menu(talk, talk.say("unclear")))


def _what_to_order(talk: Talk) -> Talk:
    buttons = (menu_button(talk, "catalogue"), menu_button(talk, "human"))
    reply = Reply(text=talk.say("order.what"), kind="buttons", buttons=buttons)
    return replace(talk, ending=reply)


def _did_something(talk: Talk) -> bool:
    return bool(
        talk.checkout
        or talk.notes
        or talk.ending
        or talk.actions
        or talk.cart_changed
        or talk.session.questions
    )
