"""The phone in a real browser on the whole stack: an order is played through by a customer and a dealer in one page."""

from __future__ import annotations

import asyncio
import base64
import re
from uuid import uuid4

import pytest
from playwright.async_api import Locator, Route, expect

from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
# A real track, of a sound that nobody makes: the machine of the tests has no microphone.
MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  const { stream } = new AudioContext().createMediaStreamDestination()
  window.track = stream.getTracks()[0]
  return stream
}
"""
ADMIN = "admin@dloop.example"
SAY = {"phone": "390000000001", "message": {"type": "text", "text": {"body": "ciao"}}}


async def _open(agent: Agent) -> tuple[Locator, Locator, Locator]:
    """The left handset, the engine and the right handset, with a customer of this test's own on the left."""
    await agent.sign_in(email=ADMIN)
    await agent.page.locator('[data-page="phone"]').click()
    left, right = agent.page.locator(".handset.left"), agent.page.locator(".handset.right")
    await left.locator("summary").click()
    name = f"Prova {uuid4().hex[:6]}"
    await left.get_by_label("Nome di un nuovo cliente").fill(name)
    await left.get_by_role("button", name="Nuova").click()
    await expect(left.locator(".face b")).to_have_text(name)
    return left, agent.page.locator(".engine"), right


async def _say(handset: Locator, text: str) -> None:
    await handset.get_by_label("Scrivi un messaggio").fill(text)
    await handset.get_by_label("Scrivi un messaggio").press("Enter")


async def test_an_order_is_played_through_in_one_page(agent: Agent) -> None:
    left, engine, right = await _open(agent)
    await _say(left, "Ciao, vorrei due shampoo per cani")
    # What was understood stands beside the answer: hits with scores, quantity, who understood it.
    turn = engine.locator(".card-turn[open]")
    await expect(turn.locator('[data-step="search"] tbody tr').first).to_contain_text("hampoo")
    await expect(turn.locator('[data-step="understanding"]')).to_contain_text("2×")
    await expect(turn.locator(".facts")).to_contain_text("regole")
    answered = left.locator(".said.own .ticks.answered")
    await expect(answered).to_have_count(1)
    # A list opens inside the phone; its row is tapped as on a phone.
    await left.get_by_role("button", name="Scegli").click()
    await left.locator(".sheet-row").first.click()
    await expect(answered).to_have_count(2)
    await _say(left, "via Dante 5, 20121 Milano")
    await expect(answered).to_have_count(3)
    await left.get_by_role("button", name="Conferma").last.click()
    action = engine.locator(".card-turn[open] [data-step='action']", has_text="confirm_order")
    await expect(action).to_contain_text("created")
    code = await engine.locator(".order-line b").first.inner_text()
    # The dealers were told. The right handset takes the one who got the offer, or the page names who did.
    offer = right.locator(".said", has_text=f"Nuovo ordine {code}")
    news = engine.locator(".news-one")
    await expect(offer.or_(news).first).to_be_visible()
    if not await offer.count():
        await news.first.click()
    await offer.get_by_role("button", name="Accetta").click()
    await expect(engine.locator(".order-line .part").first).to_contain_text("Accettato")
    # The customer hears it without a reload.
    await expect(left.locator(".said.theirs", has_text=code).last).to_contain_text("ccettat")
    sent = await agent.stack.graph_log(to="39331000001")
    assert sent == []


