"""The settings in a real Chromium: people, the business, dealers, riders, numbers, zones and replies."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.desk.conftest import VIEWER
from tests.desk.pages import choose, field, press, visit
from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@pytest_asyncio.fixture
async def settings(stack: Stack) -> AsyncIterator[Stack]:
    """What a business is set to is put back afterwards."""
    (before,) = await stack.sql(
        "select id, name, persona, languages, default_language, timezone, hours::text, limits::text, payment_methods, "
        "bot_kind from businesses"
    )
    yield stack
    await stack.sql(
        "update businesses set name = $2, persona = $3, languages = $4, default_language = $5, timezone = $6, "
        "hours = $7::text::jsonb, limits = $8::text::jsonb, payment_methods = $9, bot_kind = $10 where id = $1",
        *before,
    )


async def _tab(page: Page, *names: str) -> None:
    for name in names:
        await page.get_by_role("tab", name=name, exact=True).click()


async def _business(stack: Stack, column: str) -> Any:
    return (await stack.sql(f"select {column} as value from businesses"))[0]["value"]


async def test_what_a_business_is_set_to_is_refused_by_its_field_kept_and_obeyed(
    agent: Agent, settings: Stack
) -> None:
    page = await visit(agent, "settings")
    await _tab(page, "Attività")
    await field(page, "Come parla l’assistente").fill("Sei cordiale e breve.")
    await field(page, "Fuso orario").fill("Marte/Olympus")
    await press(page, "Salva")
    await expect(page.get_by_text("Questo fuso orario non esiste.")).to_be_visible()
    await expect(page.get_by_text("Non è stato salvato: correggi «Fuso orario».")).to_be_visible()
    await expect(field(page, "Come parla l’assistente")).to_have_value("Sei cordiale e breve.")
    await field(page, "Fuso orario").fill("Europe/Rome")
    await press(page, "Salva")
    await expect(page.get_by_text("Salvato.")).to_be_visible()
    assert await _business(settings, "persona") == "Sei cordiale e breve."

    # What the assistant does is another thing at once.
    await choose(page, page, "Che cosa fa l’assistente", "Controlla offerte di lavoro")
    await press(page, "Salva")
    await expect(page.get_by_text("Salvato.")).to_be_visible()
    phone = settings.new_phone()
    await settings.inbound(
        phone, "Lavoro da casa, 500 euro al giorno! Basta una quota di 50 euro su conto estero."
    )
    (warned,) = await settings.replies(phone)
    assert "truffa" in json.dumps(warned, ensure_ascii=False).lower()
    await choose(page, page, "Che cosa fa l’assistente", "Vende: ordini, negozi e rider")
    await press(page, "Salva")

    async def sells() -> bool:
        return bool(await _business(settings, "bot_kind") == "commerce")

    await settings.until(sells, what="the kind of bot")

    # A day that can't be read is named where it stands and beside the button; days off are dates as people write them.
    await _tab(page, "Attività", "Orari")
    await field(page, "Martedì").fill("dalle nove")
    await press(page, "Salva")
    await expect(page.get_by_text("Non è stato salvato: correggi «Martedì».")).to_be_visible()
    await expect(field(page, "Martedì")).to_have_value("dalle nove")
    await field(page, "Martedì").fill("9-13, 15-19:30")
    await field(page, "Giorni di chiusura").fill("Natale")
    await press(page, "Salva")
    await expect(page.get_by_text("Non è stato salvato: correggi «Giorni di chiusura».")).to_be_visible()
    await field(page, "Giorni di chiusura").fill("25/12/2026")
    await press(page, "Salva")

    async def hours() -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(await _business(settings, "hours"))
        return kept if kept.get("closed") else {}

    kept = await settings.until(hours, what="hours")
    assert (kept["tue"], kept["closed"]) == ([["09:00", "13:00"], ["15:00", "19:30"]], ["2026-12-25"])

    # Limits: a thousand is a thousand, and a long form says below what is wrong further up.
    await _tab(page, "Attività", "Limiti")
    await field(page, "Minuti che un negozio ha per accettare").fill("molti")
    await press(page, "Salva")
    await expect(page.get_by_text("Un numero da 1 a 1440.")).to_be_visible()
    await expect(page.get_by_text("correggi «Minuti che un negozio ha per accettare».")).to_be_in_viewport()
    await field(page, "Minuti che un negozio ha per accettare").fill("12")
    await field(page, "Ordine minimo").fill("1.000,50")
    await page.get_by_text("I rider vedono il numero del cliente").click()
    await press(page, "Salva")

    async def limits() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await _business(settings, "limits"))
        return found if "rider_phone" in found else {}

    found = await settings.until(limits, what="limits")
    assert [float(found[name]) for name in ("offer_minutes", "minimum_order", "rider_phone")] == [
        12,
        1000.5,
        1,
    ]


async def test_a_canned_reply_is_added_used_by_an_agent_and_removed(agent: Agent, browser: Browser) -> None:
    stack, phone = agent.stack, agent.stack.new_phone()
    word, body = f"orari{phone[-5:]}", "Siamo aperti dalle 9 alle 19."
    name = f"Olga {phone[-4:]}"
    await stack.inbound(phone, "ciao", name=name)
    await stack.replies(phone)
    page = await visit(agent, "settings")
    dialog = page.get_by_role("dialog")
    await _tab(page, "Risposte pronte")
    await press(page, "Nuova risposta")
    await field(dialog, "Scorciatoia").fill("due parole")
    await field(dialog, "Testo").fill(body)
    await press(dialog, "Salva")
    await expect(dialog.get_by_text("Una parola di lettere, cifre, - o _.")).to_be_visible()
    await expect(field(dialog, "Testo")).to_have_value(body)
    # One that is there already is not written over.
    await field(dialog, "Scorciatoia").fill("ciao")
    await press(dialog, "Salva")
    await expect(dialog.get_by_text("Ce n’è già uno così.")).to_be_visible()
    await field(dialog, "Scorciatoia").fill(f"/{word}")
    await press(dialog, "Salva")
    await expect(dialog).to_be_hidden()

    # An agent finds it in the composer, and the customer gets it.
    context = await browser.new_context(locale="it-IT", viewport={"width": 1280, "height": 800})
    other = Agent(page=await context.new_page(), stack=stack)
    await other.page.goto(stack.desk_url)
    await other.sign_in()
    await other.open(name)
    box = other.page.locator("textarea.words")
    await box.fill(f"/{word}")
    await box.press("Enter")
    await expect(box).to_have_value(body)
    await box.press("Enter")
    sent = await stack.replies(phone, count=2)
    assert sent[-1]["text"]["body"] == body
    await context.close()

    await _tab(page, "Risposte pronte")
    await page.get_by_role("button", name=f"/{word} · it").click()
    await press(dialog, "Rimuovi")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name=f"/{word} · it")).to_have_count(0)
    assert not await stack.sql("select 1 from canned_replies where shortcut = $1", word)


@pytest_asyncio.fixture
async def newcomer(stack: Stack) -> AsyncIterator[tuple[str, str]]:
    """E-mail and name of an agent of this test's own, who is gone afterwards."""
    email, name = f"prova.{stack.new_phone()}@dloop.example", f"Prova {stack.new_phone()[-5:]}"
    headers = {"apikey": stack.service_role_key, "authorization": f"Bearer {stack.service_role_key}"}
    body = {"email": email, "password": stack.agent_password, "email_confirm": True}
    made = await stack.http.post(f"{stack.supabase_url}/auth/v1/admin/users", json=body, headers=headers)
    user = made.raise_for_status().json()["id"]
    await stack.sql(
        "insert into staff (business_id, user_id, role, name) select id, $1::text::uuid, 'agent', $2 from businesses",
        user,
        name,
    )
    yield email, name
    await stack.sql("update staff set active = false where user_id = $1::text::uuid", user)


