"""Questions in words and buttons: which product, which size, how many."""

from __future__ import annotations

from dataclasses import replace

from processors.customer import cart as carts
from processors.customer.cards import attribute_name, product_rows
from processors.customer.catalogue import Product
from processors.customer.choices import add_id, variant_id, watch_id
from processors.customer.session import Question
from processors.customer.talk import Reads, Talk
from processors.customer.titles import button_title, row_title
from processors.customer.variants import complete
from processors.model import Button, Reply, Row

MOST_BUTTONS = 3
MOST_ASKED = 2
MOST_ROWS = 9
"""Rows of products that leave room for one more choice."""
_LONGEST_VALUE_ID = 200


async def ask_next(talk: Talk, reads: Reads) -> Talk:
    """The talk ending with its first open question.

    Questions about products no longer sold fall away, and one put twice without an answer is left aside.
    """
    for question in talk.session.questions:
        if question.asked >= MOST_ASKED:
            talk = replace(talk, session=talk.session.without(question))
            if question.mention:
                talk = talk.noting("ask.left", mention=question.mention)
            continue
        talk, options = await reads.products(talk, question.options)
        reply = question_reply(talk, question, options) if options else None
        if reply is not None:
            asked = replace(question, asked=question.asked + 1)
            left = tuple(asked if q == question else q for q in talk.session.questions)
            return replace(talk, ending=reply, session=replace(talk.session, questions=left))
        talk = replace(talk, session=talk.session.without(question))
    return talk


def question_reply(talk: Talk, question: Question, options: tuple[Product, ...]) -> Reply | None:
    if question.kind == "product":
        return _which_product(talk, question, options)
    if question.kind == "variant":
        return _which_value(talk, question, options[0])
    return Reply(text=talk.say("ask.quantity", name=options[0].name, most=carts.LARGEST_QUANTITY))


def _which_product(talk: Talk, question: Question, options: tuple[Product, ...]) -> Reply:
    lines = "\n".join(
        f"{number}. {product.name}: {talk.money(product.price, product.currency)}"
        for number, product in enumerate(options, start=1)
    )
    quantity = min(max(question.quantity, 1), carts.LARGEST_QUANTITY)
    rows = tuple(
        replace(row, id=add_id(product.id, quantity))
        for product, row in zip(options, product_rows(talk, options), strict=True)
    )
    if question.sold_out is not None:
        watch = Row(id=watch_id(question.sold_out), title=row_title(talk.say("button.watch_row")))
        rows = (*rows[:MOST_ROWS], watch)
    return Reply(
        text=f"{_which(talk, question)}\n{lines}",
        kind="list",
        list_button=button_title(talk.say("button.choose")),
        rows=rows,
    )


def _which(talk: Talk, question: Question) -> str:
    if question.sold_out is not None:
        return talk.say("ask.instead")
    return talk.say("ask.product", mention=question.mention) if question.mention else talk.say("ask.which")


def _which_value(talk: Talk, question: Question, product: Product) -> Reply | None:
    attribute = complete(product.attributes, question.variant).missing
    if attribute is None:
        return None
    values = [str(value) for value in product.attributes[attribute]]
    ids = [variant_id(product.id, attribute, value)[:_LONGEST_VALUE_ID] for value in values]
    text = talk.say(
        "ask.variant", attribute=attribute_name(talk, attribute), name=product.name, values=", ".join(values)
    )
    if len(values) <= MOST_BUTTONS:
        buttons = tuple(Button(id=i, title=button_title(v)) for i, v in zip(ids, values, strict=True))
        return Reply(text=text, kind="buttons", buttons=buttons)
    rows = tuple(Row(id=i, title=row_title(v)) for i, v in zip(ids, values, strict=True))
    return Reply(text=text, kind="list", list_button=button_title(talk.say("button.choose")), rows=rows[:10])
