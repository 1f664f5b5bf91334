"""The desk in a real Chromium on a whole running stack, as an agent uses it."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from devstack.simulators.media import PIXEL
from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script> **b** [l](javascript:alert(1))'
SILENCE = (b"\xff\xfb\x90\x64" + bytes(413)) * 40
"""One second of MPEG audio."""


async def test_a_wrong_password_is_told_clearly(agent: Agent) -> None:
    await agent.sign_in("wrong")
    await expect(agent.page.get_by_role("alert")).to_have_text(re.compile("non corrette"))
    await expect(agent.page.get_by_label("E-mail")).to_have_value(agent.stack.agent_email)


async def test_an_agent_reads_a_conversation_reloads_and_signs_out(agent: Agent) -> None:
    page = agent.page
    await agent.sign_in()
    for name in ("Emily Carter", "Dloop Store Milano", "Giulia Bianchi", "Marco Rossi"):
        await page.get_by_role("searchbox").fill(name)
        # The shop may have a second conversation, on the number for trying out.
        await expect(agent.row(name).first).to_be_visible()
    await agent.open("Marco Rossi")
    await expect(page.locator(".bubble")).to_have_count(5)
    await expect(page.locator(".message.out .tick.read").first).to_be_visible()
    await expect(page.locator(".panel .order", has_text="D1000")).to_contain_text(
        "Accettato da Dloop Store Milano"
    )
    await page.reload()
    await expect(page.locator(".thread-title b")).to_have_text("Marco Rossi")
    await expect(page.locator(".bubble")).to_have_count(5)
    await page.get_by_label("Il tuo account").click()
    await page.get_by_role("button", name="Esci").click()
    await expect(page.get_by_role("heading", name="Bentornato")).to_be_visible()
    await page.goto(agent.stack.desk_url)
    await expect(page.get_by_role("heading", name="Bentornato")).to_be_visible()


async def test_filters_and_search_narrow_the_list(agent: Agent) -> None:
    page = agent.page
    await agent.sign_in()
    await page.get_by_title("Altri elenchi").click()
    await page.get_by_role("menuitem", name="Negozi").click()
    await expect(agent.row("Dloop Store Milano").first).to_be_visible()
    others = page.locator(".row[data-id]", has_not=page.locator(".tag.dealer"))
    await expect(others).to_have_count(0)
    await page.get_by_title("Altri elenchi").click()
    await page.get_by_role("menuitem", name="Rider").click()
    await expect(page.locator(".row[data-id]", has_not=page.locator(".tag.rider"))).to_have_count(0)
    await page.get_by_role("tab", name="Aperte").click()
    await page.keyboard.press("/")
    await page.keyboard.type("340 111")
    await expect(page.locator(".row[data-id]")).to_have_count(1)
    await expect(page.locator(".row[data-id]")).to_contain_text("Giulia Bianchi")
    await page.get_by_role("searchbox").fill("nessuno si chiama così")
    await expect(page.get_by_text("Nessun risultato")).to_be_visible()


async def test_hostile_text_arrives_live_and_is_shown_literally(agent: Agent) -> None:
    page = agent.page
    phone = agent.stack.new_phone()
    await agent.sign_in()
    await expect(page.locator(".desk[data-live=live]")).to_be_visible()
    name = f"<b>Eva {phone[-4:]}</b>"
    await agent.stack.inbound(phone, HOSTILE, name=name)
    await agent.open(name)
    await expect(page.locator(".message.in .text").first).to_have_text(HOSTILE)
    await expect(page.locator(".message.out").first).to_be_visible()
    await agent.stack.inbound(phone, "seconda riga\n\u202eal contrario", name=name)
    await expect(page.locator(".message.in .text").nth(1)).to_contain_text("seconda riga")
    await expect(agent.row(name).locator(".pill")).to_have_count(0)
    # Its answer too, so that nothing of this test is still on its way in the next.
    await expect(page.locator(".message.out")).to_have_count(2)
    assert await page.evaluate("window.pwned") is None
    assert await page.locator(".bubble img, .bubble script, .row img").count() == 0


async def test_a_file_that_could_not_be_fetched_is_fetched_again(agent: Agent) -> None:
    page, stack, phone = agent.page, agent.stack, agent.stack.new_phone()
    name = f"Ancora {phone[-4:]}"
    file = {"type": "image", "base64": base64.b64encode(PIXEL).decode(), "mime": "image/png"}
    await stack.inbound(phone, media=file, name=name)
    gone = (
        "update message_media f set state = 'failed', reason = 'gone', storage_path = null, run_at = null "
        "from whatsapp_messages m where m.id = f.message_id and m.phone = $1 and f.state = 'stored' returning 1"
    )
    await stack.until(lambda: stack.sql(gone, phone), what="file")
    await agent.sign_in()
    await agent.open(name)
    await page.locator(".card.file.failed").get_by_role("button", name="Scarica di nuovo").click()
    await expect(page.locator(".bubble .picture img")).to_be_visible()


async def test_a_message_that_could_not_be_sent_tells_why(agent: Agent) -> None:
    page = agent.page
    phone = agent.stack.new_phone()
    await agent.stack.control(fail_next=[{"status": 400, "code": 131026}])
    try:
        await agent.stack.inbound(phone, "Ciao", name=f"Fallita {phone[-4:]}")
        await agent.sign_in()
        await agent.open(f"Fallita {phone[-4:]}")
        await expect(page.locator(".problem")).to_contain_text("non è consegnabile")
        await expect(page.locator(".panel .escalation")).to_contain_text("Messaggio non inviato")
    finally:
        await agent.stack.reset()


async def test_files_are_seen_heard_and_saved(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    phone = stack.new_phone()
    name = f"Foto {phone[-4:]}"

    async def sends(kind: str, data: bytes, mime: str, **more: str | bool) -> None:
        file = {"type": kind, "base64": base64.b64encode(data).decode(), "mime": mime, **more}
        await stack.inbound(phone, media=file, name=name)

    await sends("image", PIXEL, "image/png", caption=HOSTILE)
    await sends("audio", SILENCE, "audio/mpeg", voice=True)
    await sends("document", b"%PDF-1.7", "application/pdf", filename=HOSTILE)
    await sends("image", b"MZ program", "image/jpeg")

    async def settled() -> bool:
        rows = await stack.sql(
            "select f.state from message_media f join whatsapp_messages m on m.id = f.message_id "
            "where m.phone = $1 and f.state in ('stored', 'failed')",
            phone,
        )
        return len(rows) == 4

    await stack.until(settled, what="fetched files")
    await stack.sql(
        "update whatsapp_messages set transcript = $2 where phone = $1 and type = 'audio'",
        phone,
        f"vorrei {HOSTILE}",
    )
    await agent.sign_in()
    await agent.open(name)
    picture = page.locator(".message.in a.picture img")
    await expect(picture).to_have_js_property("naturalWidth", 1)
    assert urlsplit(await picture.evaluate("image => image.src")).path.startswith("/files/")
    await expect(page.locator(".message.in .text", has_text="window.pwned").first).to_have_text(HOSTILE)
    player = page.locator(".message.in audio[controls]")
    assert await player.evaluate(
        "audio => new Promise(done => audio.duration ? done(true) : (audio.onloadedmetadata = () => done(true)))"
    )
    await expect(page.locator(".transcript .text")).to_have_text(f"vorrei {HOSTILE}")
    await expect(page.locator(".file.stored b")).to_have_text(HOSTILE)
    await expect(page.locator(".file.failed")).to_contain_text("questo tipo di file non è ammesso")
    async with page.expect_download() as download:
        await page.locator(".file.stored a").click()
    saved = await download.value
    assert saved.suggested_filename.endswith(".pdf")
    assert await page.evaluate("window.pwned") is None
    assert await page.locator(".bubble script, .bubble img:not(.picture img)").count() == 0
    await stack.sql("update whatsapp_conversations set owner = 'human' where phone = $1", phone)
    await sends("image", PIXEL, "image/png")
    await expect(agent.row(name).locator(".preview")).to_have_text("Immagine")
    await expect(picture).to_have_count(2)


async def test_in_the_dark_and_in_english(browser: Browser, stack: Stack) -> None:
    context = await browser.new_context(locale="en-GB", color_scheme="dark")
    page = await context.new_page()
    await page.goto(stack.desk_url)
    await page.get_by_label("E-mail").fill(stack.agent_email)
    await page.get_by_label("Password").fill(stack.agent_password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Choose a conversation")).to_be_visible()
    background = await page.locator(".desk").evaluate("element => getComputedStyle(element).backgroundColor")
    assert background == "rgb(20, 23, 31)"
    await context.close()


class Cable:
    """The page's `/rt`, which a test may cut and let through again."""

    def __init__(self) -> None:
        self._open: list[WebSocketRoute] = []
        self.is_cut = False

    async def take(self, page: Page) -> None:
        """From the next load of the page on its socket runs through here."""
        await page.route_web_socket(re.compile("/rt$"), self._route)

    async def _route(self, route: WebSocketRoute) -> None:
        if self.is_cut:
            await route.close(code=1001)
            return
        route.connect_to_server()
        self._open.append(route)

    async def cut(self) -> None:
        """Everything open is lost, and nothing gets through."""
        self.is_cut = True
        for route in self._open:
            await route.close(code=1001)
        self._open.clear()

    def mend(self) -> None:
        """The next attempt gets through."""
        self.is_cut = False


