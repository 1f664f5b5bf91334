"""The customer's pipeline: everything said in a turn, in order, then one answer."""

from __future__ import annotations

from dataclasses import replace

from processors.bubbles import joined
from processors.customer import checkout, delivery, followups, menus, odd, paying, taps, watches, wishes
from processors.customer.ask import ask_next
from processors.customer.catalogue import Catalogue
from processors.customer.concern import considered
from processors.customer.inputs import CatalogueOrder, Form, Input, Odd, Place, Tap, Words, read_inputs
from processors.customer.listen import listen
from processors.customer.session import Session
from processors.customer.talk import Reads, Talk
from processors.model import Decision, Reply, Turn
from processors.services import Services
from processors.trace import note


async def respond(turn: Turn, services: Services) -> Decision:
    """The decision for a customer's turn. Reads only; `finish_turn` applies it."""
    reads = Reads(services=services, catalogue=Catalogue(services, turn.business.id))
    talk = Talk(
        turn=turn,
        language=turn.language or turn.business.default_language,
        session=replace(Session.from_json(turn.session), editing=False),
        cart=turn.cart,
        ways_to_pay=paying.offered(turn, services.settings),
    )
    for item in read_inputs(turn.messages):
        talk = await _hear(talk, reads, item)
    return considered(turn, await _conclude(talk, reads))


async def _hear(talk: Talk, reads: Reads, item: Input) -> Talk:
    note("heard", kind=type(item).__name__.lower(), **_shown(item))
    if isinstance(item, Tap):
        return await taps.tap(talk, reads, item)
    if isinstance(item, CatalogueOrder):
        return await wishes.catalogue_order(talk, reads, item)
    if isinstance(item, Place):
        placed = await delivery.place(talk, reads, item)
        return placed or replace(
            talk, chat=odd.reply_to(talk, "location"), intent=talk.intent or "general_chat"
        )
    if isinstance(item, Form):
        filled = await delivery.form(talk, reads, item)
        return filled or replace(talk, chat=odd.reply_to(talk, "flow"), intent=talk.intent or "general_chat")
    if isinstance(item, Odd):
        return replace(talk, chat=odd.reply_to(talk, item.kind), intent=talk.intent or "general_chat")
    return await listen(talk, reads, item.text)


def _shown(item: Input) -> dict[str, str]:
    """What a trace shows of what was heard."""
    if isinstance(item, Tap):
        return {"words": item.title, "choice_id": item.choice_id}
    return {"words": item.text} if isinstance(item, Words) else {}


async def _conclude(talk: Talk, reads: Reads) -> Decision:
    """One answer of all that was decided: orders first, then questions, the summary, what was asked, small talk."""
    if talk.cart_changed:
        talk = _overridden(talk)
    if talk.session.questions and (talk.asking or talk.checkout):
        talk = await ask_next(talk, reads)
        if talk.session.questions:
            talk = delivery.told(_with_cart(replace(talk, checkout=False)))
            # An address or a note said beside it is kept for the summary to come.
            talk = replace(talk, actions=(*talk.actions, *delivery.chosen_action(talk)))
            return _decision(checkout.withdraw(talk) if talk.cart_changed else talk)
    if talk.checkout and talk.cart:
        talk = await checkout.propose(replace(talk, ending=None), reads)
        if not talk.proposed:
            talk = _with_cart(checkout.withdraw(talk) if talk.cart_changed else talk)
        return _decision(talk)
    if talk.checkout:
        talk = checkout.empty(talk)
    if talk.cart_changed and not talk.actions:
        talk = checkout.withdraw(talk)
    return _decision(talk)


def _overridden(talk: Talk) -> Talk:
    """The cart was changed after a confirmation in the same breath: what was said last counts."""
    before = Session.from_json(talk.turn.session).proposal
    if before is None or not talk.cart or not talk.actions:
        return talk
    stays = tuple(
        action
        for action in talk.actions
        if action.kind not in ("confirm_order", "cancel_order")
        or action.args.get("relay_id") != str(before.relay_id)
    )
    # Withdrawn or superseded together with the answer, so that its old button confirms nothing.
    return replace(talk, actions=stays, session=replace(talk.session, proposal=before), checkout=True)


def _with_cart(talk: Talk) -> Talk:
    """What is in the cart already, before a question about the rest."""
    if not talk.cart_changed or not talk.cart:
        return talk
    return talk.noting("cart.now", lines=checkout.cart_lines(talk))


def _decision(talk: Talk) -> Decision:
    before = Session.from_json(talk.turn.session)
    talk = replace(talk, session=followups.touching(talk.session, talk.turn.cart, talk.cart))
    session = talk.session if talk.session.unclear > before.unclear else replace(talk.session, unclear=0)
    if session.proposal is not None and not talk.proposed:
        # An "ok" in the next turn will answer what is said now, not the summary above it.
        session = replace(session, proposal=replace(session.proposal, last_said=False))
    return Decision(
        replies=_replies(talk),
        intent=talk.intent or "general_chat",
        confidence=talk.confidence,
        language=talk.language,
        session=None if session == before else session.to_json(),
        # An order that is the cart again brings its lines with it: the database joins the two in one step.
        cart=talk.cart if talk.cart_changed and talk.reopened is None else None,
        actions=talk.actions if talk.reopened is None else (checkout.reopen_with_cart(talk), *talk.actions),
        escalation=talk.escalation,
        reminder=watches.cart_reminder(talk) if talk.cart_changed and talk.cart else None,
        understood=talk.understood,
        ai_calls=talk.ai_calls,
        learned=talk.learned,
    )


def _replies(talk: Talk) -> tuple[Reply, ...]:
    speaks = any(any(action.outcomes.values()) for action in talk.actions)
    notes = "\n".join(talk.notes)
    # Small talk has no place beside an answer; alone it is the answer.
    ending = talk.ending or (None if speaks or notes else talk.chat)
    notes = joined(_unheard_beside(talk, ending), notes)
    if ending is not None:
        return (replace(ending, text=joined(notes, ending.text)),)
    if notes:
        buttons = (menus.menu_button(talk, "catalogue"), menus.menu_button(talk, "human"))
        return (Reply(text=notes, kind="buttons", buttons=buttons),)
    return () if speaks else (menus.menu(talk),)


def _unheard_beside(talk: Talk, ending: Reply | None) -> str:
    """Who said more than is answered must know, or waits for the rest."""
    is_told = ending is not None and ending.text in (talk.say("odd.voice"), talk.say("odd.audio"))
    is_unheard = any(message.unheard for message in talk.turn.messages)
    return talk.say("odd.voice_beside") if is_unheard and not is_told else ""
