"""How well messages of another author are understood offline: floors that no change may sink below.

One author wrote these rows and the rules were tuned with them in view, so the floors catch regressions and praise
nothing; `docs/decisions/0009-intents-by-rules-and-a-linear-model.md` has figures on messages nobody had seen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bench.memory_catalogue import BUSINESS, MemoryCatalogue, catalogue_rows
from bench.understanding import DATA, Row, cart_is_right, macro_f1, rows_of
from processors.language.detect import detect
from processors.search.search import Hit, ProductSearch
from processors.understanding.intents import classify
from processors.understanding.offline import understand
from processors.understanding.types import Understanding

Reader = Callable[[str], Awaitable[Understanding]]


@pytest.fixture(scope="module", params=["dev", "heldout"])
def split(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def messages(split: str) -> list[Row]:
    return rows_of(DATA / f"nlu.{split}.jsonl")


@pytest.fixture(scope="module")
def carts(split: str) -> list[Row]:
    return rows_of(DATA / f"carts.{split}.jsonl")


@pytest.fixture(scope="module")
def catalogue() -> MemoryCatalogue:
    return MemoryCatalogue(catalogue_rows(DATA / "search_catalogue.jsonl"))


@pytest.fixture
async def read(catalogue: MemoryCatalogue) -> Reader:
    search = ProductSearch(catalogue.call)
    glossary = await search.glossary(BUSINESS)

    async def found(text: str) -> list[Hit]:
        return await search.find(BUSINESS, text, limit=12)

    async def reading(text: str) -> Understanding:
        return await understand(text, search=found, glossary=glossary)

    return reading


def test_language(messages: list[Row]) -> None:
    rows = [row for row in messages if row["lang"]]
    assert sum(detect(row["text"]).language == row["lang"] for row in rows) / len(rows) >= 0.97


def test_intents(messages: list[Row]) -> None:
    pairs = [(str(row["intent"]), str(classify(row["text"]).intent)) for row in messages]
    assert macro_f1(pairs) >= 0.95


def test_whoever_needs_a_person_is_heard(messages: list[Row]) -> None:
    heard = [classify(row["text"]).needs_human for row in messages if row["needs_human"]]
    false = [classify(row["text"]).needs_human for row in messages if not row["needs_human"]]
    assert all(heard)
    assert sum(false) / len(false) <= 0.05


async def test_carts(carts: list[Row], catalogue: MemoryCatalogue, read: Reader) -> None:
    right = [cart_is_right(row, await read(row["text"]), catalogue) for row in carts]
    assert sum(right) / len(right) >= 0.9


async def test_nothing_is_added_without_a_wish(carts: list[Row], read: Reader) -> None:
    for row in carts:
        if row["action"] == "none":
            assert (await read(row["text"])).cart_action == "none", row["text"]


async def test_carts_in_rough_words(catalogue: MemoryCatalogue, read: Reader) -> None:
    rows = rows_of(DATA / "carts.voices.jsonl")
    right = [cart_is_right(row, await read(row["text"]), catalogue) for row in rows]
    assert sum(right) / len(right) >= 0.95
    silent = [row["text"] for row in rows if row["action"] == "none"]
    assert [text for text in silent if (await read(text)).cart_action != "none"] == []
