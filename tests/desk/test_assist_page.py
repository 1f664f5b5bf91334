"""Help with an answer, in a real browser: suggested into the draft, never over what was typed, never sent."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]


async def _open(agent: Agent, text: str) -> tuple[str, Locator]:
    """A conversation in which somebody has just said this and waits for a person; the words the agent writes."""
    stack, phone = agent.stack, agent.stack.new_phone()
    name = f"Ada {phone[-6:]}"
    await stack.inbound(phone, "operatore", name=name)
    await stack.replies(phone)
    await stack.sql(
        "update whatsapp_conversations set owner = 'human', language = 'en' where phone = $1", phone
    )
    await stack.inbound(phone, text, name=name)
    await agent.sign_in()
    await agent.open(name)
    await expect(agent.page.locator(".message.in", has_text=text)).to_be_visible()
    return phone, agent.page.locator(".composer textarea")


async def test_a_suggestion_fills_an_empty_draft_and_asks_before_it_replaces_one(agent: Agent) -> None:
    page = agent.page
    phone, area = await _open(agent, "Avete guinzagli in pelle? Quanto costano?")
    suggest = page.get_by_role("button", name="Proponi una risposta")
    await suggest.click()
    bar = page.locator(".assist")
    await expect(bar).to_contain_text("Risposta che darebbe il bot")
    await expect(bar).to_contain_text("Senza modello linguistico")
    # The price is the catalogue's.
    (row,) = await agent.stack.sql(
        "select price from products where name ilike 'guinzaglio in pelle%' order by name limit 1"
    )
    await expect(area).to_have_value(re.compile(str(row["price"]).replace(".", "[.,]")))
    await bar.get_by_role("button", name="Annulla").first.click()
    await expect(area).to_have_value("")
    # What was typed stays until the agent says otherwise.
    await area.fill("Buongiorno Ada,")
    await suggest.click()
    await expect(bar.get_by_role("button", name="Usa questa")).to_be_visible()
    assert await area.input_value() == "Buongiorno Ada,"
    await bar.get_by_role("button", name="Aggiungi in fondo").click()
    await expect(area).to_have_value(re.compile(r"^Buongiorno Ada,\n[\s\S]{25,}"))
    sent = "select count(*) from whatsapp_messages where phone = $1 and author = 'agent'"
    assert (await agent.stack.sql(sent, phone))[0][0] == 0


async def test_translations_stand_under_the_bubbles_and_without_a_model_it_is_said(agent: Agent) -> None:
    page = agent.page
    _, area = await _open(agent, "My two cats are waiting for their food")
    bubble = page.locator(".message.in", has_text="My two cats")
    await bubble.hover()
    await bubble.get_by_role("button", name="Traduci").click()
    # No model runs here, and that is what it says.
    await expect(page.locator(".toast").first).to_contain_text("serve un modello linguistico")
    await expect(bubble.locator(".translation")).to_have_count(0)
    await area.fill("Arriva domani.")
    await page.get_by_role("button", name="Traduci la bozza in Inglese").click()
    await expect(page.locator(".toast").last).to_contain_text("serve un modello linguistico")
    assert await area.input_value() == "Arriva domani."
    # What a colleague had translated while there was one is there for everybody.
    await agent.stack.sql(
        "insert into message_translations (message_id, language, business_id, text, numbers_differ, model) "
        "select id, 'it', business_id, 'I miei due gatti aspettano il cibo', true, 'm' "
        "from whatsapp_messages where id = $1::text::uuid",
        await bubble.get_attribute("data-id"),
    )
    await bubble.hover()
    await bubble.get_by_role("button", name="Traduci").click()
    shown = bubble.locator(".translation")
    await expect(shown).to_contain_text("I miei due gatti aspettano il cibo")
    await expect(shown).to_contain_text("Traduzione automatica")
    await expect(shown).to_contain_text("Controlla")