async def _person(page: Page, name: str) -> Locator:
    await page.get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    return dialog


async def test_a_role_that_changes_is_seen_by_the_person_and_who_is_switched_off_is_out(
    agent: Agent, browser: Browser, newcomer: tuple[str, str]
) -> None:
    stack, (email, name) = agent.stack, newcomer
    phone = stack.new_phone()
    customer = f"Piero {phone[-4:]}"
    await stack.inbound(phone, "ciao", name=customer)
    await stack.replies(phone)
    context = await browser.new_context(locale="it-IT", viewport={"width": 1280, "height": 800})
    other = Agent(page=await context.new_page(), stack=stack)
    await other.page.goto(stack.desk_url)
    await other.sign_in(email=email)
    await other.open(customer)
    await expect(other.page.locator("textarea.words")).to_be_visible()

    page = await visit(agent, "settings")
    dialog = await _person(page, name)
    await press(dialog, "Manda una mail per una nuova password")
    await expect(dialog.get_by_text("La mail è partita.")).to_be_visible()
    mails = (await stack.http.get(f"{stack.supabase_url}/mails", params={"to": email})).json()
    assert [mail["kind"] for mail in mails] == ["recovery"]
    await choose(page, dialog, "Ruolo", "Sola lettura")
    await press(dialog, "Salva")
    await expect(dialog).to_be_hidden()
    row = page.locator("[class*=st-key-row_staff_]", has_text=email)
    await expect(row).to_contain_text("Sola lettura")
    await other.page.reload()
    await expect(other.page.get_by_text("Qui puoi leggere")).to_be_visible()
    await expect(other.page.locator("textarea.words")).to_be_hidden()

    dialog = await _person(page, name)
    await dialog.get_by_text("Attivo", exact=True).click()
    await press(dialog, "Salva")
    await expect(dialog).to_be_hidden()
    await expect(row).to_contain_text("Disattivato")
    await other.page.reload()
    await expect(other.page.get_by_role("heading", name="Bentornato")).to_be_visible()
    await other.sign_in(email=email)
    await expect(other.page.get_by_text("Questo account non ha accesso al desk.")).to_be_visible()
    await context.close()

    # The last admin stays one.
    dialog = await _person(page, "Luca Moretti")
    await choose(page, dialog, "Ruolo", "Operatore")
    await press(dialog, "Salva")
    await expect(dialog.get_by_text("È l’ultimo amministratore.")).to_be_visible()


