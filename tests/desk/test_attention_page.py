"""The page of what needs a person, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.conftest import VIEWER
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
