"""What is true for a conversation today, from the database, as the model and the check of its words read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from processors.customer.order_status import order_text
from processors.customer.session import Session
from processors.customer.talk import Talk
from processors.language.money import money
from processors.model import Turn
from processors.search.search import Hit
from processors.services import Services

PRODUCTS = 6
ORDERS = 3


async def facts(turn: Turn, services: Services, language: str) -> list[Any]:
    """Products for what was asked, the cart and the latest orders with their states; amounts as people read them.

    Raises StorageError when the database fails.
    """
    found: list[Any] = []
    if turn.conversation_type == "customer":
        hits = await _asked_for(turn, services, language)
        found += [
            {
                "product": hit.name,
                "price": money(hit.price, hit.currency, language),
                "in_stock": hit.in_stock,
                "variants": {name: list(values) for name, values in hit.attributes.items()},
            }
            for hit in hits
            if not hit.foreign
        ]
        found += [
            {
                "in_cart": line.name,
                "quantity": line.quantity,
                "price_each": money(line.unit_price, turn.business.currency, language),
            }
            for line in turn.cart
        ]
        talk = Talk(turn=turn, language=language, session=Session.from_json(turn.session), cart=turn.cart)
        orders = await services.store.customer_orders(turn.conversation_id)
        found += [{"order": order_text(talk, order)} for order in orders[:ORDERS]]
    return found


async def _asked_for(turn: Turn, services: Services, language: str) -> list[Hit]:
    """Products for what was said last, then for all that is not answered."""
    texts = dict.fromkeys((turn.messages[-1].transcript or turn.messages[-1].content, turn.text))
    found: dict[UUID, Hit] = {}
    for text in texts:
        for hit in await services.search.find(turn.business.id, text, limit=PRODUCTS, language=language):
            found.setdefault(hit.product_id, hit)
    return list(found.values())
