"""Group commit: batches form by themselves, poison stays alone, nothing is acknowledged that is not stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from processors.errors import StorageUnavailable
from processors.ingest import MAX_BATCH_EVENTS, MAX_BATCH_POSTS, Flush, Ingest
from processors.store import Store
from tests.api.events import message_event
from tests.api.rpc_server import RpcServer, sql_error
from tests.api.service import api_settings

OPTIONS = {"quiet_ms": 0, "rate_notice": {"it": "piano"}}


@pytest.fixture
def server() -> RpcServer:
    return RpcServer()


@pytest.fixture
async def store(server: RpcServer) -> AsyncIterator[Store]:
    opened = await server.store(api_settings())
    yield opened
    await opened.close()


def held(server: RpcServer) -> asyncio.Event:
    """From now on every call waits for the returned event."""
    server.gate = asyncio.Event()
    return server.gate


async def add(ingest: Ingest, *names: str) -> list[asyncio.Task[Any]]:
    """Posts of one message each, all waiting."""
    tasks = [asyncio.create_task(ingest.store([message_event(name)], detail=True)) for name in names]
    await asyncio.sleep(0)
    return tasks


async def test_an_idle_ingest_stores_at_once(server: RpcServer, store: Store) -> None:
    ingest = Ingest(store, OPTIONS)
    result = await ingest.store([message_event("a")], detail=True)
    assert [m.external_id for m in result.messages] == ["a"]
    assert server.options == [{**OPTIONS, "detail": True}]


async def test_what_arrives_during_a_flush_goes_together_in_the_next(server: RpcServer, store: Store) -> None:
    flushes: list[Flush] = []
    ingest = Ingest(store, OPTIONS, on_flush=flushes.append)
    gate = held(server)
    first = await add(ingest, "a")
    await server.arrived.wait()
    rest = await add(ingest, "b", "c", "d")
    gate.set()
    results = await asyncio.gather(*first, *rest)
    assert [[e["external_id"] for e in call] for call in server.calls] == [["a"], ["b", "c", "d"]]
    assert [[m.external_id for m in r.messages] for r in results] == [["a"], ["b"], ["c"], ["d"]]
    assert server.most_at_once == 1
    assert [(f.posts, f.stored) for f in flushes] == [(1, True), (3, True)]


async def test_batches_are_bounded(server: RpcServer, store: Store) -> None:
    ingest = Ingest(store, OPTIONS)
    gate = held(server)
    tasks = await add(ingest, "first")
    await server.arrived.wait()
    tasks += await add(ingest, *(f"m{n}" for n in range(MAX_BATCH_POSTS + 5)))
    big = [message_event(f"big{n}") for n in range(MAX_BATCH_EVENTS + 1)]
    tasks.append(asyncio.create_task(ingest.store(big)))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks)
    assert [len(call) for call in server.calls] == [1, MAX_BATCH_POSTS, 5, MAX_BATCH_EVENTS + 1]


async def test_a_post_without_events_needs_no_storage(server: RpcServer, store: Store) -> None:
    assert (await Ingest(store, OPTIONS).store([])).messages == ()
    assert server.calls == []


async def test_only_the_poison_is_kept_raw(server: RpcServer, store: Store) -> None:
    poison = {"m7", "m33"}
    server.rule = lambda events: (
        sql_error("22P05")
        if any(e["kind"] == "message" and e["external_id"] in poison for e in events)
        else None
    )
    ingest = Ingest(store, OPTIONS)
    gate = held(server)
    tasks = await add(ingest, "first")
    await server.arrived.wait()
    tasks += await add(ingest, *(f"m{n}" for n in range(64)))
    gate.set()
    await asyncio.gather(*tasks)
    kinds = {name: event["kind"] for name, event in server.stored.items()}
    assert {name for name, kind in kinds.items() if kind == "field"} == poison
    assert len(kinds) == 65
    assert server.stored["m7"]["payload"] == {"id": "m7", "text": {"body": "ciao"}}
    assert "22P05" in server.stored["m7"]["error"]


async def test_poison_inside_one_post_spares_its_neighbours(server: RpcServer, store: Store) -> None:
    server.rule = lambda events: (
        sql_error("22003")
        if any(e["external_id"] == "m3" and e["kind"] == "message" for e in events)
        else None
    )
    result = await Ingest(store, OPTIONS).store([message_event(f"m{n}") for n in range(8)], detail=True)
    assert [m.external_id for m in result.messages] == [f"m{n}" for n in range(8) if n != 3]
    assert server.stored["m3"]["kind"] == "field"


async def test_an_event_that_is_no_json_is_kept_as_text(server: RpcServer, store: Store) -> None:
    event = message_event("odd", content="half an emoji \ud83d")
    await Ingest(store, OPTIONS).store([event])
    (kept,) = server.stored.values()
    assert kept["kind"] == "field"
    assert "\\ud83d" in kept["payload"]["text"]


async def test_nothing_is_acknowledged_when_storage_refuses_everything(
    server: RpcServer, store: Store
) -> None:
    server.rule = lambda events: sql_error("PGRST202", 404)
    ingest = Ingest(store, OPTIONS)
    gate = held(server)
    tasks = await add(ingest, "first")
    await server.arrived.wait()
    tasks += await add(ingest, *(f"m{n}" for n in range(64)))
    gate.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
    assert len(server.calls) < 20, "a wrong database is not asked for each event"


async def test_a_short_outage_is_bridged(server: RpcServer, store: Store) -> None:
    failures = iter([sql_error("40P01", 500), sql_error("53300", 503)])
    server.rule = lambda events: next(failures, None)
    await Ingest(store, OPTIONS).store([message_event("a")])
    assert [len(call) for call in server.calls] == [1, 1, 1]
    assert set(server.stored) == {"a"}


async def test_an_outage_fails_every_waiter_and_the_next_batch_works(server: RpcServer, store: Store) -> None:
    flushes: list[Flush] = []
    server.rule = lambda events: sql_error("PGRST001", 503)
    ingest = Ingest(store, OPTIONS, on_flush=flushes.append)
    outcomes = await asyncio.gather(*await add(ingest, "a", "b"), return_exceptions=True)
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
    server.rule = lambda events: None
    await asyncio.gather(*await add(ingest, "a", "b"))
    assert set(server.stored) == {"a", "b"}
    assert [f.stored for f in flushes][-1] is True
    assert not any(f.stored for f in flushes[:-1])


async def test_storage_that_hangs_fails_in_time(server: RpcServer, store: Store) -> None:
    gate = held(server)
    ingest = Ingest(store, OPTIONS, deadline_seconds=0.05)
    with pytest.raises(StorageUnavailable):
        await ingest.store([message_event("a")])
    gate.set()
    await ingest.store([message_event("b")])
    assert set(server.stored) == {"b"}


async def test_a_full_queue_refuses(server: RpcServer, store: Store) -> None:
    ingest = Ingest(store, OPTIONS, max_waiting=2)
    gate = held(server)
    tasks = await add(ingest, "first")
    await server.arrived.wait()
    tasks += await add(ingest, "a", "b")
    with pytest.raises(StorageUnavailable):
        await ingest.store([message_event("c")])
    gate.set()
    await asyncio.gather(*tasks)
    assert set(server.stored) == {"first", "a", "b"}


async def test_a_caller_that_gives_up_does_not_disturb_the_others(server: RpcServer, store: Store) -> None:
    ingest = Ingest(store, OPTIONS)
    gate = held(server)
    first = await add(ingest, "a")
    await server.arrived.wait()
    leaver, stayer = await add(ingest, "b", "c")
    leaver.cancel()
    gate.set()
    await asyncio.gather(*first, stayer)
    assert set(server.stored) == {"a", "b", "c"}


async def test_close_stores_what_was_accepted_and_refuses_the_rest(server: RpcServer, store: Store) -> None:
    ingest = Ingest(store, OPTIONS)
    gate = held(server)
    tasks = await add(ingest, "a")
    await server.arrived.wait()
    tasks += await add(ingest, "b")
    closing = asyncio.create_task(ingest.close())
    await asyncio.sleep(0)
    with pytest.raises(StorageUnavailable):
        await ingest.store([message_event("late")])
    gate.set()
    await closing
    await asyncio.gather(*tasks)
    assert set(server.stored) == {"a", "b"}


async def test_shards_store_side_by_side_and_keep_a_person_together(server: RpcServer, store: Store) -> None:
    ingest = Ingest(store, OPTIONS, shards=4)
    gate = held(server)
    events = [message_event(f"m{n}", phone=f"39347{n % 8:06d}") for n in range(64)]
    tasks = [asyncio.create_task(ingest.store([event])) for event in events]
    while server.most_at_once < 2:
        await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks)
    assert server.most_at_once <= 4
    for person in {e["sender"]["phone"] for e in events}:
        order = [e["external_id"] for call in server.calls for e in call if e["sender"]["phone"] == person]
        assert order == [e["external_id"] for e in events if e["sender"]["phone"] == person]
