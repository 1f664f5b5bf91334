"""Products shown: their names, prices and whether they can be had, each with a way into the cart.

Every figure here is read from the database in this turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from processors.attributes import KNOWN_ATTRIBUTES, in_order
from processors.customer.catalogue import Product
from processors.customer.choices import add_id, menu_id, watch_id
from processors.customer.talk import Talk
from processors.customer.titles import button_title, row_description, row_title, row_titles
from processors.model import Button, Reply, Row

MOST_SHOWN = 5
FEW = 3
"""Pieces at and below which the number is told."""


def availability(talk: Talk, product: Product) -> str:
    if product.available <= 0:
        return talk.say("stock.none")
    if product.available <= FEW:
        return talk.say("stock.few", count=product.available)
    return talk.say("stock.some")


def attribute_name(talk: Talk, attribute: str) -> str:
    """What an attribute is called in the customer's language; a merchant's own ones as they are."""
    return talk.say(f"attribute.{attribute}") if attribute in KNOWN_ATTRIBUTES else attribute


def variants_text(talk: Talk, product: Product) -> str:
    """ "taglia S, M, L · colore rosso, blu" """
    parts = (
        f"{attribute_name(talk, name)} {', '.join(map(str, values))}"
        for name, values in in_order(product.attributes)
    )
    return " · ".join(parts)


def card_line(talk: Talk, product: Product) -> str:
    """One product in the text of a list: "• Tiragraffi a torre: 69,90 € (disponibile)"."""
    price = talk.money(product.price, product.currency)
    return f"• {product.name}: {price} ({availability(talk, product)})"


def product_rows(talk: Talk, products: Sequence[Product]) -> Iterable[Row]:
    titles = row_titles([product.name for product in products])
    for product, title in zip(products, titles, strict=True):
        price = talk.money(product.price, product.currency)
        described = f"{price} · {availability(talk, product)} · {product.name}"
        yield Row(id=add_id(product.id), title=title, description=row_description(described))


def show(talk: Talk, products: Sequence[Product], *, intro: str | None = None) -> Talk:
    """Up to five products with prices; one alone gets its variants and an add button."""
    shown, more = tuple(products[:MOST_SHOWN]), tuple(p.id for p in products[MOST_SHOWN:])
    session = replace(talk.session, shown=tuple(p.id for p in shown), more=more)
    talk = replace(talk.knowing(*shown), session=session)
    if len(shown) == 1 and not more:
        return replace(talk, ending=_single(talk, shown[0], intro))
    return replace(talk, ending=_several(talk, shown, intro, has_more=bool(more)))


def _single(talk: Talk, product: Product, intro: str | None) -> Reply:
    price = talk.money(product.price, product.currency)
    line = talk.say("card", name=product.name, price=price, availability=availability(talk, product))
    variants = variants_text(talk, product)
    text = "\n".join(filter(None, (intro, line, variants[:1].upper() + variants[1:])))
    buttons = [Button(id=menu_id("catalogue"), title=button_title(talk.say("button.catalogue")))]
    if product.available > 0:
        buttons.insert(0, Button(id=add_id(product.id), title=button_title(talk.say("button.add"))))
    else:
        buttons.insert(0, watch_button(talk, product))
    return Reply(text=text, kind="buttons", buttons=tuple(buttons), link=picture(product))


def watch_button(talk: Talk, product: Product) -> Button:
    """For what is sold out: a word when it is back."""
    return Button(id=watch_id(product.id), title=button_title(talk.say("button.watch")))


def picture(product: Product) -> str:
    """The address of a product's picture that a provider may fetch, or nothing."""
    link = product.image_url or ""
    return link if link.startswith("https://") else ""


def _several(talk: Talk, products: Sequence[Product], intro: str | None, *, has_more: bool) -> Reply:
    lines = "\n".join(card_line(talk, product) for product in products)
    rows = list(product_rows(talk, products))
    if has_more:
        rows.append(Row(id=menu_id("more"), title=row_title(talk.say("button.more"))))
    return Reply(
        text="\n".join((intro or talk.say("found"), lines, talk.say("found_hint"))),
        kind="list",
        list_button=button_title(talk.say("button.choose")),
        rows=tuple(rows),
    )
