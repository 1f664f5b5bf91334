"""Search over a catalogue in memory: how queries become vectors and words, and how often people find things."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.memory_catalogue import BUSINESS, MemoryCatalogue, catalogue_rows, product_id
from processors.errors import ModelUnavailable
from processors.search import hashing
from processors.search.amounts import indexed_words, search_words
from processors.search.glossary import fitted
from processors.search.search import ProductSearch, expand, for_text, meanings, search_terms
from processors.search.words import content_words, forms

EVAL = Path(__file__).parents[2] / "eval"


@pytest.fixture(scope="module")
def catalogue() -> MemoryCatalogue:
    return MemoryCatalogue(catalogue_rows(EVAL / "search_catalogue.jsonl"))


@pytest.mark.parametrize(("split", "first", "five"), [("dev", 0.92, 0.96), ("heldout", 0.87, 0.96)])
async def test_labelled_queries_find_their_product(
    catalogue: MemoryCatalogue, split: str, first: float, five: float
) -> None:
    search = ProductSearch(catalogue.call)
    rows = [
        json.loads(line)
        for line in (EVAL / f"search_queries.{split}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    places = []
    for row in rows:
        found = [hit.sku for hit in await search.find(BUSINESS, row["q"], limit=5)]
        places.append(next((n for n, sku in enumerate(found) if sku in row["relevant"]), None))
    assert sum(place == 0 for place in places) / len(rows) >= first
    assert sum(place is not None for place in places) / len(rows) >= five


@pytest.mark.parametrize(
    ("words", "glossary", "found"),
    [
        (["dog", "bed"], {"dog bed": ["cuccia lettino"]}, [["cuccia", "lettino"]]),
        (["bed"], {"bed": ["cuccia"]}, [["bed", "cuccia"]]),
        (["big", "bed"], {"bed": ["cuccia"], "dog bed": ["lettino"]}, [["big"], ["bed", "cuccia"]]),
        (["cuccia"], {}, [["cuccia"]]),
        ([], {"bed": ["cuccia"]}, []),
    ],
)
def test_neighbours_are_looked_up_before_single_words(
    words: Sequence[str], glossary: Mapping[str, Sequence[str]], found: list[list[str]]
) -> None:
    assert meanings(words, glossary) == found
    assert expand(words, glossary) == [word for meaning in found for word in meaning]


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("mencakarnya", "cakar"),
        ("dimandikan", "mandi"),
        ("walks", "walk"),
        ("guinzagli", "guinzaglio"),
        ("oli", "oli"),
    ],
)
def test_a_glossary_is_asked_for_other_forms_of_a_word(word: str, form: str) -> None:
    assert form in forms(word)
    assert meanings([word], {form: ["tiragraffi"]})[0] == [word, "tiragraffi"]


def test_words_of_any_shop_are_known_and_the_merchants_own_go_first() -> None:
    assert meanings(["madu"], {}) == [["madu", "miele"]]
    assert meanings(["madu"], {"madu": ["propoli"]}) == [["madu", "propoli"]]


def test_for_whom_a_thing_is_tells_less_than_what_it_is() -> None:
    asked = meanings(["makanan", "kelinci"], {"kelinci": ["conigli"]})
    assert [meaning[0] for meaning in for_text(asked)] == ["kelinci"]
    assert for_text([["makanan", "cibo"]]) == [["makanan", "cibo"]]


def test_a_word_with_many_translations_weighs_no_more_than_one_with_few() -> None:
    vector = hashing.embed_meanings([["food", "crocchette", "alimento", "cibo"], ["tartarughe"]])
    turtles = sum(a * b for a, b in zip(vector, hashing.embed_words(["tartarughe"]), strict=True))
    kibble = sum(a * b for a, b in zip(vector, hashing.embed_words(["crocchette"]), strict=True))
    assert turtles > kibble


@given(st.text(max_size=200))
def test_any_text_has_a_direction(text: str) -> None:
    for vector in (hashing.embed(text), hashing.embed_meanings([text.split()])):
        assert len(vector) == hashing.DIMENSIONS
        assert math.isclose(sum(v * v for v in vector), 1.0, abs_tol=0.01)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("crocchette 2 kg", "2kg"),
        ("crocchette da 2000 grammi", "2kg"),
        ("snack mezzo chilo", "500g"),
        ("lettiera 20 litri", "20L"),
        ("birra 33 cl", "330ml"),
        ("coperta 130 x 160", "130x160"),
        ("sacchetti 120 pezzi", "120pz"),
        ("traversine da 60", "60pz"),
        ("guinzaglio 5 mt", "5 metri"),
        ("olio 1,5 l", "1.5L"),
        ("trapano 18 volt", "18V"),
    ],
)
def test_an_amount_is_the_same_word_however_it_is_written(said: str, written: str) -> None:
    [*_, last] = search_words(said)
    assert last in indexed_words(f'formato ["100g", "{written}"]')


@pytest.mark.parametrize(
    "text", ["taglia m", "2 m3", "la l di lavanda", "un etto", "vitamina b12 kg0", "12,5"]
)
def test_what_is_no_amount_stays_as_it_was(text: str) -> None:
    assert search_words(text) == content_words(text)


def test_amounts_that_look_alike_have_nothing_in_common() -> None:
    small, large = (hashing.embed_words(search_words(text)) for text in ("2kg", "12kg"))
    assert abs(sum(a * b for a, b in zip(small, large, strict=True))) < 0.3


async def test_the_pack_that_was_named_comes_first(catalogue: MemoryCatalogue) -> None:
    search = ProductSearch(catalogue.call)
    for text, sku in (("crocchette 2 kg", "C11"), ("bagnoschiuma mezzo litro", "P12")):
        [first] = await search.find(BUSINESS, text, limit=1)
        assert first.product_id == product_id(sku)


def test_typos_stay_close_and_strangers_do_not() -> None:
    word, typo, stranger = (hashing.embed(text) for text in ("guinzaglio", "gunzaglio", "pneumatici"))
    assert sum(a * b for a, b in zip(word, typo, strict=True)) > 0.4
    assert sum(a * b for a, b in zip(word, stranger, strict=True)) < 0.15


def test_full_text_asks_words_and_stems_once() -> None:
    assert search_terms(["candele", "candele", "lavanda"]) == ["candele", "lavanda", "candel", "lavand"]


async def test_nothing_that_names_a_product_asks_nothing(catalogue: MemoryCatalogue) -> None:
    calls: list[str] = []

    async def counted(name: str, params: Mapping[str, Any]) -> Any:
        calls.append(name)
        return await catalogue.call(name, params)

    search = ProductSearch(counted)
    for text in ("ciao!!", "", "💥💥", "quanto costa?"):
        assert await search.find(BUSINESS, text) == []
    assert calls == ["glossary"]


async def test_what_is_not_sold_is_known_to_be_foreign(catalogue: MemoryCatalogue) -> None:
    search = ProductSearch(catalogue.call)
    [tyres] = await search.find(BUSINESS, "pneumatici bmw", limit=1)
    [leash] = await search.find(BUSINESS, "guinzaglio pelle", limit=1)
    assert tyres.foreign or tyres.cosine < leash.cosine / 2
    assert not leash.foreign
    assert leash.product_id == product_id("C02")


class BrokenEmbedder:
    """A model whose server is down."""

    model = "some-model"

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        raise ModelUnavailable("connection")


async def test_a_model_that_is_down_leaves_search_working(catalogue: MemoryCatalogue) -> None:
    asked: list[Mapping[str, Any]] = []

    async def recorded(name: str, params: Mapping[str, Any]) -> Any:
        asked.append(params)
        return await catalogue.call(name, params)

    [hit] = await ProductSearch(recorded, BrokenEmbedder()).find(BUSINESS, "shampoo secco", limit=1)
    assert hit.sku == "T02"
    # Vectors of two models are never compared: the query names the model of its own vector.
    assert asked[-1]["p_model"] == hashing.MODEL


def test_the_everyday_words_follow_the_language_of_the_catalogue() -> None:
    names = ["Minyak Goreng", "Gula Pasir", "Telur Ayam", "Instant Noodles", "Bubuk Kopi"]
    foreign = fitted({"": names, "leash": ["guinzaglio"], "migor": ["minyak goreng"]})
    assert meanings(["minyak"], foreign) == [["minyak"]]
    assert "telur" in meanings(["eggs"], foreign)[0]
    assert "gula" in meanings(["zucchero"], foreign)[0]
    # What leads to nothing that is sold there leads away; a merchant's own word stays.
    assert meanings(["leash"], foreign) == [["leash"]]
    assert meanings(["migor"], foreign) == [["migor", "minyak", "goreng"]]
    italian = fitted({"": ["Olio di semi", "Uova fresche", "Zucchero di canna"]})
    assert "uova" in meanings(["eggs"], italian)[0]
