"""What is asked before a proposal is complete: which order, which line, how many, instead of what, when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol
from uuid import UUID

from processors.attributes import KNOWN_ATTRIBUTES
from processors.channels.whatsapp.limits import ROW_ID, ROWS, length
from processors.customer.titles import row_description, row_title, row_titles
from processors.dealer.board import Goods, Order
from processors.dealer.talk import Talk
from processors.language.lines import line_text, lines_short
from processors.language.texts import say
from processors.model import Button, Reply, Row
from processors.partners.answer import Answer

MOST_ROWS = 9


class Named(Protocol):
    """A product that may come instead."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...


class Coming(Named, Protocol):
    """One whose variants are known."""

    @property
    def attributes(self) -> Mapping[str, Sequence[str]]: ...


def ask_what(talk: Talk, goods: Goods) -> Answer:
    """What is otherwise: each line of the order, or the time."""
    choices = [
        Row(
            id=f"change:line:{goods.market_order_id}:{n}",
            title=row_title(talk.say("change.missing", product=line["name"])),
            description=row_description(line_text(line)),
        )
        for n, line in enumerate(goods.lines[:MOST_ROWS])
    ]
    later = Row(
        id=f"change:later:{goods.market_order_id}",
        title=talk.say("change.later"),
        description=talk.say("change.later_hint"),
    )
    reply = _list(talk, talk.say("change.what", code=goods.code), (*choices, later))
    return Answer(topic="change", replies=(reply,))


def ask_how(talk: Talk, goods: Goods, line: int) -> Answer:
    """Without it, fewer of it, or something else."""
    ways = ("without", "fewer", "instead") if goods.lines[line]["quantity"] > 1 else ("without", "instead")
    buttons = tuple(
        Button(id=f"change:{way}:{goods.market_order_id}:{line}", title=talk.say(f"button.{way}"))
        for way in ways
    )
    text = talk.say("change.how", product=line_text(goods.lines[line]), code=goods.code)
    return Answer(topic="change", replies=(Reply(text=text, kind="buttons", buttons=buttons),))


def ask_amount(talk: Talk, goods: Goods, line: int) -> Answer:
    """The next message may be just the number."""
    item = goods.lines[line]
    text = talk.say("change.how_many", product=item["name"], quantity=item["quantity"])
    return asking(talk, "fewer", goods, line, text)


def ask_instead(talk: Talk, goods: Goods, line: int) -> Answer:
    """The next message may be just a product."""
    return asking(talk, "instead", goods, line, talk.say("change.by_what", product=goods.lines[line]["name"]))


def ask_when(talk: Talk, goods: Goods) -> Answer:
    """The next message may be just a time."""
    return asking(talk, "later", goods, 0, talk.say("change.when", code=goods.code))


def asking(
    talk: Talk, what: Literal["fewer", "instead", "later"], goods: Goods, line: int, text: str
) -> Answer:
    """A question that the next message answers in a word."""
    asked = {"ask": what, "order": goods.market_order_id, "line": line}
    return Answer(topic="change", replies=(Reply(text=text),), awaiting={"change": asked})


def suggestions(talk: Talk, goods: Sequence[Goods], counted: Mapping[str, int]) -> Answer:
    """After news of the shelf: orders that hold more of a product than there is. `counted` is by product id."""
    found = [
        (order, n, line)
        for order in goods
        for n, line in enumerate(order.lines)
        if str(line["product_id"]) in counted and line["quantity"] > counted[str(line["product_id"])]
    ]
    replies = tuple(
        Reply(
            text=talk.say("change.suggest", code=order.code, line=line_text(line)),
            kind="buttons",
            buttons=(
                Button(id=f"change:line:{order.market_order_id}:{n}", title=talk.say("button.propose")),
            ),
        )
        for order, n, line in found[:2]
    )
    return Answer(topic="change", replies=replies)


def which_order(talk: Talk, goods: Sequence[Goods], text: str) -> Answer:
    """Which of several orders; a tap takes up `text` again."""
    choices = tuple(
        Row(
            id=f"change:ask:{order.market_order_id}",
            title=order.code,
            description=row_description(
                f"{talk.say(f'status.{order.status}') if isinstance(order, Order) else talk.say('change.offered')} · "
                f"{lines_short(order.lines)}"
            ),
        )
        for order in goods[: MOST_ROWS + 1]
    )
    # The words are kept, so that the tap need not be followed by all of them again.
    return Answer(
        topic="change",
        replies=(_list(talk, talk.say("change.which_order"), choices),),
        awaiting={"wish": text[:300]},
    )


def which_line(talk: Talk, goods: Goods, lines: Sequence[int]) -> Answer:
    """Which line of an order is missing."""
    choices = tuple(
        Row(
            id=f"change:line:{goods.market_order_id}:{n}",
            title=row_title(str(goods.lines[n]["name"])),
            description=row_description(line_text(goods.lines[n])),
        )
        for n in list(lines)[:MOST_ROWS]
    )
    return Answer(
        topic="change", replies=(_list(talk, talk.say("change.which_line", code=goods.code), choices),)
    )


def which_product(talk: Talk, goods: Goods, line: int, products: Sequence[Named], words: str) -> Answer:
    """Which of several products may come instead. A size or colour among the `words` is kept for the tap."""
    shown = products[:MOST_ROWS]
    choices = tuple(
        Row(
            id=f"change:by:{goods.market_order_id}:{line}:{product.id}",
            title=title,
            description=row_description(product.name),
        )
        for product, title in zip(shown, row_titles([p.name for p in shown]), strict=True)
    )
    text = talk.say("change.which_instead", product=goods.lines[line]["name"])
    return Answer(topic="change", replies=(_list(talk, text, choices),), awaiting={"instead": words[:200]})


def which_value(
    talk: Talk,
    goods: Goods,
    line: int,
    product: Coming,
    attribute: str,
    chosen: Mapping[str, str],
    refused: str,
) -> Answer:
    """Which size, colour or pack of what comes instead; `refused` is what it was said to come in and does not."""
    values = [str(value) for value in product.attributes[attribute]]
    lead = f"change:of:{goods.market_order_id}:{line}:{product.id}:{attribute}:"
    choices = tuple(
        Row(id=f"{lead}{value}", title=row_title(value)) for value in values if length(lead + value) <= ROW_ID
    )
    name = (
        say(talk.language, f"customer.attribute.{attribute}") if attribute in KNOWN_ATTRIBUTES else attribute
    )
    text = talk.say("change.which_value", attribute=name, product=product.name, values=", ".join(values))
    if refused:
        text = f"{talk.say('change.value_refused', product=product.name, value=refused)}\n{text}"
    asked = {"ask": "variant", "order": goods.market_order_id, "line": line, "product": str(product.id)}
    question = Reply(text=text) if not choices else _list(talk, text, choices[:ROWS])
    return Answer(
        topic="change", replies=(question,), awaiting={"change": {**asked, "variant": dict(chosen)}}
    )


def _list(talk: Talk, text: str, choices: Sequence[Row]) -> Reply:
    return Reply(text=text, kind="list", rows=tuple(choices), list_button=talk.say("button.choose"))
