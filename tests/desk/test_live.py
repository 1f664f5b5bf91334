"""The live socket on a real gateway: who gets to know what, and who is cut off."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from typing import Any
from uuid import uuid4

import pytest
import websockets

from dashboard.live import hub
from dashboard.live.connection import QUEUE_LIMIT, TRY_AGAIN, Connection
from tests.desk.conftest import AGENT, DLOOP, EMILY, GIULIA, MARCO, PASSWORD, VIEWER, RunningDesk

WRITE = """
with m as (
  insert into public.whatsapp_messages (business_id, conversation_id, account_id, direction, author, type, content)
  values ($1, $2, '00000000-0000-4000-8000-000000000011', 'inbound', 'customer', 'text', $3))
update public.whatsapp_conversations set preview = $3, last_message_at = now(), unread_count = unread_count + 1,
  updated_at = now() where id = $2
"""
DEAF = "alter table private.hints disable trigger send_hints"


async def _write(desk: RunningDesk, conversation: str, text: str) -> None:
    await desk.sql(WRITE, DLOOP, conversation, text)


async def test_without_a_session_the_socket_says_why_it_closes(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.browser()
    async with browser.live() as page:
        assert await page.closed_with() == 4401


async def test_a_page_of_another_site_gets_no_socket(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    with pytest.raises(websockets.InvalidStatus, match="403"):
        async with browser.live(origin="https://evil.example"):
            pass


async def test_the_list_and_a_thread_are_asked_for(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    async with browser.live() as page:
        listed = await page.ask("list", filter="all", search="", cursor=None)
        assert [row["id"] for row in listed["rows"]][:1] == [EMILY]
        opened = await page.ask("open", id=MARCO)
        assert (len(opened["rows"]), opened["more"], opened["row"]["id"]) == (5, False, MARCO)
        beside = await page.until(lambda m: m["op"] == "panel")
        assert (beside["id"], beside["panel"]["orders"][0]["code"]) == (MARCO, "D1000")
        assert opened["number"] > listed["number"]
        older = await page.ask("older", id=MARCO, before=opened["rows"][0]["sequence"])
        assert (older["rows"], older["more"]) == ([], False)


async def test_a_change_reaches_every_page_and_the_thread_only_who_has_it_open(
    seeded_desk: RunningDesk,
) -> None:
    first, second = await seeded_desk.signed_in(), await seeded_desk.signed_in(VIEWER)
    async with first.live() as watching, second.live() as elsewhere:
        await watching.until(lambda m: m["op"] == "live" and m["live"])
        await watching.ask("open", id=GIULIA)
        await elsewhere.ask("open", id=MARCO)
        await _write(seeded_desk, GIULIA, "una nuova domanda")
        for page in (watching, elsewhere):
            rows = await page.until(lambda m: m["op"] == "rows" and m["rows"][0]["id"] == GIULIA)
            assert rows["rows"][0]["preview"] == "una nuova domanda"
        told = await watching.until(lambda m: m["op"] == "messages")
        assert (told["id"], told["rows"][-1]["content"]) == (GIULIA, "una nuova domanda")
        await _write(seeded_desk, MARCO, "fine")
        # What comes next to the other page is its own thread: Giulia's was never sent there.
        assert (await elsewhere.until(lambda m: m["op"] == "messages"))["id"] == MARCO


async def test_what_no_hint_told_is_found_by_looking(
    seeded_desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "CATCH_UP_SECONDS", 0.3)
    browser = await seeded_desk.signed_in()
    async with browser.live() as page:
        await page.until(lambda m: m["op"] == "live" and m["live"])
        await page.ask("open", id=GIULIA)
        await seeded_desk.sql(DEAF)
        await _write(seeded_desk, GIULIA, "senza avviso")
        await page.until(
            lambda m: m["op"] == "messages" and m["rows"] and m["rows"][-1]["content"] == "senza avviso"
        )


async def test_another_business_hears_nothing(seeded_desk: RunningDesk) -> None:
    await seeded_desk.sql("insert into public.businesses (name, slug) values ('Altra', 'altra')")
    await seeded_desk.sql(
        "update public.staff set business_id = (select id from public.businesses where slug = 'altra') "
        "where name = 'Sara Greco'"
    )
    ours, theirs = await seeded_desk.signed_in(), await seeded_desk.signed_in(VIEWER)
    async with ours.live() as page, theirs.live() as stranger:
        await page.until(lambda m: m["op"] == "live" and m["live"])
        await stranger.until(lambda m: m["op"] == "live" and m["live"])
        assert (await stranger.ask("list", filter="all", search="", cursor=None))["rows"] == []
        await page.ask("open", id=GIULIA)
        assert (await stranger.ask("open", id=GIULIA))["why"] == "refused"
        assert (await stranger.ask("older", id=GIULIA, before=10**9))["rows"] == []
        await _write(seeded_desk, GIULIA, "riservato")
        # A stranger who only tried to look is told nobody.
        told = await page.until(lambda m: m["op"] == "rows" or (m["op"] == "present" and m["people"]))
        assert told["op"] == "rows"
        heard: list[str] = []
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await stranger.until(lambda m: heard.append(m["op"]))
        assert set(heard) <= {"live"}


async def test_an_agent_who_looked_makes_it_read_and_a_viewer_does_not(seeded_desk: RunningDesk) -> None:
    viewer, agent = await seeded_desk.signed_in(VIEWER), await seeded_desk.signed_in()
    unread = "select unread_count from public.whatsapp_conversations where id = $1"
    async with viewer.live() as page:
        await page.tell("seen", id=EMILY)
        await page.ask("open", id=EMILY)
        assert (await seeded_desk.sql(unread, EMILY))[0][0] == 1
    async with agent.live() as page:
        await page.until(lambda m: m["op"] == "live" and m["live"])
        await page.tell("seen", id=EMILY)
        await page.until(lambda m: m["op"] == "rows" and m["rows"][0]["unread_count"] == 0)


async def test_sign_out_closes_every_page_of_that_session_at_once(seeded_desk: RunningDesk) -> None:
    browser, other = await seeded_desk.signed_in(), await seeded_desk.signed_in()
    async with browser.live() as first, browser.live() as second, other.live() as stays:
        await browser.sign_out()
        assert await first.closed_with() == 4401
        assert await second.closed_with() == 4401
        assert (await stays.ask("open", id=MARCO))["op"] == "thread"


async def test_a_session_that_storage_refuses_is_over(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    async with browser.live() as page:
        await page.ask("open", id=MARCO)
        (session,) = seeded_desk.desk.sessions._sessions.values()
        session.tokens = dataclasses.replace(session.tokens, access="a.b.c")
        # What is kept is refused as well; otherwise the browser would be signed in again with that.
        kept = session.seal.close(session.tokens)
        await seeded_desk.sql("update public.desk_sessions set sealed = $2 where key = $1", session.key, kept)
        # The desk looks by itself as well, and may have closed before.
        with contextlib.suppress(websockets.ConnectionClosed):
            await page.tell("open", id=MARCO)
        assert await page.closed_with() == 4401
    assert (await browser.http.get("/", headers={"accept": "text/html"})).status_code == 303


NOT_UNDERSTOOD: tuple[dict[str, Any], ...] = (
    {"op": "list", "filter": "nobody", "search": "", "cursor": None},
    {"op": "list", "filter": "all", "search": 1, "cursor": None},
    {"op": "list", "filter": "all", "search": "", "cursor": "x"},
    {"op": "open", "id": "x"},
    {"op": "open", "id": None},
    {"op": "open", "id": str(uuid4())},
    {"op": "older", "id": MARCO, "before": "x"},
    {"op": "older"},
    {"op": "drop tables"},
)


async def test_what_is_not_understood_is_refused_and_the_socket_stays(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    async with browser.live() as page:
        for message in NOT_UNDERSTOOD:
            assert (await page.ask(**message))["why"] == "refused", message
        assert (await page.ask("open", id=MARCO))["op"] == "thread"


async def test_a_frame_that_no_page_sends_closes_the_socket(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    async with browser.live() as page:
        await page.tell("list", search="x" * 30_000)
        assert await page.closed_with() == 1009


async def test_who_is_too_slow_is_cut_off_instead_of_waited_for(seeded_desk: RunningDesk) -> None:
    session, _ = await seeded_desk.desk.sessions.open(AGENT, PASSWORD)
    connection = Connection(session)
    for number in range(QUEUE_LIMIT + 5):
        connection.send({"number": number})
    assert connection.close_code == TRY_AGAIN
    assert await connection.next_frame() is None
