"""The catalogue at the desk: pages, stock, the search tried out, files in and out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from postgrest import AsyncPostgrestClient

from dashboard import catalogue_csv
from dashboard.client import Refused, rows
from dashboard.queries import catalogue
from dashboard.views import forms
from processors.errors import NotAllowed
from processors.search.indexer import Indexer
from processors.search.search import ProductSearch
from tests.desk.conftest import AGENT, DLOOP, PASSWORD, RunningDesk

BUSINESS = UUID(DLOOP)
ADMIN = "admin@dloop.example"


async def _as(desk: RunningDesk, email: str) -> AsyncPostgrestClient:
    session, _ = await desk.desk.sessions.open(email, PASSWORD)
    return desk.desk.storage.of(session.tokens.access)


async def test_pages_follow_each_other_and_filters_say_what_is_short(seeded_desk: RunningDesk) -> None:
    client = await _as(seeded_desk, AGENT)
    first = await catalogue.products(client, BUSINESS)
    seen = [row["sku"] for row in first["rows"]]
    page = 0
    while len(seen) < first["total"]:
        page += 1
        seen += [row["sku"] for row in (await catalogue.products(client, BUSINESS, page=page))["rows"]]
    assert len(seen) == len(set(seen)) == first["total"]
    assert len(first["rows"]) == catalogue.PAGE_ROWS
    found = await catalogue.products(client, BUSINESS, words="GUINZAGLIO", category="cane")
    assert {row["sku"] for row in found["rows"]} >= {"C01", "C02", "C03"}
    assert (await catalogue.products(client, BUSINESS, words="%"))["total"] == 0
    await seeded_desk.sql(
        "update public.dealer_stock set on_hand = 1, reserved = 0 where product_id in "
        "(select id from public.products where sku = 'C02')"
    )
    await seeded_desk.sql("update public.products set active = false where sku = 'C03'")
    low = await catalogue.products(client, BUSINESS, shown="low")
    assert [row["sku"] for row in low["rows"]] == ["C02"]
    retired = await catalogue.products(client, BUSINESS, shown="retired")
    assert [row["sku"] for row in retired["rows"]] == ["C03"]
    assert (low["low"], low["retired"]) == (1, 1)


async def test_the_search_tells_why_it_found_a_product(seeded_desk: RunningDesk) -> None:
    service = await seeded_desk.gateway.client()

    async def call(function: str, values: Any) -> Any:
        return (await service.rpc(function, dict(values)).execute()).data

    while await Indexer(call, ProductSearch(call)).run_once():
        pass
    client = await _as(seeded_desk, AGENT)
    matches = await catalogue.try_search(client, BUSINESS, "un guinzaglio in pelle, grazie")
    assert matches[0].hit.sku == "C02"
    assert set(matches[0].words) == {"guinzaglio", "pelle"}
    await seeded_desk.sql(
        "insert into public.synonyms (business_id, term, expansion) values ($1::uuid, 'zampocorda', 'guinzaglio')",
        DLOOP,
    )
    (best, *_) = await catalogue.try_search(client, BUSINESS, "zampocorda")
    assert ("zampocorda", "guinzaglio") in best.synonyms
    assert best.words == ()
    assert await catalogue.try_search(client, BUSINESS, "ciao, vorrei") == []


async def test_a_file_goes_out_and_comes_back_unchanged(seeded_desk: RunningDesk) -> None:
    client = await _as(seeded_desk, ADMIN)
    sheet = catalogue_csv.read(catalogue_csv.write(await catalogue.everything(client, BUSINESS)))
    assert sheet.problems == []
    answer = await catalogue.take_in(client, BUSINESS, sheet.products, apply=False)
    assert answer["errors"] == []
    assert {row["outcome"] for row in answer["rows"]} == {"same"}


async def test_an_import_is_shown_before_it_is_written_and_a_wrong_line_writes_nothing(
    seeded_desk: RunningDesk,
) -> None:
    client = await _as(seeded_desk, ADMIN)
    good = catalogue_csv.read(
        b"SKU;name;price;attributes\r\nZ1;Candela;12,90;formato=S|M\r\nC01;Guinzaglio;13;\r\n"
    )
    preview = await catalogue.take_in(client, BUSINESS, good.products, apply=False)
    assert [(row["sku"], row["outcome"]) for row in preview["rows"]] == [("Z1", "new"), ("C01", "changed")]
    assert await seeded_desk.sql("select 1 from public.products where sku = 'Z1'") == []
    wrong = [*good.products, {"sku": "Z2", "name": "", "price": "1"}, {"sku": "Z3", "name": "Senza prezzo"}]
    refused = await catalogue.take_in(client, BUSINESS, wrong, apply=True)
    assert [(error["place"], error["field"]) for error in refused["errors"]] == [(3, "name"), (4, "price")]
    assert await seeded_desk.sql("select 1 from public.products where sku = 'Z1'") == []
    for outcome in ("new", "same"):
        done = await catalogue.take_in(client, BUSINESS, good.products, apply=True)
        assert done["rows"][0]["outcome"] == outcome
    (row,) = await seeded_desk.sql(
        "select price::text, attributes::text from public.products where sku = 'Z1'"
    )
    assert tuple(row) == ("12.90", '{"formato": ["S", "M"]}')
    with pytest.raises(NotAllowed):
        await catalogue.take_in(await _as(seeded_desk, AGENT), BUSINESS, good.products, apply=False)


def test_a_wrong_file_is_told_line_and_field() -> None:
    sheet = catalogue_csv.read(b"sku,name,price,active\nA,Candela,dodici,1\nA,Altra,1.50,forse\n\nB,Una\n")
    assert [(p.line, p.field, p.key) for p in sheet.problems] == [
        (2, "price", "wrong.price"),
        (3, "active", "wrong.active"),
        (3, "sku", "csv.twice"),
        (5, "file", "csv.cells"),
    ]
    for content, key in (
        (b"", "csv.empty"),
        (b"sku;nome\nA;B", "csv.unknown_column"),
        (b"name\nA", "csv.no_column"),
        (b"PK\x03\x04\0\0", "csv.not_text"),
        (b"sku;sku\nA;B", "csv.twice_column"),
    ):
        assert catalogue_csv.read(content).problems[0].key == key, content


def test_a_cell_never_becomes_a_formula_and_comes_back_as_it_was() -> None:
    content = catalogue_csv.write([{"sku": "A", "name": "=1+1", "price": "1.00", "active": True}])
    assert b"'=1+1" in content
    assert catalogue_csv.read(content).products[0]["name"] == "=1+1"


async def test_a_refusal_names_its_field_in_the_code_and_the_remedy(seeded_desk: RunningDesk) -> None:
    client = await _as(seeded_desk, ADMIN)
    values: dict[str, Any] = {
        "p_business_id": DLOOP,
        "p_product": {"sku": "Z9", "name": "Candela", "price": "dodici"},
    }
    with pytest.raises(Refused) as caught:
        await rows(client.rpc("save_product", values))
    assert (caught.value.fields, caught.value.code) == (("price",), "22023")
    assert caught.value.remedy


def test_variants_are_written_one_a_line() -> None:
    assert forms.variants("taglia: S, M\n\ncolore: rosso") == {"taglia": ["S", "M"], "colore": ["rosso"]}
    assert forms.variants_text({"taglia": ["S", "M"]}) == "taglia: S, M"
    with pytest.raises(ValueError, match="attributes"):
        forms.variants("taglia S")
