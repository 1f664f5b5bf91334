"""How the traffic is: measured on a real database, told in sentences, shown in a real Chromium."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import expect
from postgrest import AsyncPostgrestClient

from dashboard.client import Refused
from dashboard.queries.health import alerts, health
from dashboard.texts import LANGUAGES, catalogue
from tests.desk.conftest import AGENT, DLOOP, EMILY, GIULIA, PASSWORD, VIEWER, RunningDesk
from tests.fixtures.agent import Agent

ACCOUNT = "00000000-0000-4000-8000-000000000011"
BUSINESS = UUID(DLOOP)


async def _client(desk: RunningDesk, email: str = AGENT) -> AsyncPostgrestClient:
    session, _ = await desk.desk.sessions.open(email, PASSWORD)
    return desk.desk.storage.of(session.tokens.access)


def _names(found: Any, **more: Any) -> list[str]:
    return [alert.name for alert in alerts(found, **more)]


async def test_a_quiet_healthy_business_has_no_alert_but_a_desk_that_is_deaf_says_so(
    seeded_desk: RunningDesk,
) -> None:
    await seeded_desk.sql(
        "update whatsapp_conversations set last_inbound_at = now() where id = $1::text::uuid", EMILY
    )
    found = await health(await _client(seeded_desk), BUSINESS)
    assert _names(found) == []
    assert _names(found, live=False) == ["not_live"]
    session, _ = await seeded_desk.desk.sessions.open(AGENT, PASSWORD)
    assert not seeded_desk.desk.hub.is_deaf(session), "nobody has an inbox open, so there is nothing to hear"
    assert [account["label"] for account in found["accounts"]] == ["Dloop", "Dloop Pro", "Simulator"]


async def test_each_trouble_becomes_its_sentence_worst_first(seeded_desk: RunningDesk) -> None:
    sql = seeded_desk.sql
    await sql("update whatsapp_conversations set last_inbound_at = now() - interval '5 hours'")
    await sql("delete from message_receipts")
    await sql("update webhook_events set created_at = now() - interval '5 hours'")
    await sql(
        "insert into turn_queue (conversation_id, run_at, first_pending_at) values "
        "($1::text::uuid, now() - interval '3 minutes', now() - interval '3 minutes'), "
        "($2::text::uuid, now(), now() - interval '10 seconds')",
        EMILY,
        GIULIA,
    )
    await sql(
        "with m as (insert into whatsapp_messages (business_id, conversation_id, account_id, direction, "
        "author, type, status, "
        "failed_at, error_code) select $1::text::uuid, $2::text::uuid, $3::text::uuid, 'outbound', "
        "'bot', 'text', s, "
        "case when s = 'failed' then now() end, case when s = 'failed' then 190 end from "
        "unnest('{failed,pending}'::text[]) s returning *) "
        "insert into outbox (message_id, business_id, account_id, conversation_id, sequence, run_at) "
        "select id, business_id, account_id, conversation_id, sequence, now() - interval '4 minutes' "
        "from m where status = 'pending'",
        DLOOP,
        GIULIA,
        ACCOUNT,
    )
    await sql(
        'update channel_accounts set health = \'{"FLAGGED": {"current_limit": "TIER_250"}}\' where id = $1::text::uuid',
        ACCOUNT,
    )
    await sql(
        "insert into message_templates (business_id, name, language, status) values ($1::text::uuid, "
        "'promo', 'it', 'PAUSED')",
        DLOOP,
    )
    found = await health(await _client(seeded_desk, VIEWER), BUSINESS)
    told = alerts(found)
    assert [alert.name for alert in told] == ["turns", "sends", "code_190", "number", "silence", "template"]
    assert [alert.tone for alert in told] == ["bad"] * 4 + ["warn"] * 2
    assert told[0].values == {"count": 1}
    assert 180 <= (told[0].seconds or 0) < 600
    assert found["turns"]["waiting"] == 2
    assert [(error["code"], error["messages"], error["failed"]) for error in found["errors"]] == [(190, 1, 1)]
    for language in LANGUAGES:
        for alert in told:
            assert {f"health_alert.{alert.name}", f"health_remedy.{alert.name}"} <= set(catalogue(language))


async def test_it_is_one_question_and_of_no_use_to_others(seeded_desk: RunningDesk) -> None:
    client = await _client(seeded_desk)
    asked: list[str] = []

    async def hear(request: Any) -> None:
        asked.append(request.url.path)

    seeded_desk.desk.http.event_hooks["request"] = [hear]
    await health(client, BUSINESS)
    assert asked == ["/rest/v1/rpc/desk_health"]
    await seeded_desk.sql("update staff set active = false where name = 'Chiara Conti'")
    with pytest.raises(Refused):
        await health(client, BUSINESS)


@pytest.mark.browser
@pytest.mark.stack
async def test_the_page_tells_what_is_wrong_and_that_it_is_over(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    await stack.sql(
        "insert into message_templates (business_id, name, language, status) values ($1::text::uuid, "
        "'offerta_rotta', 'it', 'REJECTED') "
        "on conflict do nothing",
        DLOOP,
    )
    try:
        await agent.sign_in()
        await page.get_by_role("link", name="Salute").click()
        await expect(page.get_by_text("Il modello offerta_rotta (it) non si può inviare.")).to_be_visible()
        await expect(page.get_by_text("Aspettano risposta")).to_be_visible()
    finally:
        await stack.sql("delete from message_templates where name = 'offerta_rotta'")
    # It looks again by itself.
    await expect(page.get_by_text("offerta_rotta")).to_have_count(0)


async def test_a_budget_of_the_model_is_told_before_it_ends(seeded_desk: RunningDesk) -> None:
    client = await _client(seeded_desk)
    await seeded_desk.sql("update whatsapp_conversations set last_inbound_at = now()")
    await seeded_desk.sql("update businesses set limits = limits || '{\"model_calls_per_day\": 10}'")
    usual = '{"model_usd_per_day": 5, "contact_model_usd_per_day": 5, "contact_model_calls_per_day": 9}'
    for calls, told in ((7, []), (1, ["model_budget"]), (2, ["model_spent"])):
        for _ in range(calls):
            await seeded_desk.sql(
                "select begin_model_call($1::text::uuid, null, $2::text::jsonb)", DLOOP, usual
            )
        assert [name for name in _names(await health(client, BUSINESS)) if "model" in name] == told


async def test_a_model_that_fails_is_told_by_what_helps(seeded_desk: RunningDesk) -> None:
    client = await _client(seeded_desk)
    for error, told in (("quota", "model_quota"), ("timeout", ""), ("timeout", ""), ("server", "model_late")):
        await seeded_desk.sql(
            "insert into ai_calls (business_id, conversation_id, purpose, model, outcome, error) "
            "values ($1::text::uuid, $2::text::uuid, 'turn', 'm', 'failed', $3)",
            DLOOP,
            EMILY,
            error,
        )
        names = _names(await health(client, BUSINESS))
        assert "model_quota" in names
        assert ("model_late" in names) is (told == "model_late")
