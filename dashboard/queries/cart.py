"""A customer's cart beside the thread, and the products that may go into it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from dashboard.queries import catalogue
from processors.model import Json

SHOWN_PRODUCTS = 8


async def cart(client: AsyncPostgrestClient, conversation_id: str) -> Json | None:
    """The open cart of a customer's conversation in the shape of `staff_cart`; None where there is none."""
    asked = client.rpc("staff_cart", {"p_conversation_id": conversation_id})
    return cast(Json | None, await rows(asked))


async def carts(client: AsyncPostgrestClient, conversation_ids: Sequence[str]) -> Mapping[str, Json]:
    """The same of each of these conversations that can have one, by its id."""
    asked: dict[str, Any] = {"p_conversation_ids": list(conversation_ids)}
    return cast(Mapping[str, Json], await rows(client.rpc("staff_carts", asked)))


async def products(client: AsyncPostgrestClient, business: UUID, words: str) -> list[dict[str, Any]]:
    """What is sold under these words: those that hold them first, then what a customer would be offered for them.

    Each has id, sku, name, price, currency, attributes and `available`, the most pieces that one dealer has free.
    """
    page, matches = await asyncio.gather(
        catalogue.products(client, business, words=words, limit=SHOWN_PRODUCTS),
        catalogue.try_search(client, business, words, limit=SHOWN_PRODUCTS),
    )
    found = {row["id"]: _of_row(row) for row in page["rows"]}
    for match in matches:
        hit = match.hit
        found.setdefault(
            str(hit.product_id),
            {
                "id": str(hit.product_id),
                "sku": hit.sku,
                "name": hit.name,
                "price": str(hit.price),
                "currency": hit.currency,
                "attributes": {name: list(values) for name, values in hit.attributes.items()},
                "available": hit.available,
            },
        )
    return list(found.values())[:SHOWN_PRODUCTS]


def _of_row(row: Json) -> dict[str, Any]:
    free = [one["on_hand"] - one["reserved"] for one in row["stock"] if not one["paused"]]
    kept = ("id", "sku", "name", "price", "currency", "attributes")
    return {name: row[name] for name in kept} | {"available": max(free, default=0)}