async def test_a_row_that_is_drawn_anew_while_it_is_pressed_is_opened(agent: Agent) -> None:
    page, phone = agent.page, agent.stack.new_phone()
    name = f"Fretta {phone[-4:]}"
    await agent.sign_in()
    await agent.stack.inbound(phone, "Ciao", name=name)
    await page.get_by_role("searchbox").fill(name)
    row = agent.row(name)
    await row.hover()
    await page.mouse.down()
    await agent.stack.inbound(phone, "mi sentite?", name=name)
    await expect(row.locator(".pill")).to_have_text("2")
    await page.mouse.up()
    await expect(page.locator(".thread-title b")).to_have_text(name)


async def test_a_draft_outlives_messages_switching_and_a_reload(agent: Agent) -> None:
    page, words = agent.page, agent.page.locator("textarea.words")
    phone = agent.stack.new_phone()
    name = f"Bozza {phone[-4:]}"
    await agent.sign_in()
    await agent.stack.inbound(phone, "Ciao", name=name)
    await agent.open(name)
    await words.fill("una risposta a metà")
    await agent.stack.inbound(phone, "ci siete?", name=name)
    await expect(page.locator(".message.in .text", has_text="ci siete?")).to_be_visible()
    await expect(words).to_have_value("una risposta a metà")
    await expect(words).to_be_focused()
    await agent.open("Marco Rossi")
    await expect(words).to_have_value("")
    await agent.open(name)
    await expect(words).to_have_value("una risposta a metà")
    await page.reload()
    await expect(words).to_have_value("una risposta a metà")
    await page.get_by_label("Il tuo account").click()
    await page.get_by_role("button", name="Esci").click()
    await expect(page.get_by_role("heading", name="Bentornato")).to_be_visible()
    assert (
        await page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('relaydesk.'))") == []
    )