async def test_what_is_on_its_way_goes_on_when_somebody_else_is_played_meanwhile(agent: Agent) -> None:
    left, _, _ = await _open(agent)
    first = await left.locator(".face b").inner_text()
    begun, held = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        begun.set()
        await held.wait()
        await route.continue_()

    await agent.page.route("**/api/phone/say", hold)
    await _say(left, "buongiorno")
    await _say(left, "avete collari?")
    await begun.wait()
    await left.locator("summary").click()
    await left.get_by_label("Nome di un nuovo cliente").fill("Un altro")
    await left.get_by_role("button", name="Nuova").click()
    await expect(left.locator(".face b")).to_have_text("Un altro")
    await expect(left.locator(".said")).to_have_count(0)
    held.set()
    # Both arrive, once each and in order, and nothing of them is shown to who is played now.
    await agent.stack.until(lambda: _stored(agent, first, 2), what="both messages")
    await expect(left.locator(".said")).to_have_count(0)
    await left.locator("summary").click()
    await left.locator(".person-row", has_text=first).click()
    await expect(left.locator(".said.own")).to_have_text(
        [re.compile("^buongiorno"), re.compile("^avete collari")]
    )
    await expect(left.locator(".said.theirs").first).to_be_visible()
    # A place is sent as from a phone; one that is nowhere is refused in the sheet, and what was typed stays.
    await left.get_by_title("Aggiungi").click()
    await left.get_by_role("button", name="Posizione").click()
    sheet = left.locator(".sheet")
    await sheet.get_by_label("Latitudine").fill("95")
    await sheet.get_by_role("button", name="Invia").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("da -90 a 90")
    await expect(sheet.get_by_label("Indirizzo")).to_have_value("Piazza del Duomo 1, 20121 Milano")
    await sheet.get_by_label("Latitudine").fill("45,4642")
    await sheet.get_by_role("button", name="Invia").click()
    await expect(sheet).to_be_hidden()
    await expect(left.locator(".said.own").last).to_contain_text("Piazza del Duomo 1")
    await agent.stack.until(lambda: _stored(agent, first, 3), what="the place")


async def _stored(agent: Agent, name: str, count: int) -> bool:
    rows = await agent.stack.sql(
        "select m.type from whatsapp_messages m join whatsapp_conversations c on c.id = m.conversation_id "
        "join contacts k on k.id = c.contact_id where k.name = $1 "
        "and m.direction = 'inbound'",
        name,
    )
    assert len(rows) <= count
    return len(rows) == count


async def test_what_was_not_sent_can_be_sent_again_and_arrives_once(agent: Agent) -> None:
    left, _, _ = await _open(agent)
    await agent.page.route("**/api/phone/say", lambda route: route.abort())
    await _say(left, "buongiorno")
    failed = left.locator(".said.failed")
    await expect(failed).to_contain_text("Il servizio non risponde.")
    await agent.page.unroute("**/api/phone/say")
    await failed.get_by_role("button", name="Riprova").click()
    await expect(left.locator(".said.theirs").first).to_be_visible()
    await expect(left.locator(".said.own")).to_have_count(1)
    assert not await failed.count()
    # A picture goes into the folder of the chat and is seen on the phone, as by whoever answers at the desk.
    await left.get_by_role("button", name="Aggiungi").click()
    async with agent.page.expect_file_chooser() as chosen:
        await left.get_by_role("button", name="Foto").click()
    await (await chosen.value).set_files({"name": "gatto.png", "mimeType": "image/png", "buffer": PICTURE})
    photo = left.locator(".said.own img.photo")
    await expect(photo).to_be_visible()
    assert await photo.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1


async def test_a_recording_that_is_closed_ends_and_is_not_sent(agent: Agent) -> None:
    left, _, _ = await _open(agent)
    await agent.page.evaluate(MICROPHONE)
    for way in ("Chiudi", "Invia"):
        await left.get_by_title("Aggiungi").click()
        await left.get_by_role("button", name="Registra una nota vocale").click()
        await expect(left.get_by_text("Registrazione in corso")).to_be_visible()
        assert await agent.page.evaluate("window.track.readyState") == "live"
        await left.locator(".sheet").get_by_role("button", name=way).click()
        await expect(left.locator(".sheet")).to_be_hidden()
        await agent.page.wait_for_function("window.track.readyState === 'ended'")
    await expect(left.locator(".said.own")).to_have_count(1)


async def test_an_agent_finds_no_phone_and_the_desk_passes_nothing_on(agent: Agent) -> None:
    await agent.sign_in()
    await expect(agent.page.locator('[data-page="inbox"]')).to_be_visible()
    assert not await agent.page.locator('[data-page="phone"]').count()
    say = "body => fetch('/api/phone/say', {method: 'POST', body: JSON.stringify(body)}).then(r => r.status)"
    assert await agent.page.evaluate(say, SAY) == 403
