"""A word later: when a sold-out product is back, when a cart was left.

The words are made now and kept by the database, which says them when the time has come.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from processors.customer.cards import picture
from processors.customer.choices import add_id, cart_id
from processors.customer.menus import menu_button
from processors.customer.talk import Reads, Talk
from processors.customer.titles import button_title
from processors.language.lines import lines_text
from processors.model import Action, Button, Reply

TEMPLATE = "di_nuovo_disponibile"
"""The approved template that carries the news when the 24 h window is closed."""


async def watch(talk: Talk, reads: Reads, product_id: UUID) -> Talk:
    """The customer hears of the product once when it is back."""
    talk, found = await reads.products(talk, (product_id,))
    if not found:
        return talk.noting("gone")
    product = found[0]
    add = Button(id=add_id(product.id), title=button_title(talk.say("button.add")))
    back = Reply(
        text=talk.say("watch.back", name=product.name),
        kind="buttons",
        buttons=(add, menu_button(talk, "catalogue")),
        link=picture(product),
        template={"name": TEMPLATE, "language": talk.language, "params": [product.name]},
    )
    action = Action(
        kind="watch_stock",
        args={"product_id": str(product.id), "reply": back.to_json()},
        outcomes={
            "watching": (Reply(text=talk.say("watch.watching", name=product.name)),),
            "available": (replace(back, template=None),),
            "*": (Reply(text=talk.say("gone")),),
        },
    )
    questions = tuple(q for q in talk.session.questions if product.name != q.mention)
    session = replace(talk.session, questions=questions)
    return replace(talk, actions=(*talk.actions, action), session=session, intent="product_inquiry")


def cart_reminder(talk: Talk) -> Reply:
    """What is said once when this cart is left: goods without prices, which may be others by then."""
    lines = [{"quantity": line.quantity, "name": line.name, "variant": line.variant} for line in talk.cart]
    return Reply(
        text=talk.say("watch.cart", lines=lines_text(lines, talk.language)),
        kind="buttons",
        buttons=(
            Button(id=cart_id("checkout"), title=button_title(talk.say("button.checkout"))),
            Button(id=cart_id("clear"), title=button_title(talk.say("button.clear"))),
        ),
    )
