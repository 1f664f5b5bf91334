"""An agent writes first, in a real Chromium: chooses whom and what, sees how it looks, and has the conversation."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.conftest import VIEWER
from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]


async def test_a_new_number_is_written_to_with_a_template(agent: Agent) -> None:
    page, stack, phone = agent.page, agent.stack, agent.stack.new_phone()
    name = f"Nuova <b>{phone[-4:]}</b>"
    await agent.sign_in()
    await expect(page.get_by_title("Nuova conversazione")).to_be_visible()
    await page.locator(".list .scroller").click(position={"x": 5, "y": 300})
    await page.keyboard.press("w")
    form = page.locator(".start")
    await form.get_by_role("combobox").fill(f"+{phone}")
    await form.get_by_role("option", name="Numero nuovo").click()
    await form.get_by_label("Nome").fill(name)
    await form.get_by_label("Modello").select_option(label="stato ordine · IT")
    send = form.get_by_role("button", name="Invia")
    await expect(send).to_be_disabled()
    await form.get_by_label("Valore 1").fill("D1 {{2}}")
    await form.get_by_label("Valore 2").fill("è pronto")
    await expect(form.locator(".template-preview")).to_have_text(
        "Aggiornamento sul tuo ordine D1 {{2}}: è pronto."
    )
    await send.click()
    await expect(page.locator(".thread-title b")).to_have_text(name)
    await expect(page.locator(".message.by-agent")).to_contain_text(
        "Aggiornamento sul tuo ordine D1 {{2}}: è pronto."
    )
    await expect(page.locator(".handler.human")).to_contain_text("Chiara Conti")
    [sent] = await stack.replies(phone)
    assert sent["template"]["name"] == "stato_ordine"
    # Once they answer there is a window to write in, and the bot leaves it to the agent.
    await stack.inbound(phone, "grazie!", name="Profilo")
    await expect(page.locator(".message.in .text")).to_have_text("grazie!")
    await expect(page.get_by_placeholder("Scrivi al cliente")).to_be_visible()


async def test_who_said_stop_can_t_be_chosen_and_a_refusal_keeps_what_was_typed(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    stopped, busy = stack.new_phone(), stack.new_phone()
    for phone in (stopped, busy):
        await stack.inbound(phone, "ciao", name=f"Tale {phone[-4:]}")
        await stack.replies(phone)
    await stack.sql("update contacts set opted_out_at = now() where phone = $1 returning 1", stopped)
    await stack.sql(
        "update whatsapp_conversations set owner = 'human', "
        "assignee_id = (select id from staff where role = 'admin' limit 1) where phone = $1 returning 1",
        busy,
    )
    await agent.sign_in()
    await page.get_by_title("Nuova conversazione").click()
    form = page.locator(".start")
    await form.get_by_role("combobox").fill(f"Tale {stopped[-4:]}")
    await expect(form.get_by_role("option", name="Ha scritto STOP")).to_be_disabled()
    await form.get_by_role("combobox").fill(busy)
    await form.get_by_role("option", name=f"Tale {busy[-4:]}").click()
    await form.get_by_label("Modello").select_option(label="di nuovo disponibile · IT")
    await form.get_by_label("Valore 1").fill("Guinzaglio")
    await form.get_by_role("button", name="Invia").click()
    await expect(form.get_by_role("alert")).to_contain_text("collega sta parlando")
    await expect(form.get_by_label("Valore 1")).to_have_value("Guinzaglio")


async def test_who_only_reads_starts_nothing(agent: Agent) -> None:
    await agent.sign_in(email=VIEWER)
    await expect(agent.page.get_by_role("searchbox")).to_be_visible()
    await expect(agent.page.get_by_title("Nuova conversazione")).to_have_count(0)
    await agent.page.keyboard.press("w")
    await expect(agent.page.locator(".start")).to_have_count(0)
