"""The clocks of the desk in a real Chromium: they count down, turn to overdue by themselves, and end with an answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest_asyncio.fixture
async def with_targets(stack: Stack) -> AsyncIterator[Stack]:
    """The business wants a first response within fifteen minutes."""
    await stack.sql(
        "insert into desk_rules (business_id, response_minutes) select id, 15 from businesses "
        "on conflict (business_id) do update set response_minutes = 15"
    )
    yield stack
    await stack.sql("delete from desk_rules")


async def test_what_is_due_becomes_overdue_on_its_own_and_is_done_with_the_answer(
    agent: Agent, with_targets: Stack
) -> None:
    page, stack = agent.page, with_targets
    await agent.sign_in()
    phone = stack.new_phone()
    name = f"Tea {phone[-4:]}"
    await stack.inbound(phone, "Vorrei parlare con un operatore", name=name)
    await agent.open(name)
    badge = agent.row(name).locator(".due")
    await expect(badge).to_have_text(re.compile("1[0-4] min"))
    await expect(page.locator(".panel .times")).to_contain_text(re.compile("entro 1[0-4] min"))
    due_in = "update whatsapp_conversations set response_due_at = now() + $2::interval where phone = $1"
    await stack.sql(due_in, phone, timedelta(minutes=2))
    await expect(badge).to_have_class("due warn")
    # Nothing tells the page that the time is over: it knows.
    await stack.sql(due_in, phone, timedelta(seconds=3))
    await expect(badge).to_have_class("due bad")
    await page.get_by_role("searchbox").fill("")
    await page.get_by_title("Altri elenchi").click()
    await page.get_by_role("menuitem", name="Scadute").click()
    await expect(agent.row(name)).to_be_visible()
    await page.get_by_placeholder("Scrivi qui").fill("Eccomi, sono Chiara")
    await page.keyboard.press("Enter")
    await expect(page.locator(".panel .times .late")).to_contain_text("Chiara Conti")
    await expect(agent.row(name)).to_have_count(0)
