"""What an agent reads in a thread, in a real Chromium: each kind of message, how far answers came, what was before."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from playwright.async_api import expect

from tests.api.service import signed
from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

SILENT = "update whatsapp_conversations set owner = 'human' where phone = $1"


async def _in_hand(agent: Agent, name: str) -> tuple[str, str]:
    """Somebody whom a person talks to, open at the desk: their phone and their name."""
    stack, phone = agent.stack, agent.stack.new_phone()
    named = f"{name} {phone[-4:]}"
    await stack.inbound(phone, "ciao", name=named)
    await stack.replies(phone)
    await stack.sql(SILENT, phone)
    await agent.sign_in()
    await agent.open(named)
    await expect(agent.page.locator(".message.out.by-bot")).to_have_count(1)
    return phone, named


async def _receipt(stack: Stack, phone: str, wamid: str, status: str, error: int | None = None) -> None:
    """The provider says how far a message came."""
    said: dict[str, Any] = {
        "id": wamid,
        "status": status,
        "timestamp": str(int(time.time())),
        "recipient_id": phone,
    }
    if error:
        said["errors"] = [{"code": error, "title": "no", "message": "no"}]
    meta = {"display_phone_number": "1", "phone_number_id": stack.phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": meta, "statuses": [said]}
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    address = f"{stack.api_url}/functions/v1/whatsapp-webhook"
    answer = await stack.http.post(address, content=body, headers=signed(body, stack.app_secret))
    assert answer.status_code == 200


async def test_every_kind_of_message_is_shown_as_what_it_is(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    phone, name = await _in_hand(agent, "Tipi")
    place = {"latitude": 45.4642, "longitude": 9.19, "name": "Duomo", "address": "Piazza del Duomo"}
    card = {"name": {"formatted_name": "Zio Carlo"}, "phones": [{"phone": "+39 02 123", "wa_id": "3902123"}]}
    sold = {
        "catalog_id": "1",
        "product_items": [{"product_retailer_id": "C02", "quantity": 2, "item_price": 34, "currency": "EUR"}],
    }
    tapped = {"type": "list_reply", "list_reply": {"id": "x", "title": "Taglia M", "description": ""}}
    for message in (
        {"type": "location", "location": place},
        {"type": "contacts", "contacts": [card]},
        {"type": "order", "order": sold},
        {"type": "interactive", "interactive": tapped},
        {"type": "button", "button": {"text": "Sì, grazie", "payload": "si"}},
        {"type": "hologram", "hologram": {"x": 1}},
        {"type": "unsupported", "errors": [{"code": 131051, "title": "x"}], "unsupported": {"type": "poll"}},
    ):
        await stack.inbound(phone, message=message, name=name)
    own = (await stack.inbound(phone, "arrivo alle 5", name=name))["wamid"]
    heard = page.locator(".message.in")
    await expect(heard).to_have_count(9)
    location = page.locator(".message[data-type=location]")
    await expect(location).to_contain_text("Duomo")
    await expect(location.get_by_role("link", name="Apri la mappa")).to_have_attribute(
        "href", re.compile(r"openstreetmap.org/\?mlat=45\.4642&mlon=9\.19")
    )
    await expect(page.locator(".message[data-type=contacts]")).to_contain_text("Zio Carlo+39 02 123")
    await expect(page.locator(".message[data-type=order] .lines")).to_contain_text("2 × C02")
    await expect(page.locator(".message[data-type=interactive]", has_text="Ha scelto")).to_contain_text(
        "Taglia M"
    )
    await expect(page.locator(".message[data-type=button]")).to_contain_text("Sì, grazie")
    await expect(page.locator(".message.in", has_text="Messaggio di tipo «hologram»")).to_be_visible()
    await expect(page.locator(".message[data-type=unsupported]")).to_contain_text("non ci consegna")
    # What the bot offered stands below its words, not to be pressed.
    await expect(page.locator(".message.out .choice")).to_have_count(3)
    # Written anew, and then taken back.
    changed = {"original_message_id": own, "message": {"type": "text", "text": {"body": "arrivo alle 6"}}}
    await stack.inbound(phone, message={"type": "edit", "edit": changed}, name=name)
    edited = page.locator(".message.in", has_text="arrivo alle 6")
    await expect(edited).to_contain_text("modificato")
    await stack.inbound(phone, message={"type": "revoke", "revoke": {"original_message_id": own}}, name=name)
    await expect(page.locator(".message.in.revoked")).to_contain_text("Eliminato dal cliente")
    assert await page.locator(".stream").evaluate("all => all.scrollWidth <= all.clientWidth + 1")


async def test_the_ticks_follow_the_receipts_and_what_failed_is_sent_again(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    phone, _ = await _in_hand(agent, "Spunte")
    words = page.get_by_role("textbox", name="Risposta")
    mine = page.locator(".message.out.by-agent")
    tick = mine.first.locator(".tick")
    await stack.control(receipts="none", fail_next=[{"code": 131000}])
    try:
        await words.fill("ci vediamo domani")
        await words.press("Enter")
        # WhatsApp has a fault: it waits, is tried again by itself, and goes.
        await expect(tick).to_have_accessible_name("In attesa di invio")
        await expect(tick).to_have_accessible_name("Inviato")
        wamid = (await stack.graph_log(to=phone))[-1]["wamid"]
        for status, label in (("delivered", "Consegnato"), ("read", "Letto"), ("delivered", "Letto")):
            await _receipt(stack, phone, wamid, status)
            await expect(tick).to_have_accessible_name(label)
        await words.fill("e questo?")
        await words.press("Enter")
        await expect(mine).to_have_count(2)
        await expect(mine.nth(1).locator(".tick")).to_have_accessible_name("Inviato")
        wamid = (await stack.graph_log(to=phone))[-1]["wamid"]
        await _receipt(stack, phone, wamid, "failed", 131026)
        failed = mine.nth(1)
        await expect(failed.locator(".tick")).to_have_accessible_name("Non inviato")
        await expect(failed.get_by_role("note")).to_contain_text("Il numero forse non usa WhatsApp. (131026)")
        await expect(agent.row(await page.locator(".thread-title b").inner_text())).to_contain_text(
            "Non inviato"
        )
    finally:
        await stack.reset()
    # The simulated phone forgot with its log that the customer has written.
    await stack.control(window="open", to=phone)
    await failed.get_by_role("button", name="Invia di nuovo").dblclick()
    await expect(mine).to_have_count(3)
    await expect(mine.nth(2)).to_have_attribute("data-status", re.compile("sent|delivered|read"))
    await expect(mine.nth(2)).to_contain_text("e questo?")
    await expect(failed).to_contain_text("è stato inviato di nuovo più sotto")
    await expect(failed.get_by_role("button", name="Invia di nuovo")).to_have_count(0)
    await expect(page.locator(".panel .escalation.open")).to_have_count(0)
    assert [body["text"]["body"] for body in await stack.replies(phone)] == ["e questo?"]


async def test_older_messages_come_on_demand_and_new_ones_take_nothing_away(agent: Agent) -> None:
    page, stack, phone = agent.page, agent.stack, agent.stack.new_phone()
    name = f"Lunga {phone[-4:]}"
    await stack.inbound(phone, "ciao", name=name)
    await stack.replies(phone)
    await stack.sql(SILENT, phone)
    await stack.sql(
        "insert into whatsapp_messages (business_id, conversation_id, account_id, phone, direction, author, "
        "type, content, payload, status, provider_time, created_at) "
        "select c.business_id, c.id, c.account_id, c.phone, 'inbound', 'customer', 'text', 'parola ' || n, '{}', "
        "'received', t, t from whatsapp_conversations c, generate_series(1, 120) n, "
        "lateral (select now() - (120 - n) * interval '1 hour') past (t) where c.phone = $1 order by n",
        phone,
    )
    await agent.sign_in()
    await agent.open(name)
    messages = page.locator(".stream .message")
    await expect(messages).to_have_count(50)
    await expect(messages.last).to_be_in_viewport()
    older = page.get_by_role("button", name="Messaggi precedenti")
    await older.scroll_into_view_if_needed()
    first = page.get_by_text("parola 71", exact=True)
    await older.click()
    await expect(messages).to_have_count(100)
    # What was on the screen stays where it was.
    await expect(first).to_be_in_viewport()
    await older.scroll_into_view_if_needed()
    await older.click()
    await expect(messages).to_have_count(122)
    await expect(page.get_by_text("Inizio della conversazione")).to_be_attached()
    await expect(older).to_have_count(0)
    # What came late makes a day begin twice, and each beginning stands where it belongs.
    today = page.locator(".stream .day", has_text="Oggi")
    await expect(today).to_have_count(2)
    await expect(page.locator(".stream > *").last).to_contain_text("parola 120")
    # Somebody reads further up: what comes in is announced, and one press leads there.
    jump = page.get_by_role("button", name="Nuovi messaggi")
    await page.locator(".scroller.messages").evaluate("all => all.scrollTo({ top: 0 })")
    await expect(jump).to_be_hidden()
    await stack.inbound(phone, "sono qui", name=name)
    await expect(jump).to_be_visible()
    newest = page.locator(".message.in", has_text="sono qui")
    await expect(newest).not_to_be_in_viewport()
    await jump.click()
    await expect(newest).to_be_in_viewport()
    await expect(jump).to_be_hidden(timeout=8000)
