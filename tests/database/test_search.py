"""Search over the seeded catalogue: the real function, vectors and glossary."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from processors.search import hashing
from processors.search.indexer import Indexer
from processors.search.search import ProductSearch
from tests.database.engine import BUSINESS, Engine

pytestmark = pytest.mark.database
SHOP = UUID(BUSINESS)


@pytest_asyncio.fixture
async def search(engine: Engine) -> ProductSearch:
    """Search with an index built by the job."""

    async def rpc(name: str, params: Mapping[str, Any]) -> Any:
        return await engine.call_named(name, params)

    found = ProductSearch(rpc)
    indexer = Indexer(rpc, found)
    while await indexer.run_once():
        pass
    return found


async def skus(search: ProductSearch, text: str, **options: Any) -> list[str]:
    return [hit.sku for hit in await search.find(SHOP, text, **options)]


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("shampoo secco", "T02"),
        ("avete croccette senza cereali?", "C11"),
        ("graffiatoio alto", "G07"),
        ("dog bed", "C07"),
        ("makanan ikan", "A04"),
        ("candela alla lavanda", "H01"),
        ("GUINZAGLIO IN PELLE!!", "C02"),
    ],
)
async def test_people_find_what_they_mean(search: ProductSearch, text: str, sku: str) -> None:
    assert sku in (await skus(search, text))[:3]


async def test_prices_are_the_databases(engine: Engine, search: ProductSearch) -> None:
    await engine.admin.execute("update products set price = 99.99 where sku = 'T02'")
    [hit] = await search.find(SHOP, "shampoo secco in schiuma", limit=1)
    assert str(hit.price) == "99.99"


async def test_filters_keep_dealer_stock_and_price(engine: Engine, search: ProductSearch) -> None:
    second = UUID("00000000-0000-4000-8000-000000000042")
    assert "H01" not in await skus(search, "candela lavanda", dealer_id=second)
    await engine.admin.execute(
        "update dealer_stock set on_hand = 0, reserved = 0 where product_id = (select id from "
        "products where sku = 'H01')"
    )
    assert "H01" not in await skus(search, "candela lavanda", in_stock=True)
    hits = await search.find(SHOP, "profumo", max_price=Decimal(20))
    assert hits
    assert all(hit.price <= 20 for hit in hits)


async def test_what_is_not_sold_is_known_to_be_foreign(search: ProductSearch) -> None:
    hits = await search.find(SHOP, "pneumatici invernali bmw")
    assert all(hit.foreign or hit.cosine < 0.3 for hit in hits[:1])
    assert await search.find(SHOP, "ciao!!") == []


async def test_only_changed_texts_are_embedded_again(engine: Engine, search: ProductSearch) -> None:
    missing = await engine.call("products_to_embed", "hash-512", 200)
    assert missing == []
    await engine.admin.execute("update products set price = price + 1")
    assert await engine.call("products_to_embed", "hash-512", 200) == []
    await engine.admin.execute("update products set name = 'Guinzaglio fosforescente' where sku = 'C01'")
    assert len(await engine.call("products_to_embed", "hash-512", 200)) == 1
    assert len(await engine.call("products_to_embed", "another-model", 200)) == 100


async def test_a_hostile_query_is_only_words(search: ProductSearch) -> None:
    for text in ("'; drop table products; --", "a & | ! ( ) : * <->", "\\' or 1=1", "💥" * 400, "x" * 5000):
        await search.find(SHOP, text)


class Another:
    """A model with vectors of its own: the letters backwards."""

    model = "another@512"

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [hashing.embed(text[::-1]) for text in texts]


async def test_a_new_model_is_asked_once_its_vectors_are_there_and_never_before(
    engine: Engine, search: ProductSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def rpc(name: str, params: Mapping[str, Any]) -> Any:
        if name == "search_products":
            asked.append(params["p_model"])
        return await engine.call_named(name, params)

    monkeypatch.setattr("processors.search.search.UNREADY_SECONDS", -1.0)
    switched = ProductSearch(rpc, Another())
    assert (await switched.find(SHOP, "shampoo secco", limit=1))[0].sku == "T02"
    indexer = Indexer(rpc, switched)
    while await indexer.run_once():
        assert await switched.find(SHOP, "shampoo secco")
    assert (await switched.find(SHOP, "shampoo secco", limit=1))[0].sku == "T02"
    assert asked[0] == hashing.MODEL
    assert asked[-1] == Another.model


async def test_vectors_of_two_models_are_never_compared(engine: Engine, search: ProductSearch) -> None:
    [product] = await engine.admin.fetch("select id, business_id from products where sku = 'A05'")
    strange = hashing.embed("shampoo secco in schiuma")
    row = {
        "product_id": str(product["id"]),
        "embedding": strange,
        "text_hash": "",
        "title_words": "",
        "words": "",
    }
    await engine.call("save_product_embeddings", "another@512", [row])
    asked = {"p_business_id": SHOP, "p_embedding": strange, "p_terms": []}
    hits = await engine.call_named("search_products", {**asked, "p_model": hashing.MODEL})
    assert hits[0]["sku"] == "T02"
    assert "A05" not in [hit["sku"] for hit in hits[:3]]
    [only] = await engine.call_named("search_products", {**asked, "p_model": "another@512"})
    assert only["sku"] == "A05"


@pytest.mark.parametrize("text", ["shampoo secco", "dog bed", "candela alla lavanda", "regalo per lei"])
async def test_a_large_catalogue_finds_by_index_what_a_small_one_finds_exactly(
    engine: Engine, search: ProductSearch, text: str
) -> None:
    vector, words = hashing.embed(text), text.split()
    dealer = UUID("00000000-0000-4000-8000-000000000041")
    for filters in ({}, {"p_in_stock": True, "p_max_price": 30}, {"p_dealer_id": dealer}):
        arguments = {
            "p_business_id": SHOP,
            "p_embedding": vector,
            "p_model": hashing.MODEL,
            "p_terms": words,
            **filters,
        }
        exact = await engine.call_named("search_products", arguments)
        found = await engine.call_named("search_products", {**arguments, "p_exact_up_to": 10})
        assert exact
        same = {hit["sku"] for hit in exact} & {hit["sku"] for hit in found}
        assert len(same) >= len(exact) - 1
        assert found[0]["sku"] == exact[0]["sku"]


async def test_a_product_without_a_vector_of_the_model_is_found_by_its_words(
    engine: Engine, search: ProductSearch
) -> None:
    await engine.admin.execute(
        "delete from product_embeddings where product_id = (select id from products where sku = 'T02')"
    )
    hits = await search.find(SHOP, "shampoo secco")
    [found] = [hit for hit in hits if hit.sku == "T02"]
    assert found.cosine == 0
    assert found.text_rank > 0


async def test_what_is_found_is_what_comparing_everything_finds(engine: Engine) -> None:
    shop = await engine.admin.fetchval(
        "insert into businesses (name, slug) values ('Large', 'large') returning id"
    )
    await made_up_products(engine, shop, 700)
    [dealer] = await engine.admin.fetch("select id from dealers where business_id = $1", shop)
    cases: list[dict[str, Any]] = [
        {},
        {"p_in_stock": True},
        {"p_max_price": 30},
        # Of the best two hundred these leave fewer than are ranked.
        {"p_max_price": 3},
        {"p_dealer_id": dealer["id"]},
        {"p_dealer_id": dealer["id"], "p_in_stock": True, "p_max_price": 20},
    ]
    # The last word fits all alike: more than are compared for their order among themselves.
    for (asked, terms), filters in itertools.product(
        (("S7", ["kind1", "model7"]), ("S400", ["kind1", "model7"]), ("S7", ["thing"])), cases
    ):
        vector = await engine.admin.fetchval(
            "select e.embedding::text from product_embeddings e join products p on p.id = e.product_id "
            "where p.business_id = $1 and p.sku = $2",
            shop,
            asked,
        )
        arguments = {
            "p_business_id": shop,
            "p_embedding": json.loads(vector),
            "p_model": "made-up",
            "p_terms": terms,
            "p_limit": 20,
            **filters,
        }
        right = await compared_with_all(engine, shop, vector, " | ".join(terms), filters)
        found = await engine.call_named("search_products", arguments)
        assert [hit["sku"] for hit in found] == right[:20], filters
        if filters.get("p_max_price") == 3 or "p_dealer_id" in filters:
            # What filters leave is compared one by one in a large catalogue too.
            by_index = await engine.call_named("search_products", {**arguments, "p_exact_up_to": 300})
            assert [hit["sku"] for hit in by_index] == right[:20], filters


async def made_up_products(engine: Engine, shop: Any, count: int) -> None:
    """Products with vectors that point anywhere; every third one in stock at a dealer who lists four in ten."""
    await engine.admin.execute("select setseed(0.5)")
    await engine.admin.execute(
        "with made as (insert into products (business_id, sku, name, price, active) "
        "select $1, 'S' || n, 'Thing', n % 100, n % 17 <> 0 from generate_series(1, $2) n returning id, sku), "
        "numbered as (select id, substr(sku, 2)::integer as n from made), "
        "dealer as (insert into dealers (business_id, name) values ($1, 'Dealer') returning id), "
        "stocked as (insert into dealer_stock (dealer_id, product_id, business_id, on_hand) "
        "select d.id, m.id, $1, (m.n % 3 = 0)::integer from numbered m, dealer d where m.n % 10 < 4), "
        "worded as (insert into product_words (product_id, business_id, words) "
        "select m.id, $1, to_tsvector('simple', 'thing kind' || m.n % 2 || ' model' || m.n % 50) from numbered m) "
        "insert into product_embeddings (product_id, model, business_id, embedding, text_hash) "
        "select m.id, 'made-up', $1, (select array_agg(random() - 0.5) from generate_series(1, 512) where m.n > 0)"
        "::real[]::extensions.halfvec(512), '' from numbered m",
        shop,
        count,
    )


async def compared_with_all(
    engine: Engine, shop: Any, vector: str, words: str, filters: Mapping[str, Any]
) -> list[str]:
    """The right order, worked out from every product that passes the filters."""
    rows = await engine.admin.fetch(
        "select p.sku, p.id, e.embedding operator(extensions.<=>) $2::extensions.halfvec(512) as distance, "
        "case when w.words @@ $3::tsquery then ts_rank(w.words, $3::tsquery) end as rank "
        "from products p join product_embeddings e on e.product_id = p.id join product_words w on w.product_id = p.id "
        "left join dealer_stock s on s.product_id = p.id "
        "where p.business_id = $1 and p.active and p.price <= $4 and ($5::uuid is null or s.dealer_id = $5) "
        "and (not $6 or s.on_hand > 0)",
        *(shop, vector, words, filters.get("p_max_price", 10**6)),
        *(filters.get("p_dealer_id"), filters.get("p_in_stock", False)),
    )
    near = sorted(rows, key=lambda r: (r["distance"], r["id"]))[:50]
    worded = sorted((r for r in rows if r["rank"]), key=lambda r: (-r["rank"], r["distance"], r["id"]))[:50]
    scores: dict[str, float] = defaultdict(float)
    for leg in (near, worded):
        for place, row in enumerate(leg, start=1):
            scores[row["sku"]] += 1 / (10 + place)
    known = {row["sku"]: row for row in rows}
    return sorted(scores, key=lambda sku: (-round(scores[sku], 12), known[sku]["distance"], known[sku]["id"]))
