"""Everything that an agent writes and sends, in a real Chromium: each answer reaches the customer's phone once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from typing import Any

import pytest
from playwright.async_api import Error, FilePayload, Locator, Route, expect

from devstack.simulators.media import PIXEL
from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]

SENT = re.compile("sent|delivered|read")
MEGABYTE = 1024 * 1024


async def _waiting(agent: Agent, name: str) -> tuple[str, str]:
    """Somebody who was answered by the bot, open at the desk: their phone and their name."""
    phone = agent.stack.new_phone()
    named = f"{name} {phone[-4:]}"
    await agent.stack.inbound(phone, "ciao", name=named)
    await agent.stack.replies(phone)
    await agent.sign_in()
    await agent.open(named)
    await expect(agent.page.locator(".message.out.by-bot").first).to_be_visible()
    return phone, named


async def _said(agent: Agent, phone: str) -> list[dict[str, Any]]:
    """What agents sent to this phone, once everything has gone out."""
    bodies = [entry["body"] for entry in await agent.stack.graph_log(to=phone) if entry["body"].get("type")]
    (row,) = await agent.stack.sql(
        "select count(*) from whatsapp_messages where phone = $1 and direction = 'outbound' and author <> 'agent'",
        phone,
    )
    return bodies[row["count"] :]


def _files(name: str, mime: str, content: bytes) -> list[FilePayload]:
    return [{"name": name, "mimeType": mime, "buffer": content}]


async def test_words_go_out_once_each(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    phone, _ = await _waiting(agent, "Sara Riva")
    words = page.get_by_role("textbox", name="Risposta")
    mine = page.locator(".message.out.by-agent")
    await page.get_by_role("button", name="Risposte pronte (/)").click()
    ready = page.get_by_role("listbox", name="Risposte pronte").get_by_role("option")
    await expect(ready).to_have_count(3)
    await words.press_sequentially("cia")
    await expect(ready).to_have_count(1)
    # Its places hold the names of both by now.
    await expect(ready).to_contain_text("Ciao Sara! Sono Chiara di Dloop")
    await ready.click()
    await expect(words).to_have_value("Ciao Sara! Sono Chiara di Dloop, come posso aiutarti?")
    # Shift and Enter break the line, a canned reply comes in where one writes, Enter sends.
    await words.fill("Un momento.")
    await words.press("Shift+Enter")
    await words.press_sequentially("/att")
    await words.press("Enter")
    await expect(words).to_have_value("Un momento.\nControllo subito e ti scrivo entro pochi minuti.")
    await expect(mine).to_have_count(0)
    await words.press("Enter")
    await expect(mine.locator(".author")).to_have_text("Chiara Conti")
    await expect(mine).to_have_attribute("data-status", SENT)
    await expect(mine.locator(".text")).to_have_text(
        "Un momento.\nControllo subito e ti scrivo entro pochi minuti."
    )
    await expect(words).to_have_value("")
    await expect(page.locator(".handler.human")).to_contain_text("Chiara Conti")
    # Two presses on the button are one answer.
    send = page.get_by_role("button", name="Invia", exact=True)
    await expect(send).to_be_disabled()
    await words.fill("Fatto!")
    await send.dblclick()
    await expect(mine).to_have_count(2)
    await expect(mine.nth(1)).to_have_attribute("data-status", SENT)
    bodies = await _said(agent, phone)
    assert [body["text"]["body"] for body in bodies] == [
        "Un momento.\nControllo subito e ti scrivo entro pochi minuti.",
        "Fatto!",
    ]
    # What is too long can't be sent, and one sees by how much.
    await words.fill("x" * 4097)
    await expect(page.locator(".counter.bad")).to_have_text("4097 / 4096")
    await expect(send).to_be_disabled()
    rows = await stack.sql(
        "select author, status from whatsapp_messages where phone = $1 and author = 'agent'", phone
    )
    assert len(rows) == 2


async def test_files_go_out_and_what_can_t_is_told(agent: Agent) -> None:
    page = agent.page
    phone, _ = await _waiting(agent, "Foto")
    words = page.get_by_role("textbox", name="Risposta")
    send = page.get_by_role("button", name="Invia", exact=True)
    mine = page.locator(".message.out.by-agent")

    async def attach(files: list[FilePayload]) -> None:
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("button", name="Allega un file").click()
        await (await chooser.value).set_files(files)

    waits = page.locator(".write .quoted", has_text="foto.png")
    await attach(_files("foto.png", "image/png", PIXEL))
    await expect(waits).to_be_visible()
    await expect(send).to_be_enabled()
    # A picture may be the answer to a message.
    greeting = page.locator(".message.in", has_text="ciao")
    await greeting.hover()
    await greeting.get_by_role("button", name="Rispondi a questo").click()
    await words.fill("ecco la foto")
    await words.press("Enter")
    await expect(waits).to_be_hidden()
    await expect(mine.locator("blockquote")).to_contain_text("ciao")
    await expect(mine.locator(".picture img")).to_have_js_property("naturalWidth", 1)
    await expect(mine).to_contain_text("ecco la foto")
    await attach(_files("listino è.pdf", "application/pdf", b"%PDF-1.7 prezzi"))
    await expect(send).to_be_enabled()
    await send.dblclick()
    await expect(mine).to_have_count(2)
    await expect(mine.nth(1).locator(".file.stored b")).to_have_text("listino è.pdf")
    await expect(mine.nth(1)).to_have_attribute("data-status", SENT)
    picture, document = await _said(agent, phone)
    assert (picture["type"], picture["image"]["caption"]) == ("image", "ecco la foto")
    (asked,) = await agent.stack.sql(
        "select meta_message_id from whatsapp_messages where phone = $1 and direction = 'inbound'", phone
    )
    assert picture["context"]["message_id"] == asked["meta_message_id"]
    assert "context" not in document
    assert (document["type"], document["document"]["filename"]) == ("document", "listino è.pdf")
    # Refused in words, and nothing is left behind that could be sent.
    toast = page.get_by_role("status").locator(".toast")
    await attach(_files("gioco.exe", "application/x-msdownload", b"MZ"))
    await expect(toast.filter(has_text="File di questo tipo non si possono inviare.")).to_be_visible()
    await attach(_files("finta.png", "image/png", b"<html>"))
    await expect(toast.filter(has_text="File di questo tipo")).to_have_count(2)
    await attach(_files("enorme.png", "image/png", PIXEL + bytes(5 * MEGABYTE)))
    await expect(toast.filter(has_text="immagini fino a 5 MB")).to_be_visible()
    await expect(page.locator(".write .quoted")).to_have_count(2)
    await expect(page.locator(".write .quoted:visible")).to_have_count(0)
    # One that was chosen by mistake is put away while it still goes up, and does not come back.
    goes_on = asyncio.Event()

    async def slow(route: Route) -> None:
        await goes_on.wait()
        with contextlib.suppress(Error):
            await route.continue_()

    await page.route("**/files/*", slow)
    await attach(_files("sbagliata.png", "image/png", PIXEL))
    wrong = page.locator(".write .quoted", has_text="sbagliata.png")
    await wrong.get_by_role("button", name="Annulla").click()
    await expect(wrong).to_be_hidden()
    goes_on.set()
    await words.fill("senza foto")
    await words.press("Enter")
    await expect(mine).to_have_count(3)
    await expect(mine.nth(2)).to_have_attribute("data-status", SENT)
    assert [body["type"] for body in await _said(agent, phone)] == ["image", "document", "text"]


async def test_outside_the_window_a_template_goes_out(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    phone, name = await _waiting(agent, "Tardi")
    clock = page.locator(".window-left")
    await expect(clock).to_contain_text("ancora 23 h")
    # The customer's last words were a day ago, a few minutes less.
    moved = (
        "update whatsapp_conversations set last_inbound_at = now() - interval '23 hours 55 minutes', "
        "window_expires_at = now() + $2::interval, updated_at = now() where phone = $1 returning 1"
    )
    await stack.sql(moved.replace("$2", "interval '5 minutes 30 seconds'"), phone)
    await expect(clock).to_contain_text("ancora 5 min")
    await expect(clock).to_have_class(re.compile("warn"))
    await expect(page.locator(".panel .window .state")).to_contain_text("Ancora 5 min")
    words = page.get_by_role("textbox", name="Risposta")
    await words.fill("quello che stavo scrivendo")
    await stack.control(window="closed", to=phone)
    await stack.sql(moved.replace("$2", "interval '-1 minute'"), phone)
    shut = page.locator(".shut")
    await expect(shut).to_contain_text("La finestra di 24 ore è chiusa")
    await expect(words).to_be_hidden()
    await expect(clock).to_contain_text("Chiusa")
    # A note may be written all the same.
    await page.get_by_role("tab", name="Nota").click()
    await expect(page.get_by_role("textbox", name="Nota")).to_be_visible()
    await page.get_by_role("tab", name="Risposta").click()
    await shut.get_by_role("button", name="Modello").click()
    await page.get_by_role("menuitem", name="stato ordine").first.click()
    form = page.get_by_role("dialog")
    await form.get_by_label("Valore 1").fill("D77 {{2}}")
    await expect(form.locator(".template-preview")).to_contain_text("ordine D77 {{2}}: {{2}}.")
    await form.get_by_label("Valore 2").fill("è in viaggio")
    await form.get_by_role("button", name="Invia").dblclick()
    mine = page.locator(".message.out.by-agent")
    await expect(mine).to_have_attribute("data-status", SENT)
    await expect(mine).to_contain_text("Aggiornamento sul tuo ordine D77 {{2}}: è in viaggio.")
    (sent,) = await _said(agent, phone)
    assert sent["template"]["name"] == "stato_ordine"
    assert "D77 {{2}}" in json.dumps(sent, ensure_ascii=False)
    # The customer writes, the window is open, and what was being written is still there.
    await stack.inbound(phone, "eccomi", name=name)
    await expect(shut).to_be_hidden()
    await expect(words).to_have_value("quello che stavo scrivendo")
    await words.press("Enter")
    await expect(mine.nth(1)).to_have_attribute("data-status", SENT)
    assert (await _said(agent, phone))[1]["text"]["body"] == "quello che stavo scrivendo"


async def test_an_answer_quotes_a_message_and_a_reaction_stands_beside_it(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    phone, name = await _waiting(agent, "Cita")
    asked = await stack.inbound(phone, "avete la taglia M?", name=name)
    bubble = page.locator(".message.in", has_text="avete la taglia M?")
    await expect(page.locator(".message.out.by-bot")).to_have_count(2)
    await stack.inbound(phone, "e anche la L?", name=name)
    await expect(page.locator(".message.out.by-bot")).to_have_count(3)
    words = page.get_by_role("textbox", name="Risposta")

    async def choose_reply(target: Locator) -> None:
        await target.hover()
        await target.get_by_role("button", name="Rispondi a questo").click()

    quoted = page.locator(".write .quoted:visible")
    await choose_reply(page.locator(".message.in", has_text="e anche la L?"))
    await expect(quoted).to_contain_text("e anche la L?")
    await expect(words).to_be_focused()
    await words.press("Escape")
    await expect(quoted).to_have_count(0)
    await choose_reply(bubble)
    await expect(quoted).to_contain_text(name)
    await words.fill("Sì, la M c'è")
    await words.press("Enter")
    mine = page.locator(".message.out.by-agent")
    await expect(mine.locator("blockquote")).to_contain_text("avete la taglia M?")
    await expect(mine).to_have_attribute("data-status", SENT)
    (sent,) = await _said(agent, phone)
    assert sent["context"]["message_id"] == asked["wamid"]
    # A reaction: put, changed, seen from both sides.
    await bubble.hover()
    await bubble.get_by_role("button", name="Reagisci").click()
    await page.get_by_role("button", name="👍").click()
    await expect(bubble.locator(".reactions")).to_have_text("👍")
    await bubble.hover()
    await bubble.get_by_role("button", name="Reagisci").click()
    await page.get_by_role("button", name="🙏").click()
    await expect(bubble.locator(".reactions")).to_have_text("🙏")
    own = await stack.sql(
        "select meta_message_id from whatsapp_messages where phone = $1 and author = 'agent' and type = 'text'",
        phone,
    )
    reaction = {"type": "reaction", "reaction": {"message_id": own[0]["meta_message_id"], "emoji": "❤️"}}
    await stack.inbound(phone, message=reaction, name=name)
    await expect(mine.locator(".reactions")).to_have_text("❤️")
    bodies = await stack.replies(phone, count=6)
    assert [body["reaction"] for body in bodies if body["type"] == "reaction"] == [
        {"message_id": asked["wamid"], "emoji": emoji} for emoji in ("👍", "🙏")
    ]
