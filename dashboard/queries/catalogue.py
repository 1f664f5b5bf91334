"""The catalogue: a page of products, what is in stock where, the glossary, the search tried out, files in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from processors.model import Json
from processors.search.explain import Match, explain
from processors.search.search import ProductSearch

Shown = Literal["active", "low", "retired", "all"]

PAGE_ROWS = 25
BATCH_ROWS = 250
"""Products of one call of an import: well within the time that a call may take."""
EXPORT_ROWS = 500
GLOSSARY_ROWS = 1000


async def call(client: AsyncPostgrestClient, function: str, values: Mapping[str, Any]) -> Any:
    """The answer of one SQL function. Raises what `rows` raises."""
    return cast(Any, await rows(client.rpc(function, dict(values))))


async def products(
    client: AsyncPostgrestClient,
    business: UUID,
    *,
    words: str = "",
    shown: Shown = "active",
    category: str | None = None,
    page: int = 0,
    limit: int = PAGE_ROWS,
) -> Json:
    """One page: `total`, `low`, `retired`, `categories` and `rows` with their stock per dealer."""
    values = {"p_business_id": str(business), "p_words": words, "p_shown": shown, "p_category": category}
    return cast(
        Json,
        await call(client, "catalogue_page", {**values, "p_offset": page * limit, "p_limit": limit}),
    )


async def everything(client: AsyncPostgrestClient, business: UUID) -> list[Json]:
    """All products with their stock, retired ones too, for a file."""
    found: list[Json] = []
    while True:
        page = len(found) // EXPORT_ROWS
        part = (await products(client, business, shown="all", page=page, limit=EXPORT_ROWS))["rows"]
        found += part
        if len(part) < EXPORT_ROWS:
            return found


async def dealers(client: AsyncPostgrestClient, business: UUID) -> list[Json]:
    """Dealers in the order in which they are asked."""
    query = client.from_("dealers").select("id, name, paused").eq("business_id", str(business))
    return await rows(query.order("priority").order("name"))


async def synonyms(client: AsyncPostgrestClient, business: UUID, words: str = "") -> list[Json]:
    """The glossary's entries for a word, the business's own before the common ones, at most a thousand."""
    query = client.from_("synonyms").select("id, business_id, term, expansion")
    sign = words.strip().lower().replace("\\", "").replace('"', "").replace("%", "").replace("*", "")
    if sign:
        query = query.or_(f'term.ilike."*{sign}*",expansion.ilike."*{sign}*"')
    query = query.order("business_id", nullsfirst=False).order("term").order("expansion")
    found = await rows(query.limit(GLOSSARY_ROWS))
    return [row for row in found if row["business_id"] in (None, str(business))]


async def try_search(client: AsyncPostgrestClient, business: UUID, text: str, limit: int = 8) -> list[Match]:
    """What a customer who writes this would be offered, and why. Without a model: by words and their letters."""

    async def rpc(function: str, values: Mapping[str, Any]) -> Any:
        own = {"search_products": "staff_search", "glossary": "staff_glossary"}[function]
        known = ("p_business_id", "p_embedding", "p_model", "p_terms", "p_limit")
        return await call(client, own, {name: values[name] for name in known if name in values})

    search = ProductSearch(rpc)
    hits = await search.find(business, text, limit=limit)
    return explain(text, await search.glossary(business), hits)


async def take_in(
    client: AsyncPostgrestClient, business: UUID, products: Sequence[Json], *, apply: bool
) -> Json:
    """Import products batch by batch: `rows` with their outcomes and `errors`, places counted over all of them.

    Without `apply` nothing is written. A batch with an error writes nothing and ends the import.
    """
    done: list[Json] = []
    errors: list[Json] = []
    for start in range(0, len(products), BATCH_ROWS):
        batch = list(products[start : start + BATCH_ROWS])
        values = {"p_business_id": str(business), "p_rows": batch, "p_apply": apply}
        answer = await call(client, "import_products", values)
        done += [{**row, "place": row["place"] + start} for row in answer["rows"]]
        errors += [{**row, "place": row["place"] + start} for row in answer["errors"]]
        if apply and answer["errors"]:
            break
    return {"rows": done, "errors": errors}
