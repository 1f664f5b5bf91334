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


async def test_a_person_is_invited_chooses_a_password_and_signs_in(agent: Agent) -> None:
    await _open(agent, "settings")
    page, stack = agent.page, agent.stack
    email = f"nuova.{stack.new_phone()}@dloop.example"
    await page.get_by_role("button", name="Invita una persona").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="E-mail").fill("nessuna")
    await dialog.get_by_role("textbox", name="Nome").fill("Nuova Persona")
    await dialog.get_by_role("button", name="Invita", exact=True).click()
    await expect(dialog.get_by_text("Scrivi un indirizzo e-mail")).to_be_visible()
    await expect(dialog.get_by_role("textbox", name="Nome")).to_have_value("Nuova Persona")
    await dialog.get_by_role("textbox", name="E-mail").fill(email)
    await dialog.get_by_role("button", name="Invita", exact=True).click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text(email)).to_be_visible()
    (mail,) = (await stack.http.get(f"{stack.supabase_url}/mails", params={"to": email})).json()
    await page.context.clear_cookies()
    agent.problems.clear()
    answer = await stack.http.get(mail["link"], follow_redirects=False)
    await page.goto("about:blank")
    await page.goto(answer.headers["location"])
    await page.get_by_label("Nuova password").fill("una frase lunga")
    await page.get_by_role("button", name="Salva la password").click()
    await expect(page.get_by_role("heading", name="Bentornato")).to_be_visible()
    await agent.sign_in("una frase lunga", email=email)
    await expect(page.get_by_role("searchbox")).to_be_visible()


async def test_a_broadcast_is_looked_at_sent_and_followed_to_its_receipts(agent: Agent) -> None:
    stack, phone = agent.stack, agent.stack.new_phone()
    await stack.inbound(phone, "ciao", name="Ilaria Villa")
    await stack.replies(phone)
    label = f"prova{phone[-6:]}"
    await stack.sql(
        "update whatsapp_conversations set labels = array[$2::text] where phone = $1", phone, label
    )
    await stack.sql(
        "insert into labels (business_id, name) select id, $1 from businesses on conflict do nothing", label
    )
    await _open(agent, "broadcasts")
    page = agent.page
    await page.get_by_role("button", name="Nuova campagna").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Nome, solo per te").fill(f"Novità {label}")
    await dialog.get_by_role("textbox", name="Valore 1").fill("candele")
    await page.keyboard.press("Tab")
    await dialog.get_by_role("combobox", name="Etichetta").fill(label)
    await page.get_by_role("option", name=label).click()
    await dialog.get_by_role("combobox", name="Lingua").click()
    await page.get_by_role("option", name="Tutti").click()
    await dialog.get_by_role("button", name="Guarda chi lo riceve").click()
    await expect(dialog.get_by_text("Lo riceve 1 cliente")).to_be_visible()
    await dialog.get_by_role("button", name="Manda ora a 1").click()
    await expect(dialog).to_be_hidden()
    sent = await stack.replies(phone, count=2, seconds=60)
    assert sent[-1]["type"] == "template"
    await expect(page.get_by_text("1 letti").or_(page.get_by_text("1 consegnati")).first).to_be_visible()
