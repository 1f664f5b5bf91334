"""Acknowledged means stored: poison, outages and duplicates through the whole way."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import orjson

from tests.api.backend import Backend
from tests.api.service import WEBHOOKS, api_settings, serving, signed

ACCOUNT = "106540352242922"


def text_item(wamid: str, body: Any, phone: Any = "393479990001", **more: Any) -> dict[str, Any]:
    """A text message as it stands in a webhook."""
    item = {
        "from": phone,
        "id": wamid,
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": body},
    }
    return item | more


def webhook(*items: dict[str, Any], account: str = ACCOUNT) -> bytes:
    """The bytes of a webhook with these messages."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": account},
        "messages": list(items),
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [entry]})


async def send(api: httpx.AsyncClient, body: bytes, path: str = WEBHOOKS[0]) -> httpx.Response:
    return await api.post(path, content=body, headers=signed(body))


async def test_one_message_in_many_copies_is_one_row(api: httpx.AsyncClient, backend: Backend) -> None:
    body = webhook(text_item("wamid.copies", "ciao"))
    answers = await asyncio.gather(*(send(api, body, path) for path in WEBHOOKS * 10))
    assert {answer.status_code for answer in answers} == {200}
    assert (
        await backend.value("select count(*) from whatsapp_messages where meta_message_id = 'wamid.copies'")
        == 1
    )


async def test_many_people_at_once_all_land(api: httpx.AsyncClient, backend: Backend) -> None:
    bodies = [webhook(text_item(f"wamid.crowd{n}", "ciao", f"3934799{n % 40:05d}")) for n in range(200)]
    answers = await asyncio.gather(*(send(api, body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}
    found = "select count(*) from whatsapp_messages where meta_message_id like 'wamid.crowd%'"
    assert await backend.value(found) == 200
    people = "select count(*) from contacts where phone like '3934799%'"
    assert await backend.value(people) == 40
    page = (await api.get("/metrics")).text
    batches = next(
        line for line in page.splitlines() if line.startswith("relaydesk_ingest_batch_posts_count")
    )
    assert float(batches.split()[1]) < 100, "posts that arrive together are stored together"


async def test_poison_is_kept_and_its_neighbours_are_stored(api: httpx.AsyncClient, backend: Backend) -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    items = [
        text_item("wamid.good1", "prima"),
        text_item("wamid.nul", "a\x00b"),
        text_item("wamid.shortphone", "ciao", "1234"),
        text_item("wamid.hugetime", "ciao", timestamp="9" * 11),
        text_item("wamid.notext", {"nested": deep}),
        text_item("wamid.number", 12345),
        text_item("w" * 5000, "ciao"),
        {"id": "wamid.nothing"},
        text_item("wamid.extra", "ciao", garbage={"\x00key": deep, "big": 10**18}),
        text_item("wamid.good2", "ultima"),
    ]
    body = webhook(*items)
    lone = webhook(text_item("wamid.lone", "SURROGATE")).replace(b"SURROGATE", b"half \\ud83d emoji")
    huge = webhook(text_item("wamid.huge", "ciao", n="HUGE")).replace(b'"HUGE"', b"9" * 400)
    answers = await asyncio.gather(*(send(api, b) for b in (body, lone, huge)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    rows = await backend.rows(
        "select meta_message_id from whatsapp_messages where meta_message_id like 'wamid.%'"
    )
    stored = {row["meta_message_id"] for row in rows}
    assert {"wamid.good1", "wamid.good2", "wamid.nul", "wamid.extra", "wamid.lone", "wamid.huge"} <= stored
    kept = await backend.value("select count(*) from webhook_events where error is not null")
    assert len(stored) + kept >= len(items) + 2, "every item is somewhere"
    text = await backend.value("select content from whatsapp_messages where meta_message_id = 'wamid.nul'")
    assert text == "ab"


async def test_what_the_database_refuses_is_kept_raw(api: httpx.AsyncClient, backend: Backend) -> None:
    await backend.execute(
        "create function refuse_poison() returns trigger language plpgsql as "
        "$$ begin if new.content = 'poison' then raise exception 'no' using errcode = '22023'; end if; "
        "return new; end $$; "
        "create trigger refuse before insert on whatsapp_messages for each row execute function refuse_poison()"
    )
    posts = [webhook(text_item(f"wamid.p{n}", "poison" if n in (3, 17) else "ciao")) for n in range(32)]
    answers = await asyncio.gather(*(send(api, body) for body in posts))
    assert {answer.status_code for answer in answers} == {200}
    assert (
        await backend.value("select count(*) from whatsapp_messages where meta_message_id like 'wamid.p%'")
        == 30
    )
    kept = await backend.rows(
        "select external_id, error from webhook_events where external_id like 'wamid.p%'"
    )
    assert {row["external_id"] for row in kept} == {"wamid.p3", "wamid.p17"}
    assert all("22023" in row["error"] for row in kept)


async def test_storage_down_is_503_and_nothing_is_lost_when_it_returns(backend: Backend) -> None:
    bodies = [webhook(text_item(f"wamid.out{n}", "ciao")) for n in range(20)]
    async with serving(api_settings()) as api:
        answers = await asyncio.gather(*(send(api, body) for body in bodies))
        assert {answer.status_code for answer in answers} == {503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    async with serving(backend.settings()) as api:
        answers = await asyncio.gather(*(send(api, body) for body in bodies))
        assert {answer.status_code for answer in answers} == {200}
    assert (
        await backend.value("select count(*) from whatsapp_messages where meta_message_id like 'wamid.out%'")
        == 20
    )


async def test_a_wrong_service_key_acknowledges_nothing(backend: Backend) -> None:
    async with serving(backend.settings(supabase_service_role_key="wrong")) as api:
        assert (await send(api, webhook(text_item("wamid.key", "ciao")))).status_code == 503
        ready = await api.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["not_ready"] == ["storage key"]