async def test_an_answer_written_during_an_outage_is_sent_once_afterwards(agent: Agent) -> None:
    page, words = agent.page, agent.page.locator("textarea.words")
    phone, cable = agent.stack.new_phone(), Cable()
    name = f"Senza rete {phone[-4:]}"
    await agent.stack.inbound(phone, "Ciao", name=name)
    await cable.take(page)
    await agent.sign_in()
    await agent.open(name)
    await expect(page.locator(".message.out.by-bot").first).to_be_visible()
    await cable.cut()
    await expect(page.locator(".live.reconnecting")).to_be_visible()
    await words.fill("scritto senza rete")
    await words.press("Enter")
    mine = page.locator(".message.out", has_text="scritto senza rete")
    await expect(mine).to_have_attribute("data-status", "waiting")
    await expect(mine).to_contain_text("È conservato qui")
    await page.reload()
    cable.mend()
    await expect(mine).to_have_attribute("data-status", re.compile("sent|delivered|read"))
    await expect(mine).to_have_count(1)
    bodies = [body.get("text", {}).get("body") for body in await agent.stack.replies(phone, count=2)]
    assert bodies.count("scritto senza rete") == 1


async def test_taking_over_answering_and_resolving_by_keyboard(agent: Agent) -> None:
    page = agent.page
    phone = agent.stack.new_phone()
    name = f"Tasti {phone[-4:]}"
    await agent.stack.inbound(phone, "Ciao", name=name)
    await agent.sign_in()
    await agent.open(name)
    await expect(page.locator(".message.out.by-bot").first).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("t")
    await expect(page.locator(".handler.human")).to_have_text("Chiara Conti")
    await page.keyboard.press("r")
    await page.keyboard.type("/att")
    await page.keyboard.press("Enter")
    await expect(page.locator("textarea.words")).to_have_value(re.compile("Controllo subito"))
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.out.by-agent")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type("per @lu")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.aside mark")).to_have_text("@Luca Moretti")
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await expect(page.locator(".thread-head")).to_contain_text("Chiusa")
    await page.keyboard.press("?")
    await expect(page.get_by_text("Tastiera")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Tastiera")).to_have_count(0)


async def test_a_viewer_reads_and_finds_no_place_to_write(browser: Browser, stack: Stack) -> None:
    context = await browser.new_context(locale="it-IT")
    page = await context.new_page()
    await page.goto(f"{stack.desk_url}/?order=D1000")
    await page.get_by_label("E-mail").fill("viewer@dloop.example")
    await page.get_by_label("Password").fill(stack.agent_password)
    await page.get_by_role("button", name="Accedi").click()
    await expect(page.locator(".thread-title b")).to_have_text("Marco Rossi")
    await expect(page.get_by_text("Qui puoi leggere")).to_be_visible()
    await expect(page.locator("textarea.words")).to_be_hidden()
    await expect(page.locator("[data-do]")).to_have_count(0)
    await context.close()