async def test_dealers_riders_numbers_and_zones_are_added_and_refused_by_their_field(agent: Agent) -> None:
    stack, mark = agent.stack, agent.stack.new_phone()[-6:]
    shop, rider, zone = f"Bottega {mark}", f"Rino {mark}", f"Zona {mark}"
    phone = stack.new_phone()
    page = await visit(agent, "settings")
    dialog = page.get_by_role("dialog")
    try:
        await _tab(page, "Negozi")
        await press(page, "Nuovo negozio")
        await press(dialog, "Salva")
        await expect(dialog.get_by_text("Scrivi da 1 a 200 caratteri.")).to_be_visible()
        await field(dialog, "Nome").fill(shop)
        await dialog.get_by_text("In pausa").click()
        await press(dialog, "Salva")
        await expect(dialog).to_be_hidden()
        await _tab(page, "Negozi")
        await expect(page.locator("[class*=st-key-row_dealers_]", has_text=shop)).to_contain_text("In pausa")

        await _tab(page, "Rider e numeri")
        await press(page, "Nuovo rider")
        await field(dialog, "Nome").fill(rider)
        await field(dialog, "Telefono").fill("tre quattro sette")
        await press(dialog, "Salva")
        await expect(dialog.get_by_text("Da 7 a 15 cifre con il prefisso del Paese")).to_be_visible()
        await field(dialog, "Telefono").fill(f"3935{mark}77")
        await press(dialog, "Salva")
        await expect(dialog).to_be_hidden()
        await expect(page.get_by_role("button", name=rider, exact=True)).to_be_visible()

        # A number that belongs to a dealer is answered as that dealer.
        await press(page, "Nuovo numero")
        await field(dialog, "Numero").fill(phone)
        await choose(page, dialog, "Negozio", shop)
        await press(dialog, "Salva")
        await expect(dialog).to_be_hidden()
        await stack.inbound(phone, "pausa")
        assert "paus" in json.dumps(await stack.replies(phone), ensure_ascii=False).lower()

        await _tab(page, "Zone di consegna")
        await press(page, "Nuova zona")
        await field(dialog, "Nome").fill(zone)
        await field(dialog, "CAP").fill("98100")
        await field(dialog, "Costo di consegna").fill("quattro")
        await press(dialog, "Salva")
        await expect(dialog.get_by_text("Un importo come 4,90.")).to_be_visible()
        await expect(dialog.get_by_text("Non è stato salvato: correggi «Costo di consegna».")).to_be_visible()
        await expect(field(dialog, "CAP")).to_have_value("98100")
        await field(dialog, "Costo di consegna").fill("4,90")
        await field(dialog, "Gratis da").fill("1.000")
        await press(dialog, "Salva")
        await expect(dialog).to_be_hidden()
        await expect(page.get_by_role("button", name=zone, exact=True)).to_be_visible()
        (row,) = await stack.sql(
            "select fee::text, free_above::text from delivery_zones where name = $1", zone
        )
        assert tuple(row) == ("4.90", "1000.00")
    finally:
        await stack.sql("delete from delivery_zones where name = $1", zone)
        await stack.sql("delete from rider_contacts where contact_value = $1", phone)
        await stack.sql("delete from riders where name = $1", rider)
        await stack.sql("delete from dealers where name = $1", shop)


async def test_a_viewer_finds_no_settings_and_signing_out_ends_every_page(agent: Agent) -> None:
    page = agent.page
    await page.goto(f"{agent.stack.desk_url}/login?next=/settings")
    await agent.sign_in(email=VIEWER)
    await expect(page.locator(".pages")).to_be_visible()
    await expect(page.locator("[data-page=settings]")).to_have_count(0)
    await expect(page.get_by_text("La pagina Impostazioni è degli amministratori.")).to_be_visible()
    await expect(page.get_by_role("button", name="Invita una persona")).to_have_count(0)
    second = await page.context.new_page()
    await second.goto(f"{agent.stack.desk_url}/catalogue")
    await expect(second.get_by_role("tab", name="Sinonimi")).to_be_visible()
    await page.locator(".account summary").click()
    await page.get_by_role("button", name="Esci").click()
    await expect(page.get_by_role("heading", name="Bentornato")).to_be_visible()
    # What another tab still shows does nothing any more.
    await second.get_by_role("tab", name="Sinonimi").click()
    await expect(second.get_by_role("heading", name="Bentornato")).to_be_visible()
