"""From the resolved conversation to the customer's answer beside it, with the real worker and provider between."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest_asyncio.fixture
async def asking(stack: Stack) -> AsyncIterator[Stack]:
    """The business asks how it was."""
    await stack.sql(
        "insert into desk_rules (business_id, ask_satisfaction) select id, true from businesses "
        "on conflict (business_id) do update set ask_satisfaction = true"
    )
    yield stack
    await stack.sql("delete from desk_rules")


async def test_the_customer_is_asked_and_the_agent_sees_the_answer(agent: Agent, asking: Stack) -> None:
    page, stack = agent.page, asking
    await agent.sign_in()
    phone = stack.new_phone()
    name = f"Ugo {phone[-4:]}"
    await stack.inbound(phone, "Vorrei parlare con un operatore", name=name)
    await agent.open(name)
    await page.get_by_placeholder("Scrivi qui").fill("Ecco fatto")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.by-agent")).to_have_count(1)
    await page.locator("[data-do=resolve]").click()
    await expect(page.locator(".event").last).to_contain_text("Chiara Conti l’ha chiusa")

    async def buttons() -> list[dict[str, str]] | None:
        bodies = [entry["body"] for entry in await stack.graph_log(to=phone)]
        found = [b["interactive"]["action"]["buttons"] for b in bodies if b.get("type") == "interactive"]
        return [button["reply"] for button in found[-1]] if found else None

    async def asked() -> list[dict[str, str]] | None:
        found = await buttons()
        return found if found and found[0]["id"].startswith("rate:") else None

    good, *_ = await stack.until(asked, what="question")
    reply = {"type": "button_reply", "button_reply": good}
    await stack.inbound(phone, message={"type": "interactive", "interactive": reply}, name=name)
    await expect(page.locator(".panel .ratings")).to_contain_text("😊 Contento · Chiara Conti")
    await expect(page.locator(".message .text").last).to_contain_text("Grazie")
    rows = await stack.sql("select status from whatsapp_conversations where phone = $1", phone)
    assert [row["status"] for row in rows] == ["resolved"]
