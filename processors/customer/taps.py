"""Buttons and list rows that the customer tapped."""

from __future__ import annotations

from dataclasses import replace

from processors.customer import cart as carts
from processors.customer import (
    changes,
    checkout,
    delivery,
    inquiry,
    menus,
    orders,
    paying,
    support,
    watches,
)
from processors.customer.choices import (
    AddChoice,
    AddressChoice,
    CartChoice,
    CategoryChoice,
    ChangeChoice,
    Choice,
    MenuChoice,
    OrderChoice,
    PayChoice,
    RemoveChoice,
    VariantChoice,
    WatchChoice,
    read_choice,
)
from processors.customer.inputs import Tap
from processors.customer.place import Wanted, place
from processors.customer.session import Question
from processors.customer.talk import Reads, Talk


async def tap(talk: Talk, reads: Reads, tapped: Tap) -> Talk:
    """The talk after a tap. An id that is no customer's (a dealer's, a made-up one) does nothing."""
    choice = read_choice(tapped.choice_id)
    if choice is None:
        return replace(talk, chat=menus.menu(talk))
    talk = replace(talk, intent=_intent(choice, talk))
    if isinstance(choice, OrderChoice):
        return await _order(talk, reads, choice)
    if isinstance(choice, ChangeChoice):
        return await changes.tapped(talk, reads, choice)
    if isinstance(choice, MenuChoice):
        return await _menu(talk, reads, choice)
    if isinstance(choice, AddressChoice):
        return await delivery.tapped(talk, reads, choice)
    if isinstance(choice, CartChoice):
        return _cart(talk, choice)
    if isinstance(choice, CategoryChoice):
        return await menus.category(talk, reads, choice)
    if isinstance(choice, RemoveChoice):
        return remove(talk, choice)
    if isinstance(choice, PayChoice):
        return _pay(talk, choice)
    if isinstance(choice, WatchChoice):
        return await watches.watch(talk, reads, choice.product_id)
    if isinstance(choice, AddChoice):
        return await _add(talk, reads, choice)
    return await _variant(talk, reads, choice)


def _intent(choice: Choice, talk: Talk) -> str:
    if isinstance(choice, MenuChoice):
        return {"catalogue": "product_inquiry", "support": "support_request", "human": "support_request"}.get(
            choice.name, talk.intent or "general_chat"
        )
    return "product_inquiry" if isinstance(choice, CategoryChoice) else "order_request"


async def _order(talk: Talk, reads: Reads, choice: OrderChoice) -> Talk:
    if choice.verb == "confirm":
        if talk.cart_changed:
            # The summary that was confirmed lacks what was just said, so a new one comes first.
            return replace(talk, checkout=True)
        return checkout.confirm(talk, choice.relay_id)
    if choice.verb == "cancel":
        return checkout.cancel(talk, choice.relay_id)
    return await orders.edit(talk, reads, choice.relay_id)


def _pay(talk: Talk, choice: PayChoice) -> Talk:
    if choice.way == "instead":
        return paying.at_the_door(talk, choice.relay_id)
    if talk.cart_changed:
        return replace(talk, checkout=True)
    return checkout.confirm(talk, choice.relay_id, choice.way)


async def _menu(talk: Talk, reads: Reads, choice: MenuChoice) -> Talk:
    if choice.name == "catalogue":
        return await menus.categories(talk, reads)
    if choice.name == "human":
        return support.hand_over(talk, reason="asked")
    if choice.name == "support":
        return support.entry(talk)
    if choice.name == "more":
        return await inquiry.more(talk, reads)
    if choice.name == "order":
        return replace(talk, checkout=True) if talk.cart else await orders.status(talk, reads)
    return replace(talk, ending=menus.menu(talk))


def _cart(talk: Talk, choice: CartChoice) -> Talk:
    if choice.name == "clear":
        return clear(talk)
    if not talk.cart:
        return checkout.empty(talk)
    return replace(talk, checkout=True)


def clear(talk: Talk) -> Talk:
    """An empty cart; questions about what should go into it are over."""
    session = replace(talk.session, questions=(), awaited=None)
    talk = replace(talk, cart=(), session=session, checkout=False, intent="order_request")
    return checkout.empty(talk)


def remove(talk: Talk, choice: RemoveChoice) -> Talk:
    """The cart without a product; what is left is shown again."""
    lines = carts.lines_of(talk.cart, choice.product_id)
    if not lines:
        return replace(talk, checkout=True) if talk.cart else checkout.empty(talk)
    kept = tuple(line for line in talk.cart if line not in lines)
    return replace(talk, cart=kept, checkout=True).noting("cart.removed", name=lines[0].name)


async def _add(talk: Talk, reads: Reads, choice: AddChoice) -> Talk:
    """A product chosen from a list: the answer to a question when there is one about it."""
    question = _question(talk, choice, ("product", "quantity"))
    talk, options = await reads.products(talk, (choice.product_id,))
    if question is not None:
        talk = replace(talk, session=talk.session.without(question), asking=True)
    wanted = Wanted(
        mention=options[0].name if options else "",
        quantity=choice.quantity or (question.quantity if question else 1),
        variant=question.variant if question else {},
        options=options,
        mode="set" if question is not None and question.kind == "quantity" else "add",
    )
    return await place(talk, reads, wanted) if options else talk.noting("gone")


async def _variant(talk: Talk, reads: Reads, choice: VariantChoice) -> Talk:
    question = _question(talk, choice, ("variant",))
    talk, options = await reads.products(talk, (choice.product_id,))
    if not options:
        return talk.noting("gone")
    if question is not None:
        talk = replace(talk, session=talk.session.without(question), asking=True)
    wanted = Wanted(
        mention=options[0].name,
        quantity=question.quantity if question else 1,
        variant={**(question.variant if question else {}), choice.attribute: choice.value},
        options=options,
    )
    return await place(talk, reads, wanted)


def _question(talk: Talk, choice: AddChoice | VariantChoice, kinds: tuple[str, ...]) -> Question | None:
    for question in talk.session.questions:
        if question.kind in kinds and choice.product_id in question.options:
            return question
    return None
