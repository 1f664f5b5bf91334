"""The pages of admins in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]

ADMIN = "admin@dloop.example"


async def _open(agent: Agent, name: str) -> None:
    await agent.sign_in(email=ADMIN)
    await expect(agent.page.get_by_role("searchbox")).to_be_visible()
    await agent.page.goto(f"{agent.stack.desk_url}/{name}")


async def test_a_product_is_found_refused_mended_and_priced(agent: Agent) -> None:
    await _open(agent, "catalogue")
    page = agent.page
    await page.get_by_label("Cerca per nome, codice o descrizione").fill("Guinzaglio in pelle")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Guinzaglio in pelle artigianale").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Prezzo").fill("trentacinque")
    await dialog.get_by_label("Descrizione").fill("Vero cuoio, cucito a mano")
    await dialog.get_by_role("button", name="Salva", exact=True).click()
    await expect(dialog.get_by_text("Scrivi un importo come 12,90")).to_be_visible()
    await expect(dialog.get_by_label("Descrizione")).to_have_value("Vero cuoio, cucito a mano")
    await dialog.get_by_label("Prezzo").fill("34,50")
    await dialog.get_by_role("button", name="Salva", exact=True).click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("34,50 €")).to_be_visible()
    (row,) = await agent.stack.sql("select price::text, description from products where sku = 'C02'")
    assert tuple(row) == ("34.50", "Vero cuoio, cucito a mano")
    await agent.stack.sql("update products set price = 34 where sku = 'C02'")
