"""A desk that is killed and starts again: nobody signs in anew, nothing that was typed is lost."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.async_api import expect

from devstack import statefile
from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]


async def test_an_agent_stays_signed_in_with_their_draft(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    await agent.sign_in()
    await agent.open("Giulia Bianchi")
    box = page.get_by_placeholder("Scrivi qui")
    await box.fill("A metà di una fra")
    before = statefile.read(stack.places.stack_file)
    assert before is not None
    os.kill(before.children["desk"].pid, signal.SIGKILL)
    await expect(page.locator(".desk[data-live=reconnecting]")).to_be_visible()
    await box.press_sequentially("se")

    async def started_again() -> bool:
        now = statefile.read(stack.places.stack_file)
        return now is not None and now.children["desk"].pid != before.children["desk"].pid

    await stack.until(started_again, seconds=60, what="desk")
    await expect(page.locator(".desk[data-live=live]")).to_be_visible(timeout=90_000)
    await expect(box).to_have_value("A metà di una frase")
    await expect(page.locator(".thread-title b")).to_have_text("Giulia Bianchi")
    await page.reload()
    await expect(page.locator(".thread-title b")).to_have_text("Giulia Bianchi")
    await expect(box).to_have_value("A metà di una frase")
    # Sign-out holds across a restart too: the row is gone.
    kept = await _sessions(stack)
    await box.fill("")
    await page.get_by_label("Il tuo account").click()
    await page.get_by_role("button", name="Esci").click()
    await expect(page.get_by_role("heading", name="Bentornato")).to_be_visible()
    assert await _sessions(stack) == kept - 1


async def _sessions(stack: Stack) -> int:
    """How many log-ins of the agent are kept; other tests leave some."""
    rows = await stack.sql(
        "select count(*) from desk_sessions s join auth.users u on u.id = s.user_id where u.email = $1",
        stack.agent_email,
    )
    return int(rows[0]["count"])
