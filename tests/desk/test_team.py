"""Online and away in a real Chromium: chosen in the header, seen by colleagues, and conversations given in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

ADMIN = "admin@dloop.example"


@pytest_asyncio.fixture
async def in_turn(stack: Stack) -> AsyncIterator[Stack]:
    """The business assigns in turn, and nobody but who signs in now is online."""
    await stack.sql("delete from staff_availability")
    waiting = await stack.sql(
        "update whatsapp_conversations set assignee_id = (select id from staff where name = 'Luca Moretti') "
        "where assignee_id is null and status <> 'resolved' and (owner = 'human' or escalated_at is not null) "
        "returning id"
    )
    await stack.sql(
        "insert into desk_rules (business_id, assignment, open_per_agent) "
        "select id, 'round_robin', 500 from businesses "
        "on conflict (business_id) do update set assignment = 'round_robin', open_per_agent = 500"
    )
    yield stack
    await stack.sql("delete from desk_rules")
    await stack.sql("delete from staff_availability")
    # What waited for somebody waits again: other tests look for it.
    ids = [row["id"] for row in waiting]
    await stack.sql("update whatsapp_conversations set assignee_id = null where id = any ($1)", ids)
    await stack.sql("delete from conversation_events where conversation_id = any ($1)", ids)


async def test_away_hands_over_and_colleagues_see_it(agent: Agent, browser: Browser, in_turn: Stack) -> None:
    page = agent.page
    await agent.sign_in()
    switch = page.locator(".availability summary")
    await expect(switch).to_contain_text("In linea")
    # A refusal is not asked for again without end, and who is refused stays what they were.
    await page.route("**/team/state", lambda route: route.fulfill(status=422, json={}))
    await switch.click()
    await page.locator('.team-menu [data-state="online"]').click()
    await expect(switch).to_have_attribute("aria-busy", "false")
    await expect(switch).to_contain_text("In linea")
    await page.unroute("**/team/state")
    phone = in_turn.new_phone()
    name = f"Rita {phone[-4:]}"
    await in_turn.inbound(phone, "Vorrei parlare con un operatore", name=name)
    await page.get_by_role("tab", name="Mie").click()
    await expect(agent.row(name).locator(".owner.human")).to_be_visible()
    await agent.open(name)
    await expect(page.locator(".event")).to_contain_text("A turno è toccata a Chiara Conti")
    await expect(page.locator(".handler")).to_contain_text("Chiara Conti")

    context = await browser.new_context(locale="it-IT", viewport={"width": 1280, "height": 800})
    other = Agent(page=await context.new_page(), stack=in_turn)
    await other.page.goto(in_turn.desk_url)
    await other.sign_in(email=ADMIN)
    await expect(other.page.locator(".desk[data-live=live]")).to_be_visible()
    await other.page.locator(".availability summary").click()
    chiara = other.page.locator(".colleagues li", has_text="Chiara Conti")
    await expect(chiara.locator(".dot.online")).to_be_visible()

    # By keyboard alone: open the menu, go away, hand over what is open.
    await switch.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Restano a me")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(switch).to_contain_text("Assente")
    await expect(chiara.locator(".dot.away")).to_be_visible()
    await expect(page.locator(".event").last).to_contain_text("A turno è toccata a Luca Moretti")
    await expect(other.page.locator(".toast", has_text=name)).to_be_visible()
    await page.reload()
    await expect(switch).to_contain_text("Assente")
    await context.close()


async def test_an_admin_chooses_the_rule_and_who_takes_part(agent: Agent, in_turn: Stack) -> None:
    page = agent.page
    await agent.sign_in(email=ADMIN)
    await expect(page.get_by_role("searchbox")).to_be_visible()
    await page.goto(f"{in_turn.desk_url}/settings")
    await page.get_by_role("tab", name="Assistenza").click()
    await page.get_by_role("spinbutton", name="Conversazioni aperte per operatore").fill("7")
    await page.get_by_role("button", name="Salva", exact=True).locator("visible=true").click()

    async def saved() -> bool:
        (row,) = await in_turn.sql("select open_per_agent from desk_rules")
        return bool(row["open_per_agent"] == 7)

    await in_turn.until(saved, what="rule")
    await page.get_by_role("tab", name="Assistenza").click()
    await page.locator("[class*=takes_part] label", has_text="Chiara Conti").click()

    async def left_out() -> bool:
        rows = await in_turn.sql("select 1 from staff_availability where not takes_part")
        return len(rows) == 1

    await in_turn.until(left_out, what="switch")
