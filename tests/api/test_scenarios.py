"""The built-in scenarios pass against this very service and leave nothing behind."""

from __future__ import annotations

import httpx
import pytest_asyncio

from processors.search.indexer import Indexer
from processors.search.search import ProductSearch
from processors.store import Store
from tests.api.backend import Backend
from tests.api.service import DEVELOPER_KEY

PATH = "/functions/v1/whatsapp-test-webhook"
HEADERS = {"X-Api-Key": DEVELOPER_KEY}


@pytest_asyncio.fixture
async def searchable(backend: Backend) -> Backend:
    """The backend with its search index filled, as the worker keeps it."""
    store = await Store.open(backend.settings())
    indexer = Indexer(store.call, ProductSearch(store.call))
    while await indexer.run_once():
        pass
    await store.close()
    return backend


async def test_all_scenarios_pass_and_no_stock_stays_reserved(
    api: httpx.AsyncClient, searchable: Backend
) -> None:
    backend = searchable
    reserved = "select coalesce(sum(reserved), 0) from dealer_stock"
    before = await backend.value(reserved)
    report = (await api.post(PATH, headers=HEADERS, timeout=60)).raise_for_status().json()
    failed = {
        result["name"]: (result["error"], result["steps"])
        for result in report["results"]
        if not result["passed"]
    }
    assert failed == {}
    assert report["passed"] >= 12
    assert await backend.value(reserved) == before
    assert await backend.value("select count(*) from outbox") == 0
    open_ones = (
        "select count(*) from whatsapp_conversations c join channel_accounts a on a.id = c.account_id "
        "where a.simulated and c.conversation_type = 'customer' and c.status <> 'resolved'"
    )
    assert await backend.value(open_ones) == 0


async def test_only_the_named_ones_run(api: httpx.AsyncClient) -> None:
    answer = await api.post(PATH, json={"scenarios": ["greeting"]}, headers=HEADERS)
    report = answer.raise_for_status().json()
    assert [result["name"] for result in report["results"]] == ["greeting"]
    assert report["results"][0]["steps"][0]["said"] == "Ciao, buongiorno!"


async def test_a_wrong_answer_fails_its_scenario(api: httpx.AsyncClient, backend: Backend) -> None:
    # Without dealers the dealer's scenario can't be played; the others do not care.
    await backend.execute("delete from rider_contacts")
    body = {"scenarios": ["dealer_orders", "greeting"]}
    report = (await api.post(PATH, json=body, headers=HEADERS)).raise_for_status().json()
    assert (report["passed"], report["failed"]) == (1, 1)
    assert report["results"][0]["error"] == "the business has no dealer with a number"
