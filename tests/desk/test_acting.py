"""Acting over the live socket on a real database: once per key, seen by all, refused with a reason."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.desk.conftest import EMILY, GIULIA, MARCO, VIEWER, Browser, Page, RunningDesk

ADMIN = "admin@dloop.example"
LUCA = "00000000-0000-4000-8000-000000000122"
ROW = "select * from public.whatsapp_conversations where id = $1"
SENT = (
    "select m.content, m.author, m.status, m.context_id, s.name from public.whatsapp_messages m "
    "left join public.staff s on s.id = m.staff_id "
    "where m.conversation_id = $1 and m.direction = 'outbound' and m.author = 'agent' order by m.sequence"
)


def _key() -> str:
    return uuid4().hex


async def _act(page: Page, act: str, conversation: str = EMILY, **body: Any) -> dict[str, Any]:
    return await page.ask("act", act=act, id=conversation, **{"key": _key(), **body})


async def test_an_answer_is_sent_once_however_often_it_is_asked_and_others_see_it(
    seeded_desk: RunningDesk,
) -> None:
    first, second = await seeded_desk.signed_in(), await seeded_desk.signed_in(ADMIN)
    async with first.live() as page, second.live() as other:
        await other.until(lambda m: m["op"] == "live" and m["live"])
        await other.ask("open", id=EMILY)
        key = _key()
        answers = [await _act(page, "reply", text="Hello Emily", key=key) for _ in range(3)]
        assert len({answer["result"]["message_id"] for answer in answers}) == 1
        told = await other.until(lambda m: m["op"] == "messages" and m["rows"][-1]["author"] == "agent")
        assert (told["rows"][-1]["content"], told["rows"][-1]["client_key"]) == (
            "Hello Emily",
            f"staff:{key}",
        )
    rows = await seeded_desk.sql(SENT, EMILY)
    assert [(row["content"], row["status"], row["name"]) for row in rows] == [
        ("Hello Emily", "pending", "Chiara Conti")
    ]
    (row,) = await seeded_desk.sql(ROW, EMILY)
    assert (row["owner"], row["unread_count"], row["waiting_since"]) == ("human", 0, None)


async def test_two_agents_at_one_instant_say_one_thing_each_and_the_bot_nothing(
    seeded_desk: RunningDesk,
) -> None:
    first, second = await seeded_desk.signed_in(), await seeded_desk.signed_in(ADMIN)
    await seeded_desk.sql(
        'select private.queue_message($1, \'bot\', \'{"kind": "text", "text": "dal bot"}\')', EMILY
    )
    async with first.live() as one, second.live() as two, first.live() as three, second.live() as four:
        answers = await asyncio.gather(
            _act(one, "reply", text="da Chiara"),
            _act(two, "reply", text="da Luca"),
            _act(three, "label", labels=["pacco"]),
            _act(four, "take_over"),
        )
    assert {answer["op"] for answer in answers} == {"done"}
    rows = await seeded_desk.sql(SENT, EMILY)
    assert sorted(row["content"] for row in rows) == ["da Chiara", "da Luca"]
    bots = "select status from public.whatsapp_messages where conversation_id = $1 and content = 'dal bot'"
    assert [row["status"] for row in await seeded_desk.sql(bots, EMILY)] == ["cancelled"]
    (row,) = await seeded_desk.sql(ROW, EMILY)
    assert (row["owner"], row["labels"], str(row["assignee_id"])) == ("human", ["pacco"], LUCA)


async def test_a_viewer_is_refused_by_the_database(seeded_desk: RunningDesk) -> None:
    viewer = await seeded_desk.signed_in(VIEWER)
    before = await seeded_desk.sql(ROW, EMILY)
    async with viewer.live() as page:
        forbidden: dict[str, dict[str, Any]] = {
            "reply": {"text": "ciao"},
            "take_over": {},
            "resolve": {},
            "note": {"body": "x", "mentions": []},
            "label": {"labels": ["x"]},
            "block": {"blocked": True},
        }
        for act, body in forbidden.items():
            answer = await _act(page, act, **body)
            assert (answer["why"], answer["reason"]) == ("refused", "not_allowed"), act
    assert await seeded_desk.sql(ROW, EMILY) == before


async def test_a_conversation_goes_through_its_states(seeded_desk: RunningDesk) -> None:
    agent = await seeded_desk.signed_in()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    async with agent.live() as page:

        async def state() -> tuple[str, str]:
            (row,) = await seeded_desk.sql(ROW, EMILY)
            return row["status"], row["owner"]

        steps: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
            ("take_over", {}, ("open", "human")),
            ("snooze", {"until": tomorrow}, ("snoozed", "human")),
            ("reopen", {}, ("open", "human")),
            ("assign", {"staff_id": LUCA}, ("open", "human")),
            ("hand_back", {}, ("open", "bot")),
            ("resolve", {}, ("resolved", "bot")),
        ]
        for act, body, expected in steps:
            assert (await _act(page, act, **body))["op"] == "done", act
            assert await state() == expected, act
        refused = await _act(page, "snooze", until=tomorrow)
        assert refused["reason"] == "resolved"
        listed = await page.ask("list", filter="resolved", search="", cursor=None)
        assert [row["id"] for row in listed["rows"]] == [EMILY]


async def test_an_old_key_that_comes_late_changes_nothing(seeded_desk: RunningDesk) -> None:
    agent = await seeded_desk.signed_in()
    key = _key()
    async with agent.live() as page:
        await _act(page, "resolve", key=key)
        await _act(page, "reopen")
        assert (await _act(page, "resolve", key=key))["op"] == "done"
    assert (await seeded_desk.sql(ROW, EMILY))[0]["status"] == "open"


async def test_outside_the_window_only_a_template_goes_out(seeded_desk: RunningDesk) -> None:
    agent = await seeded_desk.signed_in()
    await seeded_desk.sql(
        "update public.whatsapp_conversations set window_expires_at = now() - interval '1 hour' where id = $1",
        MARCO,
    )
    async with agent.live() as page:
        assert (await _act(page, "reply", MARCO, text="ciao"))["reason"] == "window_closed"
        kit = await page.ask("kit")
        chosen = next(t for t in kit["templates"] if (t["name"], t["language"]) == ("stato_ordine", "it"))
        values = {"template_id": chosen["id"], "params": ["D1000"]}
        assert (await _act(page, "template", MARCO, **values))["reason"] == "template_values"
        values["params"] = ["D1000 {{2}}", "è in viaggio"]
        assert (await _act(page, "template", MARCO, **values))["op"] == "done"
    (row,) = await seeded_desk.sql(SENT, MARCO)
    assert row["content"] == "Aggiornamento sul tuo ordine D1000 {{2}}: è in viaggio."


async def test_what_failed_is_sent_again_once_by_however_many(seeded_desk: RunningDesk) -> None:
    first, second = await seeded_desk.signed_in(), await seeded_desk.signed_in(ADMIN)
    async with first.live() as one, second.live() as two, first.live() as three:
        sent = (await _act(one, "reply", text="arriva domani"))["result"]["message_id"]
        assert (await _act(one, "retry", message_id=sent))["reason"] == "not_failed"
        await seeded_desk.sql("select private.fail_message($1, 131026, 'not on WhatsApp')", sent)
        assert (await seeded_desk.sql(ROW, EMILY))[0]["failed_at"] is not None
        listed = await one.ask("list", filter="failed", search="", cursor=None)
        assert [row["id"] for row in listed["rows"]] == [EMILY]
        again = await asyncio.gather(*(_act(page, "retry", message_id=sent) for page in (one, two, three)))
        assert len({answer["result"]["message_id"] for answer in again}) == 1
    rows = await seeded_desk.sql(SENT, EMILY)
    assert [(row["content"], row["status"]) for row in rows] == [
        ("arriva domani", "failed"),
        ("arriva domani", "pending"),
    ]
    assert (await seeded_desk.sql(ROW, EMILY))[0]["failed_at"] is None


async def test_a_note_marks_the_colleague_it_names_until_they_look(seeded_desk: RunningDesk) -> None:
    first, second = await seeded_desk.signed_in(), await seeded_desk.signed_in(ADMIN)
    async with first.live() as page, second.live() as luca:
        await luca.until(lambda m: m["op"] == "live" and m["live"])
        key = _key()
        for _ in range(2):
            await _act(page, "note", body="@Luca Moretti guarda", mentions=[LUCA, str(uuid4())], key=key)
        opened = await page.ask("open", id=EMILY)
        assert [note["body"] for note in opened["notes"]] == ["@Luca Moretti guarda"]
        assert (await luca.ask("counts"))["counts"]["mentioned"] == 1
        assert (await page.ask("counts"))["counts"]["mentioned"] == 0
        await luca.tell("seen", id=EMILY)
        await luca.until(lambda m: m["op"] == "rows" and m["rows"][0]["mentioned"] == [])
    assert await seeded_desk.sql(SENT, EMILY) == [], "a note is never sent"


async def test_a_blocked_contact_hears_nothing_and_is_answered_by_nobody(seeded_desk: RunningDesk) -> None:
    agent = await seeded_desk.signed_in()
    async with agent.live() as page:
        await _act(page, "reply", GIULIA, text="non parte")
        await _act(page, "block", GIULIA, blocked=True)
        assert (await _act(page, "reply", GIULIA, text="ciao"))["reason"] == "contact_blocked"
        (row,) = await seeded_desk.sql(SENT, GIULIA)
        assert row["status"] == "cancelled"
        await _act(page, "block", GIULIA, blocked=False)
        assert (await _act(page, "reply", GIULIA, text="ora sì"))["op"] == "done"


async def test_an_answer_and_a_reaction_name_the_message_they_mean(seeded_desk: RunningDesk) -> None:
    agent = await seeded_desk.signed_in()
    async with agent.live() as page:
        opened = await page.ask("open", id=EMILY)
        target = next(m for m in opened["rows"] if m["direction"] == "inbound" and m["meta_message_id"])
        await _act(page, "reply", text="proprio questo", reply_to=target["id"])
        await _act(page, "react", message_id=target["id"], emoji="👍")
        assert (await _act(page, "reply", text="x", reply_to=str(uuid4())))["reason"] == "no_target"
    rows = await seeded_desk.sql(SENT, EMILY)
    assert [(row["content"], row["context_id"]) for row in rows] == [
        ("proprio questo", target["meta_message_id"]),
        ("👍", target["meta_message_id"]),
    ]


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


async def test_a_file_is_attached_and_sent_with_words(seeded_desk: RunningDesk) -> None:
    agent, viewer = await seeded_desk.signed_in(), await seeded_desk.signed_in(VIEWER)
    headers = {"origin": agent.url, "content-type": "image/png", "x-file-name": "foto%20%3Cb%3E.png"}

    async def post(who: Browser, content: bytes = PNG, **changes: str) -> httpx.Response:
        return await who.http.post(f"/files/{EMILY}", content=content, headers=headers | changes)

    assert (await post(viewer)).json() == {"reason": "not_allowed"}
    assert (await post(agent, origin="https://evil.example")).status_code == 403
    assert (await post(agent, b"<html>")).json() == {"reason": "type_refused"}
    assert (await post(agent, PNG + b"\0" * 5 * 1024 * 1024)).json() == {"reason": "too_large"}
    answer = await post(agent)
    assert answer.status_code == 201
    async with agent.live() as page:
        await _act(page, "file", file=answer.json(), text="eccola")
        elsewhere = answer.json() | {"stored": "../../x.png"}
        assert (await _act(page, "file", file=elsewhere, text=""))["reason"] == "file"
        opened = await page.ask("open", id=EMILY)
    message = opened["rows"][-1]
    assert (message["type"], message["content"], message["media"][0]["file_name"]) == (
        "image",
        "eccola",
        "foto <b>.png",
    )
    assert (await agent.http.get(f"/files/{message['id']}")).content == PNG


async def test_a_large_file_is_stored_whole(seeded_desk: RunningDesk) -> None:
    agent = await seeded_desk.signed_in()
    headers = {"origin": agent.url, "content-type": "application/pdf", "x-file-name": "listino.pdf"}
    content = b"%PDF-1.7\n" + bytes(range(256)) * 24_000
    answer = await agent.http.post(f"/files/{EMILY}", content=content, headers=headers)
    assert (answer.status_code, answer.json()["size_bytes"]) == (201, len(content))
    async with agent.live() as page:
        await _act(page, "file", file=answer.json(), text="")
        message = (await page.ask("open", id=EMILY))["rows"][-1]
    assert (await agent.http.get(f"/files/{message['id']}")).content == content
    await seeded_desk.sql("update storage.buckets set file_size_limit = 1000000 where id = 'media'")
    refused = await agent.http.post(f"/files/{EMILY}", content=content, headers=headers)
    assert (refused.status_code, refused.json()) == (413, {"reason": "too_large"})


async def test_who_else_is_there_and_writes_is_told(seeded_desk: RunningDesk) -> None:
    first, second = await seeded_desk.signed_in(), await seeded_desk.signed_in(ADMIN)
    async with first.live() as page:
        await page.ask("open", id=EMILY)
        async with second.live() as other:
            await other.ask("open", id=EMILY)
            present = await page.until(lambda m: m["op"] == "present" and m["people"])
            assert present["people"] == [{"name": "Luca Moretti", "typing": False}]
            await other.tell("typing", id=EMILY, typing=True)
            present = await page.until(lambda m: m["op"] == "present")
            assert present["people"] == [{"name": "Luca Moretti", "typing": True}]
        assert (await page.until(lambda m: m["op"] == "present"))["people"] == []


async def test_reminders_and_contacts_are_kept(seeded_desk: RunningDesk) -> None:
    agent = await seeded_desk.signed_in()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    async with agent.live() as page:
        made = await _act(page, "remind", at=tomorrow, body="richiamare")
        row = (await page.ask("open", id=EMILY))["row"]
        assert [one["body"] for one in row["reminders"]] == ["richiamare"]
        await _act(page, "reminded", reminder_id=made["result"])
        await _act(page, "contact", name="Emily C. <b>", language="en")
        row = (await page.ask("open", id=EMILY))["row"]
        assert (row["reminders"], row["contact"]["name"]) == ([], "Emily C. <b>")
        assert (await _act(page, "contact", name="x", language="xx"))["reason"] == "language"


NOT_UNDERSTOOD: tuple[dict[str, Any], ...] = (
    {"act": "drop", "key": "12345678"},
    {"act": "reply", "text": "ciao"},
    {"act": "reply", "text": 1, "key": "12345678"},
    {"act": "assign", "staff_id": "x", "key": "12345678"},
    {"act": "snooze", "until": "2030-01-01T00:00:00", "key": "12345678"},
    {"act": "block", "blocked": "yes", "key": "12345678"},
)


@pytest.mark.parametrize("message", NOT_UNDERSTOOD)
async def test_what_no_page_sends_is_refused(seeded_desk: RunningDesk, message: dict[str, Any]) -> None:
    agent = await seeded_desk.signed_in()
    async with agent.live() as page:
        assert (await page.ask("act", id=EMILY, **message))["why"] == "refused"
    assert await seeded_desk.sql(SENT, EMILY) == []
