"""Broadcasts: who gets one, at most once each, and nobody who said no, also while it runs."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.database.engine import BUSINESS, Engine, receipt

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
ADMIN = {"sub": "00000000-0000-4000-8000-000000000022"}
PEOPLE = 30


async def act(engine: Engine, function: str, *arguments: Any, claims: Any = ADMIN) -> Any:
    return await engine.call(function, *arguments, role="authenticated", claims=claims)


async def campaign(engine: Engine, category: str = "UTILITY", **changes: Any) -> dict[str, Any]:
    """Thirty labelled customers with a conversation each, and a broadcast for them."""
    await engine.admin.execute(
        """
        with k as (insert into contacts (business_id, name, phone, language)
          select $1::uuid, case when n = 1 then '' else 'Nome' || n || ' Cognome' end, (393200000000 + n)::text, 'it'
          from generate_series(1, $2::int) n returning *)
        insert into whatsapp_conversations (business_id, account_id, contact_id, phone, labels, last_message_at)
        select business_id, '00000000-0000-4000-8000-000000000011', id, phone, '{campagna}', '2026-01-01' from k
        """,
        BUSINESS,
        PEOPLE,
    )
    template = await engine.admin.fetchval(
        "insert into message_templates (business_id, name, language, category, status, body, params) "
        "values ($1::uuid, 'novita', 'it', $2, 'APPROVED', 'Ciao {{1}}, novità: {{2}}', 2) returning id::text",
        BUSINESS,
        category,
    )
    return {
        "name": "Novità",
        "template_id": template,
        "params": ["{name}", "candele {{1}}"],
        "audience": {"label": "campagna"},
        **changes,
    }


async def started(engine: Engine, given: dict[str, Any]) -> str:
    made = await act(engine, "create_broadcast", BUSINESS, given, "k1")
    assert await act(engine, "create_broadcast", BUSINESS, given, "k1") == made, (
        "the same key makes no second"
    )
    await act(engine, "start_broadcast", made["id"])
    return str(made["id"])


async def counts(engine: Engine) -> dict[str, int]:
    (row,) = await act(engine, "broadcast_progress", BUSINESS, claims=AGENT)
    found: dict[str, int] = row["counts"]
    return found


async def phone(engine: Engine, number: int, change: str) -> None:
    await engine.admin.execute(
        f"update contacts set {change} = now() where phone = $1", str(393200000000 + number)
    )


async def test_the_preview_counts_who_is_left_out_and_shows_real_words(engine: Engine) -> None:
    given = await campaign(engine)
    await phone(engine, 2, "opted_out_at")
    await phone(engine, 3, "blocked_at")
    shown = await act(engine, "preview_broadcast", BUSINESS, given)
    assert (shown["recipients"], shown["left_out"]) == (PEOPLE - 2, {"opted_out": 1, "blocked": 1})
    for one in shown["sample"]:
        who = one["name"].split(" ")[0] or "cliente"
        assert one["text"] == f"Ciao {who}, novità: candele {{{{1}}}}"
    assert await engine.value("select count(*) from broadcast_recipients") == 0


async def test_marketing_goes_only_to_who_said_yes_or_bought(engine: Engine) -> None:
    given = await campaign(engine, "MARKETING")
    assert (await act(engine, "preview_broadcast", BUSINESS, given))["left_out"] == {"no_consent": PEOPLE}
    await engine.admin.execute(
        "insert into contact_preferences (business_id, contact_id, category, value) select business_id, id, "
        "'marketing_messages', case phone when '393200000004' then 'resume' else 'stop' end from contacts "
        "where phone in ('393200000004', '393200000005')"
    )
    shown = await act(engine, "preview_broadcast", BUSINESS, given)
    assert (shown["recipients"], shown["left_out"]) == (1, {"no_consent": PEOPLE - 2, "no_marketing": 1})


async def test_each_gets_it_once_however_many_workers_run(engine: Engine) -> None:
    broadcast = await started(engine, await campaign(engine))
    await asyncio.gather(*(engine.call("send_broadcasts", 7) for _ in range(8)))
    waiting = await engine.value("select count(*) from outbox")
    assert waiting <= 7 * 8
    for _ in range(20):
        await asyncio.gather(*(engine.call("send_broadcasts", 1000) for _ in range(4)))
    per_contact = await engine.rows(
        "select c.contact_id, count(*) as n from whatsapp_messages m "
        "join whatsapp_conversations c on c.id = m.conversation_id "
        "where m.client_key = $1 group by 1",
        f"broadcast:{broadcast}",
    )
    assert [row["n"] for row in per_contact] == [1] * PEOPLE
    assert await engine.value("select status from broadcasts") == "done"
    assert (
        await engine.value("select count(*) from whatsapp_conversations where last_message_at = '2026-01-01'")
        == PEOPLE
    )


async def test_only_a_few_wait_in_the_outbox_at_once(engine: Engine) -> None:
    await started(engine, await campaign(engine))
    for _ in range(3):
        await engine.call("send_broadcasts", 5)
    assert await engine.value("select count(*) from outbox") == 5
    assert (await counts(engine))["queued"] == PEOPLE


async def test_who_says_stop_while_it_runs_gets_nothing(engine: Engine) -> None:
    await started(engine, await campaign(engine))
    await engine.call("send_broadcasts", 10)
    await engine.admin.execute("update contacts set opted_out_at = now() where phone like '3932000000%'")
    await engine.call("send_broadcasts", 1000)
    claimed = await engine.call("claim_outbox", 100, 30, 120)
    assert claimed["messages"] == []
    assert await counts(engine) == {"left_out": PEOPLE}


async def test_a_stop_takes_back_what_has_not_left(engine: Engine) -> None:
    broadcast = await started(engine, await campaign(engine))
    await engine.call("send_broadcasts", 10)
    claimed = (await engine.call("claim_outbox", 4, 30, 120))["messages"]
    for _ in range(2):
        await act(engine, "stop_broadcast", broadcast)
    await engine.call("send_broadcasts", 1000)
    assert await counts(engine) == {"queued": len(claimed), "left_out": PEOPLE - len(claimed)}
    with pytest.raises(asyncpg.PostgresError, match="stopped"):
        await act(engine, "start_broadcast", broadcast)


async def test_receipts_move_the_progress_and_a_failure_calls_nobody(engine: Engine) -> None:
    await started(engine, await campaign(engine))
    await engine.call("send_broadcasts", 1000)
    messages = (await engine.call("claim_outbox", 100, 30, 120, 1000))["messages"]
    assert len(messages) == PEOPLE
    results = [
        {"message_id": m["message_id"], "token": m["token"], "outcome": "sent", "external_id": f"wamid.b{n}"}
        for n, m in enumerate(messages)
    ]
    results[-1] |= {"outcome": "failed", "external_id": None, "code": 131026, "error": "undeliverable"}
    escalations = await engine.value("select count(*) from escalations")
    await engine.call("record_sends", results, 120, 6)
    await engine.ingest(receipt("wamid.b0", "read"), receipt("wamid.b1", "delivered"))
    assert await counts(engine) == {"sent": PEOPLE - 3, "read": 1, "delivered": 1, "failed": 1}
    assert await engine.value("select count(*) from escalations") == escalations


async def test_a_template_that_the_provider_pauses_ends_the_run(engine: Engine) -> None:
    await started(engine, await campaign(engine))
    await engine.call("send_broadcasts", 10)
    await engine.admin.execute("update message_templates set status = 'PAUSED' where name = 'novita'")
    await engine.call("send_broadcasts", 1000)
    assert await counts(engine) == {"queued": 10, "left_out": PEOPLE - 10}


async def test_wrong_broadcasts_are_refused_by_field(engine: Engine) -> None:
    given = await campaign(engine)
    for changes, field in (
        ({"params": ["una"]}, "params"),
        ({"params": ["a\nb", "c"]}, "params"),
        ({"audience": {"city": "Milano"}}, "audience"),
        ({"audience": {"ordered_days": "molti"}}, "ordered_days"),
        ({"template_id": BUSINESS}, "template_id"),
        ({"name": ""}, "name"),
    ):
        with pytest.raises(asyncpg.PostgresError) as caught:
            await act(engine, "create_broadcast", BUSINESS, given | changes, "k2")
        assert caught.value.detail == field
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(engine, "create_broadcast", BUSINESS, given, "k3", claims=AGENT)
