"""The pages of admins in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.pages import choose, field, press, visit
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


async def test_a_broadcast_is_refused_scheduled_stopped_and_leaves_out_who_said_stop(agent: Agent) -> None:
    stack, stopped, other = agent.stack, agent.stack.new_phone(), agent.stack.new_phone()
    label = f"dopo{other[-6:]}"
    for phone in (stopped, other):
        await stack.inbound(phone, "ciao", name=f"Cliente {phone[-4:]}")
        await stack.replies(phone)
        await stack.sql(
            "update whatsapp_conversations set labels = array[$2::text] where phone = $1", phone, label
        )
    await stack.inbound(stopped, "STOP")
    await stack.replies(stopped, count=2)
    await stack.sql(
        "insert into labels (business_id, name) select id, $1 from businesses on conflict do nothing", label
    )
    page = await visit(agent, "broadcasts")
    dialog = page.get_by_role("dialog")
    await press(page, "Nuova campagna")
    await press(dialog, "Guarda chi lo riceve")
    await expect(dialog.get_by_text("«Valori»: Compila ogni valore")).to_be_visible()
    await field(dialog, "Valore 1").fill("{name}, le candele")
    await page.keyboard.press("Tab")
    await dialog.get_by_role("combobox", name="Etichetta").fill(label)
    await page.get_by_role("option", name=label).click()
    await choose(page, dialog, "Lingua", "Tutti")
    await press(dialog, "Guarda chi lo riceve")
    # Who said no is counted, with the reason; the preview is in the words that the customer gets.
    await expect(dialog.get_by_text("Lo riceve 1 cliente")).to_be_visible()
    await expect(dialog.get_by_text("Esclusi: 1 hanno scritto STOP")).to_be_visible()
    await expect(dialog.get_by_text("Cliente, le candele")).to_be_visible()
    await dialog.get_by_text("Manda più tardi").click()
    # Without a name it is refused by the name of the field, and everything stays as it was typed.
    await press(dialog, "Programma per 1")
    await expect(dialog.get_by_text("«Nome, solo per te»")).to_be_visible()
    await expect(field(dialog, "Valore 1")).to_have_value("{name}, le candele")
    await field(dialog, "Nome, solo per te").fill(f"Dopo {label}")
    await page.keyboard.press("Tab")
    (when,) = await stack.sql("select (now() at time zone timezone)::date + 1 as day from businesses")
    await dialog.get_by_role("spinbutton", name="day, Giorno").click()
    await page.keyboard.type(f"{when['day']:%d%m%Y}")
    await page.keyboard.press("Tab")
    await press(dialog, "Programma per 1")
    await expect(dialog).to_be_hidden()
    card = page.locator("[class*=st-key-broadcast_]", has_text=f"Dopo {label}")
    await expect(card).to_contain_text("Programmata")
    await expect(card).to_contain_text(f"Comincia il {when['day']:%d/%m/%Y} 10:00")
    await press(card, "Ferma")
    await expect(card).to_contain_text("Fermata")
    (row,) = await stack.sql("select status from broadcasts where name = $1", f"Dopo {label}")
    assert row["status"] == "cancelled"
    assert len(await stack.replies(other)) == 1, "nothing was sent"

    # Templates: what the provider would not take is refused with the reason that is meant here.
    await page.get_by_role("tab", name="Modelli").click()
    await press(page, "Registra un modello")
    await field(dialog, "Nome").fill("Con Spazi")
    await field(dialog, "Lingua").fill("italiano")
    await field(dialog, "Testo").fill("Ciao {{2}}")
    for wrong, name, right in (
        ("Solo minuscole, cifre e _", "Nome", label),
        ("Il codice del fornitore, come it o en_US.", "Lingua", "it"),
        ("con i valori numerati senza salti", "Testo", "Ciao {{1}}"),
    ):
        await press(dialog, "Salva")
        await expect(dialog.get_by_role("alert").get_by_text(wrong)).to_be_visible()
        await field(dialog, name).fill(right)
    await press(dialog, "Salva")
    await expect(dialog).to_be_hidden()
    template = page.locator("[class*=st-key-row_]", has_text=f"{label} · it")
    await expect(template.last).to_contain_text("Ciao {{1}}")
    (row,) = await stack.sql("select status, params from message_templates where name = $1", label)
    assert tuple(row) == ("PENDING", 1)
    await stack.sql("delete from message_templates where name = $1", label)
