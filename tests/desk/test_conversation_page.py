"""What agents do with a conversation, in two real Chromiums: who acts sees it, and so does the colleague."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.fixtures.agent import Agent, at_desk
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

ADMIN = "admin@dloop.example"
SOON = "now() - interval '1 second'"


async def _customer(stack: Stack, name: str, *words: str) -> tuple[str, str]:
    """Somebody whose words were answered: phone and name."""
    phone = stack.new_phone()
    named = f"{name} {phone[-4:]}"
    for word in words or ("ciao",):
        await stack.inbound(phone, word, name=named)
        await stack.replies(phone)
    return phone, named


async def _state(stack: Stack, phone: str) -> dict[str, Any]:
    (row,) = await stack.sql(
        "select c.*, s.name as assignee from whatsapp_conversations c left join staff s on s.id = c.assignee_id "
        "where c.phone = $1",
        phone,
    )
    return dict(row)


async def _choose(agent: Agent, item: str) -> None:
    """One item of the menu at the head of the thread."""
    await agent.page.get_by_role("button", name="Altro", exact=True).click()
    await agent.page.get_by_role("menuitem", name=item).click()


def _event(agent: Agent, words: str) -> Locator:
    return agent.page.locator(".note.event", has_text=words)


async def test_a_conversation_goes_from_hand_to_hand(agent: Agent, browser: Browser) -> None:
    page, stack = agent.page, agent.stack
    phone, name = await _customer(stack, "Passamano")
    await agent.sign_in()
    await agent.open(name)
    handler = page.locator(".thread-head .handler")
    await expect(handler).to_have_text("Assistente")
    async with at_desk(browser, stack) as luca:
        await luca.sign_in(email=ADMIN)
        await luca.open(name)
        await page.get_by_role("button", name="Prendi in carico").click()
        await expect(handler).to_have_text("Chiara Conti")
        await expect(luca.page.locator(".thread-head .handler")).to_have_text("Chiara Conti")
        await expect(_event(luca, "Chiara Conti ha preso la conversazione")).to_be_visible()
        # Given to a colleague, who hears of it wherever they are and finds it among their own.
        await luca.open("Giulia Bianchi")
        await handler.click()
        await page.get_by_role("menuitem", name="Luca Moretti").click()
        await expect(handler).to_have_text("Luca Moretti")
        told = luca.page.locator(".toast", has_text=name)
        await expect(told).to_contain_text("è stata assegnata a te")
        await told.get_by_role("button", name="Apri").click()
        await expect(luca.page.locator(".thread-title b")).to_have_text(name)
        await luca.page.get_by_role("button", name="Cancella ricerca").click()
        await luca.page.get_by_role("tab", name="Mie").click()
        await expect(luca.row(name)).to_be_visible()
        await expect(_event(luca, "Chiara Conti l’ha assegnata a Luca Moretti")).to_be_visible()
        # A person has it: the bot is silent, what the customer says waits in both lists.
        await stack.inbound(phone, "ci sei?", name=name)
        await expect(page.locator(".message.in", has_text="ci sei?")).to_be_visible()
        await expect(luca.page.locator(".message.in", has_text="ci sei?")).to_be_visible()
        # A note names a colleague: they have a mark until they look.
        await page.get_by_role("tab", name="Nota").click()
        note = page.get_by_role("textbox", name="Nota")
        await note.press_sequentially("tieni d'occhio, @luc")
        await page.get_by_role("listbox", name="Cita un collega").get_by_role("option").click()
        await note.press("Enter")
        await expect(page.locator(".message.aside mark")).to_have_text("@Luca Moretti")
        await expect(luca.page.locator(".message.aside mark")).to_have_text("@Luca Moretti")
        await luca.open("Giulia Bianchi")
        # Written out, it names them just the same.
        await note.fill("ancora @Luca Moretti, grazie")
        await note.press("Enter")
        await luca.page.get_by_role("button", name="Cancella ricerca").click()
        await luca.page.get_by_role("button", name="Altri elenchi").click()
        await luca.page.get_by_role("menuitem", name="Mi citano").click()
        await expect(luca.row(name).get_by_title("Mi citano")).to_be_visible()
        await luca.row(name).click()
        await expect(luca.page.locator(".message.aside", has_text="ancora @Luca Moretti")).to_be_visible()
        await expect(luca.row(name)).to_have_count(0)
        # Back to the bot, which answers what was left open.
        await luca.page.get_by_role("button", name="Restituisci").click()
        await expect(handler).to_have_text("Assistente")
        await expect(_event(agent, "Luca Moretti l’ha ridata al bot")).to_be_visible()
        await expect(page.locator(".message.out.by-bot")).to_have_count(2)
    bodies = [body.get("text", {}).get("body", "") for body in await stack.replies(phone, count=2)]
    assert not [body for body in bodies if "occhio" in body or "ancora @" in body]


async def test_a_conversation_is_closed_put_off_and_comes_back(agent: Agent, browser: Browser) -> None:
    page, stack = agent.page, agent.stack
    phone, name = await _customer(stack, "Rimando")
    await agent.sign_in()
    await agent.open(name)
    head = page.locator(".thread-head")
    async with at_desk(browser, stack) as luca:
        await luca.sign_in(email=ADMIN)
        await expect(luca.row(name)).to_be_visible()
        await page.get_by_role("button", name="Risolvi").click()
        await expect(head).to_contain_text("Chiusa")
        await expect(_event(agent, "Chiara Conti l’ha chiusa")).to_be_visible()
        await expect(luca.row(name)).to_have_count(0)
        await page.get_by_role("button", name="Riapri").click()
        await expect(head).not_to_contain_text("Chiusa")
        await expect(_event(agent, "Chiara Conti l’ha riaperta")).to_be_visible()
        await expect(luca.row(name)).to_be_visible()
        # Put off until tomorrow morning: gone from the open ones, found among those put off, awake when its time comes.
        await _choose(agent, "Rimanda")
        form = page.get_by_role("dialog")
        await form.get_by_role("button", name="Domani mattina").click()
        await form.get_by_role("button", name="Rimanda").click()
        await expect(head).to_contain_text("Rimandata a")
        await expect(luca.row(name)).to_have_count(0)
        until = (await _state(stack, phone))["snoozed_until"]
        tomorrow = datetime.now(until.tzinfo) + timedelta(days=1)
        assert until - tomorrow < timedelta(days=1)
        await luca.page.get_by_role("button", name="Altri elenchi").click()
        await luca.page.get_by_role("menuitem", name="Rimandate").click()
        await expect(luca.row(name)).to_contain_text("Rimandata")
        await _choose(agent, "Riporta tra le aperte")
        await expect(head).not_to_contain_text("Rimandata")
        await expect(luca.row(name)).to_have_count(0)
        await luca.page.get_by_role("tab", name="Aperte").click()
        await expect(luca.row(name)).to_be_visible()
        # The customer's next message wakes it too.
        await _choose(agent, "Rimanda")
        await page.get_by_role("dialog").get_by_role("button", name="Rimanda").click()
        await expect(luca.row(name)).to_have_count(0)
        await stack.inbound(phone, "ci ho ripensato", name=name)
        await expect(luca.row(name)).to_be_visible()
        await expect(head).not_to_contain_text("Rimandata")
        # Its time comes: whoever has it is told, and who came to the desk meanwhile finds it.
        await page.get_by_role("button", name="Prendi in carico").click()
        await expect(head.locator(".handler")).to_have_text("Chiara Conti")
        await _choose(agent, "Rimanda")
        await page.get_by_role("dialog").get_by_role("button", name="Rimanda").click()
        await expect(luca.row(name)).to_have_count(0)
        await luca.page.reload()
        await expect(luca.page.locator(".rows")).to_have_attribute("aria-busy", "false")
        await agent.open("Giulia Bianchi")
        await stack.sql(
            f"update whatsapp_conversations set snoozed_until = {SOON} where phone = $1 returning 1", phone
        )
        await expect(luca.row(name)).to_be_visible()
        told = page.locator(".toast", has_text=name)
        await expect(told).to_contain_text("era rimandata e ora è di nuovo aperta")
        await told.get_by_role("button", name="Apri").click()
        await expect(page.locator(".thread-title b")).to_have_text(name)
        await expect(_event(agent, "È arrivata la sua ora")).to_be_visible()


async def test_an_agent_keeps_things_beside_a_conversation(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    phone, name = await _customer(stack, "Accanto")
    await agent.sign_in()
    await agent.open(name)
    panel = page.get_by_role("complementary", name="Dettagli")
    # Labels: a new one, one that there is, and off again.
    label = f"urgente {phone[-4:]}"
    await panel.get_by_role("button", name="Etichetta").click()
    await page.get_by_role("menuitem", name="Nuova etichetta").click()
    await page.get_by_role("dialog").get_by_label("Etichetta").fill(label)
    await page.get_by_role("dialog").get_by_role("button", name="Salva").click()
    await expect(panel.locator(".labels .tag")).to_have_text(label)
    await expect(agent.row(name).locator(".tag.label")).to_have_text(label)
    await panel.get_by_role("button", name="Etichetta").click()
    await page.get_by_role("menuitem", name=label).click()
    await expect(panel.get_by_text("Nessuna etichetta.")).to_be_visible()
    await expect(agent.row(name).locator(".tag.label")).to_have_count(0)
    # A reminder: set, shown, due, done.
    await _choose(agent, "Ricordamelo")
    form = page.get_by_role("dialog")
    await form.get_by_label("Che cosa (facoltativo)").fill("richiama per il reso")
    await form.get_by_role("button", name="Lunedì").click()
    await form.get_by_role("button", name="Ricordamelo").click()
    reminder = panel.locator(".reminders")
    await expect(reminder).to_contain_text("richiama per il reso")
    await expect(page.locator(".toast", has_text="richiama per il reso")).to_have_count(0)
    # Closed meanwhile, and on no list that is open: it is told all the same.
    await page.get_by_role("button", name="Risolvi").click()
    await expect(page.locator(".thread-head")).to_contain_text("Chiusa")
    await page.goto(stack.desk_url)
    await expect(page.get_by_text("Scegli una conversazione")).to_be_visible()
    await expect(agent.row(name)).to_have_count(0)
    due = f"update reminders set remind_at = {SOON} where body = 'richiama per il reso' and done_at is null returning 1"
    await stack.sql(due)
    told = page.locator(".toast", has_text="richiama per il reso")
    await expect(told).to_contain_text(name)
    await page.get_by_role("button", name="Altri elenchi").click()
    await page.get_by_role("menuitem", name="Promemoria").click()
    await expect(agent.row(name)).to_contain_text("Chiusa")
    await told.get_by_role("button", name="Apri").click()
    await expect(page.locator(".thread-title b")).to_have_text(name)
    await reminder.get_by_role("button", name="Fatto").click()
    await expect(reminder).to_have_count(0)
    await expect(agent.row(name)).to_have_count(0)
    await page.get_by_role("button", name="Riapri").click()
    await page.get_by_role("tab", name="Aperte").click()
    await expect(agent.row(name)).not_to_contain_text("Promemoria")
    # The contact has another name and speaks another language from now on.
    await panel.get_by_role("button", name="Modifica contatto").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("Nome").fill(f"Signora <b>{phone[-4:]}</b>")
    await form.get_by_label("Lingua").select_option(label="Inglese")
    await form.get_by_role("button", name="Salva").click()
    await expect(page.locator(".thread-title b")).to_have_text(f"Signora <b>{phone[-4:]}</b>")
    await expect(panel.locator(".contact")).to_contain_text("Inglese")
    assert (await _state(stack, phone))["language"] == "en"
    # Blocked: nobody may write, nothing is answered; and again when unblocked.
    await _choose(agent, "Blocca contatto")
    await page.get_by_role("dialog").get_by_role("button", name="Blocca contatto").click()
    await expect(page.locator(".thread-head")).to_contain_text("Bloccato")
    await expect(page.locator(".shut")).to_contain_text("Questo contatto è bloccato")
    await expect(page.get_by_role("textbox", name="Risposta")).to_be_hidden()
    await stack.inbound(phone, "menu", name="Profilo")
    await expect(page.locator(".message.in", has_text="menu")).to_be_visible()
    await _choose(agent, "Sblocca contatto")
    await expect(page.get_by_role("textbox", name="Risposta")).to_be_visible()
    await expect(page.locator(".thread-head")).not_to_contain_text("Bloccato")
    assert len(await stack.replies(phone)) == 1
    # A link that leads here.
    await _choose(agent, "Copia il link")
    await expect(page.locator(".toast", has_text=re.compile("copiato|conversation="))).to_be_visible()


async def test_a_rider_is_taken_off_duty_beside_their_conversation(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    (rider,) = await stack.sql("select id, name, phone from riders order by name limit 1")
    told = len(await stack.graph_log(to=rider["phone"]))
    await stack.inbound(rider["phone"], "ciao", name=rider["name"])
    await stack.replies(rider["phone"], count=told + 1)
    paused = "select paused from riders where id = $1"
    try:
        await agent.sign_in()
        await page.get_by_role("searchbox").fill(rider["phone"])
        # Other riders stand there too until the search has answered.
        rows = page.locator(".row[data-id]", has=page.locator(".tag.rider"))
        await rows.filter(has_text=rider["name"]).click()
        duty = page.locator(".panel .duty")
        await expect(duty).to_contain_text("In servizio")
        await duty.get_by_role("button", name="Metti in pausa").click()
        await expect(duty).to_contain_text("In pausa")
        assert (await stack.sql(paused, rider["id"]))[0]["paused"]
        await duty.get_by_role("button", name="Rimetti in servizio").click()
        await expect(duty).to_contain_text("In servizio")
        assert not (await stack.sql(paused, rider["id"]))[0]["paused"]
    finally:
        await stack.sql("update riders set paused = false where id = $1 returning 1", rider["id"])
