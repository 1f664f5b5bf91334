"""The page of what needs a person, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.conftest import VIEWER
from tests.desk.pages import visit
from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]


async def test_whoever_asks_for_a_person_is_taken_and_resolved_from_the_page(agent: Agent) -> None:
    page, stack, phone = agent.page, agent.stack, agent.stack.new_phone()
    name = f"<b>Ugo</b> **{phone[-4:]}**"
    await stack.inbound(phone, "Vorrei parlare con una persona", name=name)
    await stack.replies(phone)
    (row,) = await stack.sql(
        "select e.id from escalations e join whatsapp_conversations c on c.id = e.conversation_id where c.phone = $1",
        phone,
    )
    await agent.sign_in()
    await expect(page.locator("[data-page=attention] i")).to_be_visible()
    await page.goto(f"{stack.desk_url}/attention")
    item = page.locator(f".st-key-attention_escalation_{row['id']}")
    await expect(item).to_contain_text("Vorrei parlare con una persona")
    await expect(item.get_by_role("link", name=name)).to_be_visible()

    await item.get_by_role("button", name="Prendi").click()
    await expect(item).to_contain_text("Chiara Conti")
    await expect(item.get_by_role("button", name="Prendi")).to_have_count(0)

    await item.get_by_role("link", name=name).click()
    await expect(page.locator(".thread-title b")).to_have_text(name)
    await page.goto(f"{stack.desk_url}/attention")
    await item.get_by_role("button", name="Risolvi").click()
    await expect(item).to_have_count(0)
    (row,) = await stack.sql("select status from whatsapp_conversations where phone = $1", phone)
    assert row["status"] == "resolved"


async def test_a_viewer_sees_what_is_wrong_and_no_button(agent: Agent) -> None:
    page, stack, phone = agent.page, agent.stack, agent.stack.new_phone()
    await stack.inbound(phone, "Vorrei parlare con una persona", name=f"Ida {phone[-4:]}")
    await stack.replies(phone)
    await page.get_by_label("E-mail").fill(VIEWER)
    await page.get_by_label("Password").fill(stack.agent_password)
    await page.get_by_role("button", name="Accedi").click()
    await expect(page.locator(".pages")).to_be_visible()
    await page.goto(f"{stack.desk_url}/attention")
    await expect(page.get_by_text(f"Ida {phone[-4:]}")).to_be_visible()
    await expect(page.locator("[class*=st-key-attention_] button")).to_have_count(0)


async def test_a_message_a_turn_a_push_and_an_event_each_with_its_one_click(agent: Agent) -> None:
    stack, phone = agent.stack, agent.stack.new_phone()
    name, mark = f"Lina {phone[-4:]}", f"flows{phone[-6:]}"
    waits = stack.new_phone()
    for one, called in ((phone, name), (waits, f"Aldo {waits[-4:]}")):
        await stack.inbound(one, "ciao", name=called)
        await stack.replies(one)
    (turn,) = await stack.sql("select id from whatsapp_conversations where phone = $1", waits)
    (row,) = await stack.sql(
        "select id, business_id, account_id from whatsapp_conversations where phone = $1", phone
    )
    conversation, business, account = row
    (failed,) = await stack.sql(
        "insert into whatsapp_messages (business_id, conversation_id, account_id, direction, author, type, content, "
        "payload, status, error_code, failed_at) values ($1, $2, $3, 'outbound', 'bot', 'text', "
        "'Il pacco arriva oggi', '{\"text\": \"Il pacco arriva oggi\"}', 'failed', 131026, now()) returning id",
        business,
        conversation,
        account,
    )
    await stack.sql("update whatsapp_conversations set failed_at = now() where id = $1", conversation)
    await stack.sql(
        # Its lease is another's for an hour, so that no worker takes it before the button is pressed.
        "insert into turn_queue (conversation_id, run_at, first_pending_at, attempts) "
        "values ($1, now() + interval '1 hour', now() - interval '10 minutes', 3) "
        "on conflict (conversation_id) do update set run_at = excluded.run_at, "
        "first_pending_at = excluded.first_pending_at, "
        "attempts = 3",
        turn["id"],
    )
    (push,) = await stack.sql(
        "with n as (insert into notifications (business_id, kind, audience, dedupe_key) "
        "values ($1, 'new_order', 'rider', $2) returning id) "
        "insert into notification_deliveries (business_id, notification_id, device_id, status, attempts, error) "
        "select $1, n.id, d.id, 'failed', 5, 'UNAVAILABLE' from n, devices d where d.value = 'seed-rider-anna-phone' "
        "returning id",
        business,
        mark,
    )
    await stack.sql(
        "insert into webhook_events (business_id, channel, field, dedupe_key, payload, error) "
        "values ($1, 'whatsapp', $2, $2, '{}', 'unknown field')",
        business,
        mark,
    )
    page = await visit(agent, "attention", email=stack.agent_email)
    item = page.locator(f".st-key-attention_message_{failed['id']}")
    await expect(item).to_contain_text("Il pacco arriva oggi")
    await expect(item.get_by_role("link", name=name)).to_be_visible()
    await item.get_by_role("button", name="Invia di nuovo").click()
    await expect(item).to_have_count(0)
    sent = await stack.replies(phone, count=2)
    assert [body["text"]["body"] for body in sent if body["type"] == "text"].count(
        "Il pacco arriva oggi"
    ) == 1

    item = page.locator(f".st-key-attention_turn_{turn['id']}")
    await expect(item).to_contain_text(f"Aldo {waits[-4:]}")
    await item.get_by_role("button", name="Riprova ora").click()
    await expect(item).to_have_count(0)

    item = page.locator(f".st-key-attention_push_{push['id']}")
    await expect(item).to_contain_text("Anna Ferri")
    await item.get_by_role("button", name="Riprova").click()
    await expect(item).to_have_count(0)
    assert (await stack.sql("select status from notification_deliveries where id = $1", push["id"]))[0][
        "status"
    ] in (
        "pending",
        "sending",
        "sent",
        "delivered",
    )

    item = page.locator("[class*=st-key-attention_event_]", has_text=mark)
    await item.get_by_role("button", name="Visto").click()
    await expect(item).to_have_count(0)
    assert (await stack.sql("select seen_at from webhook_events where field = $1", mark))[0]["seen_at"]
    await stack.sql("delete from notifications where dedupe_key = $1", mark)
