"""Search in large catalogues: 5,000 products as customers ask, 100,000 over businesses small and large.

Vectors are made up, as product vectors are: kinds that lie together, products around them, questions near a product.
Exact search is its own measure; the search by index is compared with it. Every call is measured as SQL and
through client and gateway.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import numpy
from supabase import AsyncClient, acreate_client

from bench import processor
from bench.partial import PartialStack, partial_stack

DIMENSIONS = 512
MODEL = "made-up"
ONE_SHOP = 5_000
SHOPS = (7_000, 8_000, 20_000, 20_000, 40_000)
"""With the first one 100,000 products, of small businesses and large ones."""

MEASURED = (8_000, 20_000, 40_000)
EXACT = 20_000
"""Up to so many are compared one by one (`search_products`, p_exact_up_to)."""

KINDS = 400
QUERIES = 60
COMPARED = 40
"""Questions of which the exact answer is worked out too."""

EXACTLY = 10**6
WORDS = ("crocchette", "guinzaglio", "candela", "shampoo", "tiragraffi", "ciotola", "profumo", "lampada")
DESCRIBED_BY = 16
"""Words of a description, of a few thousand, the first in a quarter of all products, the last in few."""

VOCABULARY = 3_000


@dataclass(frozen=True, kw_only=True)
class Shop:
    business: UUID
    dealer: UUID
    vectors: numpy.ndarray[Any, Any]
    kinds: numpy.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question: its vector as JSON, its words, and what may be shown."""

    vector: str
    words: list[str]
    filters: dict[str, Any]


async def main() -> None:
    chance = numpy.random.default_rng(7)
    centers = _unit(chance.standard_normal((KINDS, DIMENSIONS)))
    async with partial_stack("gateway") as stack:
        connection = await asyncpg.connect(stack.owner_url)
        try:
            await connection.set_type_codec(
                "halfvec", schema="extensions", encoder=bytes, decoder=bytes, format="binary"
            )
            await connection.execute("set statement_timeout = 0")
            await connection.execute("drop index product_embeddings_nearest_idx")
            alone = await _fill(connection, ONE_SHOP, centers, chance)
            await connection.execute(
                "vacuum analyze product_embeddings, product_words, products, dealer_stock"
            )
            print(f"{ONE_SHOP:,} products of one business, exact:")
            await _measure(stack, connection, alone, chance)
            shops = [await _fill(connection, size, centers, chance) for size in SHOPS]
            await _build(connection)
            for size, shop in zip(SHOPS, shops, strict=True):
                if size not in MEASURED or shop is shops[3]:
                    continue
                print(
                    f"{size:,} of {ONE_SHOP + sum(SHOPS):,} products, {'exact' if size <= EXACT else 'by index'}:"
                )
                await _measure(stack, connection, shop, chance, recall=size > EXACT)
        finally:
            await connection.close()


async def _measure(
    stack: PartialStack, connection: asyncpg.Connection, shop: Shop, chance: Any, *, recall: bool = False
) -> None:
    client = await acreate_client(stack.places.url("gateway"), stack.credentials.service_role_key)
    cases: dict[str, list[Asked]] = {
        "no filter": _questions(shop, chance, {}),
        "in stock (half)": _questions(shop, chance, {"p_in_stock": True}),
        "up to a price (a third)": _questions(shop, chance, {"p_max_price": "33"}),
        "a dealer without that kind": _questions(
            shop, chance, {"p_dealer_id": str(shop.dealer)}, shunned=True
        ),
    }
    for name, questions in cases.items():
        await _sql(connection, shop, questions[0])
        in_sql, cpu = [], []
        for asked in questions:
            before = _cpu(connection)
            in_sql.append(await _sql(connection, shop, asked))
            cpu.append(_cpu(connection) - before)
        line = f"  {name:27} {_times([ms for ms, _ in in_sql])}  of a core {_times(cpu)}"
        if recall:
            exact = [(await _sql(connection, shop, asked, exact=True))[1] for asked in questions[:COMPARED]]
            found = [_share(hits, right) for (_, hits), right in zip(in_sql, exact, strict=False)]
            line += f"  recall@10 {sum(found) / len(found):.3f}"
        else:
            line += "                 "
        through = [await _rpc(client, shop, asked) for asked in questions]
        print(f"{line}  through the gateway {_times(through)}", flush=True)


async def _sql(
    connection: asyncpg.Connection, shop: Shop, asked: Asked, *, exact: bool = False
) -> tuple[float, list[str]]:
    started = time.perf_counter()
    found = await connection.fetchval(
        "select search_products($1, $2, $3, $4, 10, $5, $6, $7, p_exact_up_to => $8)",
        shop.business,
        asked.vector,
        MODEL,
        asked.words,
        UUID(asked.filters["p_dealer_id"]) if "p_dealer_id" in asked.filters else None,
        asked.filters.get("p_in_stock", False),
        33 if "p_max_price" in asked.filters else None,
        EXACTLY if exact else EXACT,
    )
    taken = (time.perf_counter() - started) * 1000
    return taken, [hit["product_id"] for hit in json.loads(found)]


def _cpu(connection: asyncpg.Connection) -> float:
    """Milliseconds of processor time that the server has spent for this connection, whatever else is going on."""
    return processor.milliseconds([connection.get_server_pid()])


async def _rpc(client: AsyncClient, shop: Shop, asked: Asked) -> float:
    started = time.perf_counter()
    arguments = {
        "p_business_id": str(shop.business),
        "p_embedding": json.loads(asked.vector),
        "p_model": MODEL,
        "p_terms": asked.words,
        "p_limit": 10,
        **asked.filters,
    }
    await client.rpc("search_products", arguments).execute()
    return (time.perf_counter() - started) * 1000


