"""The queries of each screen, on a real database under row level security."""

from __future__ import annotations

from uuid import UUID

import pytest
from postgrest import AsyncPostgrestClient

from dashboard.queries import inbox, thread
from dashboard.queries.panel import panel
from processors.errors import BadRequest
from tests.desk.conftest import AGENT, DLOOP, EMILY, GIULIA, MARCO, PASSWORD, STORE, RunningDesk

BUSINESS = frozenset({UUID(DLOOP)})


async def _agent(desk: RunningDesk) -> AsyncPostgrestClient:
    session, _ = await desk.desk.sessions.open(AGENT, PASSWORD)
    return desk.desk.storage.of(session.tokens.access)


async def _stranger(desk: RunningDesk) -> AsyncPostgrestClient:
    """Somebody who works for another business only."""
    await desk.sql("insert into public.businesses (name, slug) values ('Altra', 'altra')")
    await desk.sql(
        "update public.staff set business_id = (select id from public.businesses where slug = 'altra') "
        "where name = 'Chiara Conti'"
    )
    return await _agent(desk)


async def test_the_list_is_newest_first_with_all_that_a_row_shows(seeded_desk: RunningDesk) -> None:
    page = await inbox.conversations(await _agent(seeded_desk), BUSINESS)
    assert [row["id"] for row in page.rows] == [EMILY, STORE, MARCO, GIULIA]
    assert page.cursor is None
    emily = page.rows[0]
    assert (emily["contact"]["name"], emily["account"]["channel"], emily["unread_count"]) == (
        "Emily Carter",
        "whatsapp",
        1,
    )


async def test_filters(seeded_desk: RunningDesk) -> None:
    client = await _agent(seeded_desk)
    expected: dict[inbox.Filter, list[str]] = {
        "escalated": [EMILY],
        "dealers": [STORE],
        "customers": [EMILY, MARCO, GIULIA],
    }
    for shown, ids in expected.items():
        page = await inbox.conversations(client, BUSINESS, shown=shown)
        assert [row["id"] for row in page.rows] == ids, shown


async def test_search_finds_names_numbers_and_words_and_takes_signs_literally(
    seeded_desk: RunningDesk,
) -> None:
    client = await _agent(seeded_desk)
    expected = {
        "giulia": [GIULIA],
        "BIANCHI": [GIULIA],
        "+39 340 444": [MARCO],
        "talk to a person": [EMILY],
        "Marron": [GIULIA],
        **{words: [] for words in ("zzz", "%", "_", 'zza","zzb', "),id.gt.0,(", "\\", "' or 1=1 --")},
    }
    for words, ids in expected.items():
        page = await inbox.conversations(client, BUSINESS, search=words)
        assert [row["id"] for row in page.rows] == ids, words


async def test_pages_follow_on_each_other_even_at_one_instant(seeded_desk: RunningDesk) -> None:
    total = inbox.PAGE_ROWS * 2 + 5
    await seeded_desk.sql(
        "with c as (insert into public.contacts (business_id, name) "
        "select $1::uuid, 'C' || n from generate_series(1, $2::int) n returning id) "
        "insert into public.whatsapp_conversations (business_id, account_id, contact_id, last_message_at, preview) "
        "select $1::uuid, '00000000-0000-4000-8000-000000000011', id, '2026-01-01', 'x' from c",
        DLOOP,
        total,
    )
    client = await _agent(seeded_desk)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await inbox.conversations(client, BUSINESS, cursor=cursor)
        seen += [row["id"] for row in page.rows]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == total + 4


async def test_a_broken_cursor_is_refused(seeded_desk: RunningDesk) -> None:
    client = await _agent(seeded_desk)
    for cursor in ("", "x", "bnVsbA", "WzEsMl0", "W10"):
        with pytest.raises(BadRequest):
            await inbox.conversations(client, BUSINESS, cursor=cursor)


async def test_a_thread_comes_oldest_first_and_page_by_page(seeded_desk: RunningDesk) -> None:
    await seeded_desk.sql(
        "insert into public.whatsapp_messages (business_id, conversation_id, account_id, direction, author, type, "
        "content) select $1::uuid, $2::uuid, '00000000-0000-4000-8000-000000000011', 'inbound', 'customer', "
        "'text', n::text from generate_series(1, $3::int) n",
        DLOOP,
        GIULIA,
        thread.PAGE_ROWS,
    )
    client = await _agent(seeded_desk)
    last = await thread.messages(client, UUID(GIULIA))
    assert [row["content"] for row in last.rows] == [str(n + 1) for n in range(thread.PAGE_ROWS)]
    assert last.more
    first = await thread.messages(client, UUID(GIULIA), before=last.rows[0]["sequence"])
    assert [row["author"] for row in first.rows] == ["customer", "bot", "customer", "bot"]
    assert not first.more


async def test_the_panel_tells_the_orders_with_their_timeline(seeded_desk: RunningDesk) -> None:
    client = await _agent(seeded_desk)
    (row,) = await inbox.by_ids(client, [UUID(MARCO)])
    beside = await panel(client, row)
    (order,) = beside["orders"]
    assert (order["code"], order["status"]) == ("D1000", "created")
    assert (order["parts"][0]["dealer"]["name"], order["parts"][0]["rider"]["name"]) == (
        "Dloop Store Milano",
        "Anna Ferri",
    )
    assert [event["kind"] for event in order["events"]] == ["confirmed", "accepted"]


async def test_the_panel_of_a_dealer_tells_the_orders_they_fulfil(seeded_desk: RunningDesk) -> None:
    client = await _agent(seeded_desk)
    (row,) = await inbox.by_ids(client, [UUID(STORE)])
    beside = await panel(client, row)
    assert [order["code"] for order in beside["dealer_orders"]] == ["D1000"]
    (emily,) = await inbox.by_ids(client, [UUID(EMILY)])
    assert [one["reason"] for one in (await panel(client, emily))["escalations"]] == ["asked"]


async def test_another_business_sees_nothing_of_it(seeded_desk: RunningDesk) -> None:
    stranger = await _stranger(seeded_desk)
    assert (await inbox.conversations(stranger, BUSINESS)).rows == []
    assert await inbox.by_ids(stranger, [UUID(MARCO)]) == []
    assert (await thread.messages(stranger, UUID(MARCO))).rows == []
    row = {"id": MARCO, "conversation_type": "dealer", "phone": "393331000001", "business_id": DLOOP}
    beside = await panel(stranger, row)
    assert {name: value for name, value in beside.items() if value} == {}
