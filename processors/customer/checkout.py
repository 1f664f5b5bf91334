"""From a cart to an order: the summary with its total, the customer's yes, and taking it back.

The database decides whether prices and stock still hold, so every outcome has its words beforehand.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from processors.bubbles import joined
from processors.customer import cart as carts
from processors.customer import delivery, delivery_replies, hours, paying, quotes
from processors.customer.choices import PayWay, address_id, cart_id, order_id, pay_id, remove_id
from processors.customer.menus import checkout_button, menu_button
from processors.customer.session import Proposal
from processors.customer.talk import Reads, Talk
from processors.customer.titles import button_title, row_description, row_title
from processors.language.lines import line_text
from processors.model import Action, Button, CartLine, Reply, Row

MOST_LINES = 12
"""Lines written out in a summary, which has 1024 characters for everything."""

_MOST_EDIT_ROWS = 7


def cart_lines(talk: Talk) -> str:
    """Every line with what it costs."""
    lines = [
        f"• {_line(line)}: {talk.money(line.unit_price * line.quantity)}" for line in talk.cart[:MOST_LINES]
    ]
    if more := len(talk.cart) - MOST_LINES:
        lines += [f"• {talk.say('cart.more', count=more)}"] if more > 0 else []
    return "\n".join(lines)


async def propose(talk: Talk, reads: Reads) -> Talk:
    """The talk ending with the summary and its three buttons, or with what is missing for one."""
    quote = await quotes.quote(talk, reads, carts.total(talk.cart))
    if quote.state not in quotes.DELIVERABLE:
        asking = delivery_replies.ask(talk, quote)
        if quote.state != "below_minimum":
            # Where to is still open, but a word for those who bring it is kept.
            note = {name: said for name, said in asking.delivery.items() if name == "note"}
            kept = delivery.chosen_action(replace(asking, delivery=note))
        else:
            kept = delivery.chosen_action(asking)
        return replace(asking, actions=(*talk.actions, *kept))
    pending = talk.session.proposal
    session = replace(talk.session, awaited=None)
    if pending is not None and pending.total == quote.total and not talk.cart_changed and not talk.delivery:
        # Nothing has changed since: the summary that waits is still the right one.
        session = replace(session, proposal=replace(pending, last_said=True))
        return replace(talk, session=session, ending=_summary(talk, pending.relay_id, quote), proposed=True)
    relay_id = uuid4()
    action = Action(
        kind="propose_order",
        args={"relay_id": str(relay_id), "expected_total": str(quote.total)},
        outcomes={
            "proposed": (_summary(talk, relay_id, quote),),
            "price_changed": (_look_again(talk, "order.price_changed"),),
            "undeliverable": (_look_again(talk, "order.delivery_changed"),),
            "empty": (Reply(text=talk.say("cart.empty")),),
            "*": (Reply(text=talk.say("order.unavailable")),),
        },
    )
    session = replace(session, proposal=Proposal(relay_id=relay_id, total=quote.total))
    actions = (*talk.actions, *delivery.chosen_action(talk), _speaking(action, talk.notes))
    return replace(talk, session=session, actions=actions, notes=(), proposed=True)


def _look_again(talk: Talk, key: str) -> Reply:
    return Reply(text=talk.say(key), kind="buttons", buttons=(checkout_button(talk),))


def confirm(talk: Talk, relay_id: UUID, chosen: PayWay | None = None) -> Talk:
    """The customer said yes to a summary; where there is a choice, how to pay is asked first."""
    way = paying.way_for(talk, chosen)
    if way is None:
        return paying.ask(talk, relay_id)
    pending = talk.session.proposal
    if pending is not None and pending.relay_id == relay_id:
        created = talk.say("order.created", total=talk.money(pending.total))
    else:
        created = talk.say("order.created_plain")
    to_cart = (checkout_button(talk), menu_button(talk, "catalogue"))
    action = Action(
        kind="confirm_order",
        args={"relay_id": str(relay_id), **({"pay": way} if way == "stripe" else {})},
        outcomes={
            "created": (_placed(talk, relay_id, created),),
            "held": (_placed(talk, relay_id, _held(talk, relay_id)),),
            "awaiting_payment": (_placed(talk, relay_id, talk.say("pay.link_comes")),),
            "no_card": (_no_card(talk, relay_id),),
            "already": (Reply(text=talk.say("order.already")),),
            "out_of_stock": (
                Reply(
                    text=talk.say("order.out_of_stock"),
                    kind="buttons",
                    buttons=(_edit_button(talk, relay_id), menu_button(talk, "human")),
                ),
            ),
            "price_changed": (Reply(text=talk.say("order.price_changed"), kind="buttons", buttons=to_cart),),
            "*": (Reply(text=talk.say("order.outdated"), kind="buttons", buttons=to_cart),),
        },
    )
    session = replace(talk.session, proposal=None, questions=(), awaited=None)
    return replace(talk, session=session, actions=(action,), checkout=False, intent="order_request")


def _placed(talk: Talk, relay_id: UUID, text: str) -> Reply:
    """The thanks, with what can still be done as long as no dealer has accepted."""
    cancel_it = Button(id=order_id("cancel", relay_id), title=button_title(talk.say("button.cancel_order")))
    return Reply(text=text, kind="buttons", buttons=(_edit_button(talk, relay_id), cancel_it))


def _no_card(talk: Talk, relay_id: UUID) -> Reply:
    if "cash_on_delivery" in talk.ways_to_pay:
        other = Button(id=pay_id("cash", relay_id), title=button_title(talk.say("button.pay_cash")))
    else:
        other = menu_button(talk, "human")
    buttons = (other, _edit_button(talk, relay_id))
    return Reply(text=talk.say("pay.no_card"), kind="buttons", buttons=buttons)


def _held(talk: Talk, relay_id: UUID) -> str:
    """The thanks of a shop that is closed: when the order goes on its way."""
    pending, opening = talk.session.proposal, talk.turn.business.opens_at
    if opening is None:
        # Only those who have these goods are closed; the database says until when.
        return talk.say("order.held_late")
    when = hours.when(opening, talk.turn.business, talk.language)
    if pending is not None and pending.relay_id == relay_id:
        return talk.say("order.held", total=talk.money(pending.total), when=when)
    return talk.say("order.held_plain", when=when)


def cancel(talk: Talk, relay_id: UUID) -> Talk:
    """Take back a summary that waits, or an order that no dealer has accepted."""
    pending = talk.session.proposal
    is_pending = pending is not None and pending.relay_id == relay_id
    too_late = Reply(text=talk.say("order.too_late"), kind="buttons", buttons=(menu_button(talk, "human"),))
    done = talk.say("order.dropped") if is_pending else talk.say("order.cancelled")
    action = Action(
        kind="cancel_order",
        args={"relay_id": str(relay_id)},
        outcomes={
            "cancelled": (Reply(text=done),),
            "too_late": (too_late,),
            "*": (Reply(text=talk.say("order.nothing_to_cancel")),),
        },
    )
    cleared = replace(talk.session, proposal=None, questions=(), awaited=None)
    session = cleared if is_pending else talk.session
    cart = () if is_pending else talk.cart
    return replace(talk, session=session, cart=cart, actions=(action,), checkout=False, notes=())


def withdraw(talk: Talk) -> Talk:
    """Without words: a summary that no longer tells the cart must not be confirmed by its old button."""
    pending = talk.session.proposal
    if pending is None:
        return talk
    action = Action(kind="cancel_order", args={"relay_id": str(pending.relay_id)}, outcomes={})
    session = replace(talk.session, proposal=None)
    return replace(talk, session=session, actions=(*talk.actions, action))


def edit(talk: Talk) -> Talk:
    """How to change the cart, with a row for each line that can go."""
    if not talk.cart:
        return empty(talk)
    session = replace(talk.session, proposal=None, editing=True)
    return replace(talk, ending=_edit_reply(talk), checkout=False, session=session)


def reopen(talk: Talk, relay_id: str, cart: carts.Cart) -> Talk:
    """A placed order becomes the cart again; `cart` is what it will hold then."""
    human = (menu_button(talk, "human"),)
    reply = _edit_reply(replace(talk, cart=cart)) if cart else Reply(text=talk.say("cart.empty"))
    action = Action(
        kind="reopen_order",
        args={"relay_id": relay_id},
        outcomes={
            "reopened": (replace(reply, text=joined(talk.say("order.reopened"), reply.text)),),
            "too_late": (Reply(text=talk.say("order.edit_too_late"), kind="buttons", buttons=human),),
            "*": (Reply(text=talk.say("order.nothing_to_edit")),),
        },
    )
    session = replace(talk.session, proposal=None, questions=(), awaited=None, editing=True)
    return replace(
        talk, actions=(*talk.actions, action), session=session, checkout=False, intent="order_request"
    )


def reopen_with_cart(talk: Talk) -> Action:
    """A placed order becomes the cart as it is after all that was said."""
    assert talk.reopened is not None
    human = (menu_button(talk, "human"),)
    lines = [
        {"product_id": str(line.product_id), "quantity": line.quantity, "variant": dict(line.variant)}
        for line in talk.cart
    ]
    return Action(
        kind="reopen_order",
        args={"relay_id": talk.reopened, "lines": lines},
        outcomes={
            "reopened": (Reply(text=talk.say("order.reopened")),),
            "too_late": (Reply(text=talk.say("order.edit_too_late"), kind="buttons", buttons=human),),
            "*": (Reply(text=talk.say("order.nothing_to_edit")),),
        },
    )


def _edit_reply(talk: Talk) -> Reply:
    rows = [
        Row(
            id=remove_id(line.product_id),
            title=row_title(talk.say("edit.remove", name=line.name)),
            description=row_description(_line(line)),
        )
        for line in _one_per_product(talk.cart)[:_MOST_EDIT_ROWS]
    ]
    if talk.turn.business.delivers:
        rows.append(Row(id=address_id("change"), title=row_title(talk.say("button.other_address"))))
    rows.append(Row(id=cart_id("clear"), title=row_title(talk.say("button.clear"))))
    rows.append(Row(id=cart_id("checkout"), title=row_title(talk.say("button.checkout"))))
    return Reply(
        text=f"{cart_lines(talk)}\n\n{talk.say('edit.how', name=talk.cart[0].name)}",
        kind="list",
        list_button=button_title(talk.say("button.edit")),
        rows=tuple(rows),
    )


def empty(talk: Talk) -> Talk:
    """There is nothing in the cart, and how to change that."""
    buttons = (menu_button(talk, "catalogue"), menu_button(talk, "support"))
    reply = Reply(text=talk.say("cart.empty"), kind="buttons", buttons=buttons)
    return replace(talk, ending=reply, checkout=False)


def _summary(talk: Talk, relay_id: UUID, quote: quotes.Quote) -> Reply:
    lines = [talk.say("order.summary"), cart_lines(talk), *delivery.summary_lines(talk, quote)]
    lines.append(talk.say("order.total", total=talk.money(quote.total)))
    opening = talk.turn.business.opens_at
    if opening is not None:
        when = hours.when(opening, talk.turn.business, talk.language)
        lines.append(talk.say("order.closed_now", when=when))
    return Reply(
        text=joined("\n".join(lines), talk.say("order.question")),
        kind="buttons",
        buttons=(
            Button(id=order_id("confirm", relay_id), title=button_title(talk.say("button.confirm"))),
            _edit_button(talk, relay_id),
            Button(id=order_id("cancel", relay_id), title=button_title(talk.say("button.cancel"))),
        ),
    )


def _speaking(action: Action, notes: tuple[str, ...]) -> Action:
    """The action whose first words, whatever comes of it, are the notes."""
    if not notes:
        return action
    before = "\n".join(notes)
    outcomes = {
        name: tuple(replace(r, text=joined(before, r.text)) if i == 0 else r for i, r in enumerate(replies))
        for name, replies in action.outcomes.items()
    }
    return replace(action, outcomes=outcomes)


def _line(line: CartLine) -> str:
    return line_text({"quantity": line.quantity, "name": line.name, "variant": line.variant})


def _one_per_product(cart: carts.Cart) -> list[CartLine]:
    return list({line.product_id: line for line in cart}.values())


def _edit_button(talk: Talk, relay_id: UUID) -> Button:
    return Button(id=order_id("edit", relay_id), title=button_title(talk.say("button.edit")))
