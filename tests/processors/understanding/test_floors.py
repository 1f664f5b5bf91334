"""How well messages of another author are understood offline: floors that no change may sink below.

One author wrote these rows and the rules were tuned with them in view, so the floors catch regressions and praise
nothing; `./dev eval` measures the same and more, `docs/evaluation.md` says what its figures are worth.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from bench.evaluation.__main__ import DATA
from bench.evaluation.measure import Misses, carts, intent, language, needs_human
from bench.evaluation.reading import Reading
from bench.evaluation.rows import CATALOGUE, Cart, Labelled, Message, read_folder
from bench.memory_catalogue import BUSINESS, MemoryCatalogue, catalogue_rows
from processors.customer.gate import command_of
from processors.customer.listen import pieces
from processors.language.detect import detect
from processors.search.search import Hit, ProductSearch
from processors.understanding.intents import classify
from processors.understanding.offline import understand
from processors.understanding.types import CartStep

ROUGH_CARTS = 120


@pytest.fixture(scope="module")
def rows() -> Labelled:
    return read_folder(DATA)


@pytest.fixture(scope="module", params=["dev", "heldout"])
def split(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def messages(rows: Labelled, split: str) -> Sequence[Message]:
    return rows.messages[split]


@pytest.fixture(scope="module")
def catalogue() -> MemoryCatalogue:
    return MemoryCatalogue(catalogue_rows(DATA / "search_catalogue.jsonl"))


def test_language(messages: Sequence[Message]) -> None:
    found = language(messages, [detect(row.text).language for row in messages], Misses())
    assert found["accuracy"] >= 0.97


def test_intents(messages: Sequence[Message]) -> None:
    found = intent(messages, [classify(row.text).intent for row in messages], Misses())
    assert found["macro_f1"] >= 0.95


def test_whoever_needs_a_person_is_heard(messages: Sequence[Message]) -> None:
    found = needs_human(messages, [classify(row.text).needs_human for row in messages], Misses())
    assert found["recall"] == 1.0
    assert found["false_rate"] <= 0.05


async def test_carts(rows: Labelled, split: str, catalogue: MemoryCatalogue) -> None:
    found = await read_carts(rows.carts[split], catalogue)
    assert found["exact_share"] >= 0.9
    assert found["added_without_a_wish"] == 0
    assert found["added_something_else"] == 0


async def test_carts_in_rough_words(rows: Labelled, catalogue: MemoryCatalogue) -> None:
    chosen = random.Random(11).sample(list(rows.carts["voices"]), ROUGH_CARTS)
    found = await read_carts(chosen, catalogue)
    assert found["exact_share"] >= 0.93
    assert found["added_without_a_wish"] == 0


async def test_a_catalogue_that_nobody_had_in_view() -> None:
    folder = DATA / "corner_shop"
    other = MemoryCatalogue(catalogue_rows(folder / CATALOGUE))
    rows = read_folder(folder)
    found = await read_carts(rows.carts["other"], other)
    assert found["exact_share"] >= 0.8
    assert found["added_without_a_wish"] == found["added_something_else"] == 0
    search = ProductSearch(other.call)
    hits = [{hit.sku for hit in await search.find(BUSINESS, q.text, limit=5)} for q in rows.queries["other"]]
    good = sum(bool(q.relevant & skus) for q, skus in zip(rows.queries["other"], hits, strict=True))
    assert good / len(hits) >= 0.85


async def read_carts(wanted: Sequence[Cart], catalogue: MemoryCatalogue) -> dict[str, Any]:
    """The figures of carts, read with the catalogue in memory instead of a database."""
    search = ProductSearch(catalogue.call)
    glossary = await search.glossary(BUSINESS)

    async def found(text: str) -> list[Hit]:
        return await search.find(BUSINESS, text, limit=12)

    async def read(text: str) -> Reading:
        steps: list[CartStep] = []
        for piece in pieces(text):
            if command_of(piece) in ("clear_cart", "cancel"):
                steps.append(CartStep(action="clear", items=()))
                continue
            one = await understand(piece, search=found, glossary=glossary)
            steps += [CartStep(action=one.cart_action, items=one.items), *one.also]
        kept = tuple(step for step in steps if step.action != "none")
        return Reading(language="it", intent="order_request", needs_human=False, steps=kept, calls=())

    return carts(wanted, [await read(row.text) for row in wanted], catalogue.skus, Misses())
