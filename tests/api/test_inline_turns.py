"""The -v2 address answers what it stored, alone or beside others, each turn once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.backend import Backend
from tests.api.graph_server import GraphServer, graph_server
from tests.api.service import WEBHOOKS, serving
from tests.api.test_webhook_storage import send, text_item, webhook

PLAIN, INLINE, _ = WEBHOOKS


@pytest.fixture
async def graph() -> AsyncIterator[GraphServer]:
    async with graph_server() as server:
        yield server


async def answered(backend: Backend, like: str) -> list[int]:
    """For each of these messages that has a turn, how many answers the turn has."""
    rows = await backend.rows(
        "select (select count(*) from whatsapp_messages o "
        "where o.turn_id = m.turn_id and o.direction = 'outbound') as n "
        "from whatsapp_messages m where m.meta_message_id like $1 and m.turn_id is not null",
        like,
    )
    return [row["n"] for row in rows]


async def test_the_first_address_only_stores(backend: Backend, graph: GraphServer) -> None:
    async with serving(backend.settings(whatsapp_api_url=graph.url)) as api:
        await send(api, webhook(text_item("wamid.plain", "ciao")), PLAIN)
    assert await answered(backend, "wamid.plain") == []
    assert await backend.value("select count(*) from turn_queue") == 1


async def test_v2_answers_after_the_quiet_window(backend: Backend, graph: GraphServer) -> None:
    settings = backend.settings(whatsapp_api_url=graph.url, quiet_window_ms=4000, quiet_window_max_ms=9000)
    due = "select run_at from turn_queue"
    async with serving(settings) as api:
        answer = await send(api, webhook(text_item("wamid.v2a", "ciao")), INLINE)
        assert answer.status_code == 200
        assert graph.sent == [], "the answer to the provider waits for the commit only"
        first = await backend.value(due)
        await send(api, webhook(text_item("wamid.v2b", "avete guinzagli?")), INLINE)
        assert await backend.value(due) > first, "the second message begins the quiet window anew"
        (body,) = (await graph.until(1))[:1]
    assert body["to"] == "+393479990001"
    turns = await backend.value(
        "select count(distinct turn_id) from whatsapp_messages where meta_message_id like 'wamid.v2%'"
    )
    assert turns == 1, "both messages are one turn"


async def test_v2_in_three_processes_answers_each_turn_once(backend: Backend, graph: GraphServer) -> None:
    settings = backend.settings(whatsapp_api_url=graph.url, quiet_window_ms=0, quiet_window_max_ms=0)
    people = [f"39347888{n:04d}" for n in range(12)]
    async with serving(settings) as one, serving(settings) as two, serving(settings) as three:
        apis: list[httpx.AsyncClient] = [one, two, three]
        bodies = [webhook(text_item(f"wamid.race{n}", "ciao", phone)) for n, phone in enumerate(people)]
        await asyncio.gather(*(send(api, body, INLINE) for body in bodies for api in apis))
        await graph.until(len(people))
    assert await answered(backend, "wamid.race%") == [1] * len(people)
    assert sorted(body["to"] for body in graph.sent) == sorted(f"+{phone}" for phone in people)


async def test_v2_finishes_what_it_began_when_it_is_stopped(backend: Backend, graph: GraphServer) -> None:
    settings = backend.settings(whatsapp_api_url=graph.url, quiet_window_ms=0, quiet_window_max_ms=0)
    async with serving(settings) as api:
        await send(api, webhook(text_item("wamid.stop", "ciao")), INLINE)
    claimed = await backend.value("select count(*) from turn_queue where token is not null")
    assert claimed == 0, "no turn is left claimed by nobody"


async def test_v2_respects_the_rate_limit(backend: Backend, graph: GraphServer) -> None:
    settings = backend.settings(
        whatsapp_api_url=graph.url, quiet_window_ms=0, quiet_window_max_ms=0, rate_limit_per_minute=2
    )
    async with serving(settings) as api:
        await send(api, webhook(text_item("wamid.rate1", "ciao"), text_item("wamid.rate2", "ciao")), INLINE)
        await graph.until(1)
        await send(api, webhook(text_item("wamid.over1", "ciao"), text_item("wamid.over2", "ciao")), INLINE)
        _, notice = await graph.until(2)
    assert "fretta" in notice["text"]["body"]
    waiting = (
        "select count(*) from whatsapp_messages where meta_message_id like 'wamid.over%' and turn_id is null"
    )
    assert await backend.value(waiting) == 2, "stored, but not answered before the minute is over"