def _questions(shop: Shop, chance: Any, filters: dict[str, Any], *, shunned: bool = False) -> list[Asked]:
    """Questions near products of the shop; `shunned` near kinds that its dealer does not have."""
    allowed = numpy.flatnonzero(shop.kinds < KINDS // 2) if shunned else numpy.arange(len(shop.vectors))
    places = chance.choice(allowed, QUERIES)
    noise = chance.standard_normal((QUERIES, DIMENSIONS)) * 0.6 / DIMENSIONS**0.5
    vectors = _unit(shop.vectors[places].astype("float32") + noise)
    return [
        Asked(
            vector=json.dumps([round(float(v), 5) for v in vector]),
            words=[WORDS[shop.kinds[place] % len(WORDS)], f"modello{place % 997}", *_described(place)[:3]],
            filters=filters,
        )
        for vector, place in zip(vectors, places, strict=True)
    ]


async def _fill(connection: asyncpg.Connection, size: int, centers: Any, chance: Any) -> Shop:
    """A business with its products: a third cheap, half of them in stock, a dealer that shuns half of the kinds."""
    business, dealers = uuid4(), (uuid4(), uuid4())
    await connection.execute(
        "insert into businesses (id, name, slug) values ($1, 'Large', $2)", business, f"large-{business}"
    )
    for place, dealer in enumerate(dealers):
        await connection.execute(
            "insert into dealers (id, business_id, name, priority) values ($1, $2, $3, $4)",
            dealer,
            business,
            f"Dealer {place}",
            place,
        )
    kinds = chance.integers(0, KINDS, size)
    noise = chance.standard_normal((size, DIMENSIONS)).astype("float32") / DIMENSIONS**0.5
    vectors = _unit(centers[kinds].astype("float32") + noise).astype(numpy.float16)
    ids = [uuid4() for _ in range(size)]
    names = [f"{WORDS[kind % len(WORDS)]} modello{place % 997}" for place, kind in enumerate(kinds)]
    await connection.copy_records_to_table(
        "products",
        columns=["id", "business_id", "sku", "name", "price"],
        records=[(ids[n], business, f"S{n}", names[n], n % 100) for n in range(size)],
    )
    await connection.execute(
        "create temporary table made (id uuid, name text, described text, embedding extensions.halfvec)"
    )
    await connection.copy_records_to_table(
        "made",
        records=[(ids[n], names[n], " ".join(_described(n)), _binary(vectors[n])) for n in range(size)],
    )
    await connection.execute(
        "insert into product_embeddings (product_id, model, business_id, embedding, text_hash) "
        "select id, $1, $2, embedding, md5(name) from made",
        MODEL,
        business,
    )
    await connection.execute(
        "insert into product_words (product_id, business_id, words) select id, $1, "
        "setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', described), 'C') from made",
        business,
    )
    await connection.execute("drop table made")
    stock = [(dealers[0], ids[n], business, n % 2) for n in range(size)]
    stock += [(dealers[1], ids[n], business, 1) for n in range(size) if kinds[n] >= KINDS // 2]
    await connection.copy_records_to_table(
        "dealer_stock", columns=["dealer_id", "product_id", "business_id", "on_hand"], records=stock[:size]
    )
    await connection.copy_records_to_table(
        "dealer_stock",
        columns=["dealer_id", "product_id", "business_id", "on_hand"],
        records=[(d, p, b, 0) for d, p, b, _ in stock[size:]],
    )
    return Shop(business=business, dealer=dealers[1], vectors=vectors, kinds=kinds)


async def _build(connection: asyncpg.Connection) -> None:
    await connection.execute("set maintenance_work_mem = '1GB'")
    started = time.monotonic()
    await connection.execute(
        "create index product_embeddings_nearest_idx on product_embeddings "
        "using hnsw (embedding extensions.halfvec_cosine_ops)"
    )
    taken = time.monotonic() - started
    await connection.execute("vacuum analyze product_embeddings, product_words, products, dealer_stock")
    sizes = await connection.fetchrow(
        "select pg_relation_size('product_embeddings_nearest_idx') as nearest, "
        "pg_total_relation_size('product_words') as words, pg_relation_size('product_embeddings') as rows, "
        "(select count(*) from product_embeddings) as count"
    )
    assert sizes is not None
    print(
        f"{sizes['count']:,} vectors in {sizes['rows'] / 2**20:.0f} MB; index {sizes['nearest'] / 2**20:.0f} MB, "
        f"built in {taken:.0f} s; words {sizes['words'] / 2**20:.0f} MB",
        flush=True,
    )


def _described(place: int) -> list[str]:
    """The description's words of the product at a place of its business."""
    numbers = (numpy.random.default_rng(place).random(DESCRIBED_BY) ** 2 * VOCABULARY).astype(int)
    return [f"parola{number}" for number in numbers]


def _unit(vectors: Any) -> Any:
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def _binary(vector: Any) -> bytes:
    """A halfvec as PostgreSQL takes it: length, nothing, then the halves, high byte first."""
    return len(vector).to_bytes(2, "big") + b"\0\0" + bytes(vector.astype(">f2").tobytes())


def _times(milliseconds: Sequence[float]) -> str:
    ordered = sorted(milliseconds)
    return f"p50 {median(ordered):5.1f}  p95 {ordered[int(len(ordered) * 0.95)]:5.1f} ms"


def _share(hits: Sequence[str], right: Sequence[str]) -> float:
    return len(set(hits) & set(right)) / len(right) if right else 1.0
