"""Greeting, menu and the ways into the catalogue."""

from __future__ import annotations

from dataclasses import replace

from processors.customer.cards import product_rows
from processors.customer.choices import (
    CategoryChoice,
    MenuName,
    cart_id,
    category_id,
    menu_id,
)
from processors.customer.talk import Reads, Talk
from processors.customer.titles import button_title, row_description, row_title
from processors.model import Button, Reply, Row

PAGE = 9
"""Products in one list; the tenth row leads to the next page."""


def menu_button(talk: Talk, name: MenuName) -> Button:
    return Button(id=menu_id(name), title=button_title(talk.say(f"button.{name}")))


def greeting(talk: Talk) -> Reply:
    """A short hello with what can be done; by name when the profile has one that looks like a name."""
    name = talk.turn.contact.name.split()[0] if talk.turn.contact.name.split() else ""
    key = "greeting_again" if talk.turn.history else "greeting"
    hello = talk.say("hello_name", name=name) if 1 < len(name) <= 20 and name.isalpha() else talk.say("hello")
    return Reply(
        text=f"{hello} {talk.say(key, business=talk.turn.business.name)}",
        kind="buttons",
        buttons=tuple(menu_button(talk, name) for name in ("catalogue", "order", "support")),
    )


def menu(talk: Talk, text: str | None = None) -> Reply:
    """All that can be asked for, as a list."""
    names: tuple[MenuName, ...] = ("catalogue", "order", "support", "human")
    return Reply(
        text=text or talk.say("menu"),
        kind="list",
        list_button=button_title(talk.say("button.menu")),
        rows=tuple(
            Row(
                id=menu_id(name),
                title=row_title(talk.say(f"button.{name}")),
                description=row_description(talk.say(f"menu_row.{name}")),
            )
            for name in names
        ),
    )


async def categories(talk: Talk, reads: Reads) -> Talk:
    """The catalogue's categories as a list."""
    found = await reads.catalogue.categories()
    if not found:
        return replace(talk, ending=menu(talk, talk.say("catalogue_empty")))
    rows = tuple(
        Row(id=category_id(name), title=row_title(name[:1].upper() + name[1:])) for name in found if name
    )
    reply = Reply(
        text=talk.say("catalogue"),
        kind="list",
        list_button=button_title(talk.say("button.catalogue")),
        rows=rows,
    )
    return replace(talk, ending=reply)


async def category(talk: Talk, reads: Reads, choice: CategoryChoice) -> Talk:
    """A page of one category, each row puts its product into the cart."""
    found = await reads.catalogue.of_category(choice.name, offset=choice.offset, limit=PAGE + 1)
    if not found:
        return await categories(talk, reads)
    page, more = found[:PAGE], len(found) > PAGE
    rows = list(product_rows(talk, page))
    if more:
        rows.append(
            Row(id=category_id(choice.name, choice.offset + PAGE), title=row_title(talk.say("button.more")))
        )
    reply = Reply(
        text=talk.say("category", category=choice.name[:1].upper() + choice.name[1:]),
        kind="list",
        list_button=button_title(talk.say("button.choose")),
        rows=tuple(rows),
    )
    session = replace(talk.session, shown=tuple(p.id for p in page))
    return replace(talk.knowing(*page), ending=reply, session=session)


def checkout_button(talk: Talk) -> Button:
    return Button(id=cart_id("checkout"), title=button_title(talk.say("button.checkout")))


def after_cart_buttons(talk: Talk) -> tuple[Button, ...]:
    """What one may want with a cart in hand."""
    return (
        Button(id=cart_id("checkout"), title=button_title(talk.say("button.checkout"))),
        Button(id=cart_id("clear"), title=button_title(talk.say("button.clear"))),
        menu_button(talk, "catalogue"),
    )
