"""A customer's cart beside the thread in a real Chromium: filled, changed and ordered by an agent, live for both."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Locator, expect

from tests.desk.conftest import VIEWER
from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]

TYPE_AND_ENTER = """(field, words) => {
  field.value = words
  field.dispatchEvent(new Event("input", { bubbles: true }))
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }))
}"""
BRUSH = "Spazzola cardatore autopulente"


async def _customer(agent: Agent) -> tuple[str, str]:
    """Somebody who has just been answered: phone and name."""
    phone = agent.stack.new_phone()
    name = f"Carla {phone[-4:]}"
    await agent.stack.inbound(phone, "ciao", name=name)
    await agent.stack.replies(phone)
    return phone, name


async def _lines(agent: Agent, phone: str) -> list[int]:
    rows = await agent.stack.sql(
        "select k.lines from carts k join whatsapp_conversations c on c.id = k.conversation_id where c.phone = $1",
        phone,
    )
    return [line["quantity"] for row in rows for line in json.loads(row["lines"])]


async def _add(cart: Locator, words: str, name: str) -> None:
    await cart.get_by_role("combobox").fill(words)
    await cart.get_by_role("option").filter(has_text=name).first.click()


async def test_an_agent_fills_the_cart_and_places_the_order(agent: Agent) -> None:
    phone, name = await _customer(agent)
    page = agent.page
    await agent.sign_in()
    await agent.open(name)
    # The letter leads there from anywhere.
    await expect(page.locator(".cart")).to_be_visible()
    await page.locator(".thread .scroller").click()
    await page.keyboard.press("c")
    await page.keyboard.type("C17")
    cart = page.locator(".cart")
    await expect(cart.get_by_role("option").first).to_contain_text("Pallina")
    # Enter right after typing is meant for what was typed, not for what is still shown of before.
    await cart.get_by_role("combobox").evaluate(TYPE_AND_ENTER, "T04")
    line = cart.locator(".cart-line", has_text=BRUSH)
    await expect(line.get_by_role("textbox")).to_have_value("1")
    for _ in range(3):
        await line.get_by_title("Uno in più").click()
    await expect(cart.locator("dd.sum")).to_have_text("55,60 €")

    await _add(cart, "C17", "Pallina di gomma sonora")
    await cart.get_by_label("colore").select_option("rosso")
    await cart.get_by_role("button", name="Aggiungi al carrello").click()
    await expect(cart.locator(".cart-line")).to_have_count(2)
    await cart.get_by_title("Togli Pallina di gomma sonora (rosso)").click()
    await expect(cart.locator(".cart-line")).to_have_count(1)
    assert await _lines(agent, phone) == [4]

    await cart.get_by_title("Consegna e nota").click()
    await page.get_by_label("Nota per il rider").fill("citofono <b>Rossi</b>")
    await page.get_by_role("button", name="Salva").click()
    await expect(cart.get_by_text("citofono <b>Rossi</b>")).to_be_visible()
    await cart.get_by_role("button", name="Conferma l'ordine").click()
    await page.get_by_role("button", name="Conferma", exact=True).click()
    await expect(page.get_by_role("status").get_by_text("confermato")).to_be_visible()
    await expect(cart.locator(".cart-line")).to_have_count(0)
    await expect(page.locator(".panel .order").first).to_contain_text("Confermato da un operatore")
    told = (await agent.stack.replies(phone, count=2))[-1]
    assert BRUSH in json.dumps(told, ensure_ascii=False)
    await expect(page.locator(".message.by-system").last).to_contain_text("citofono <b>Rossi</b>")


async def test_what_the_customer_changes_meanwhile_appears_and_is_not_overwritten(agent: Agent) -> None:
    phone, name = await _customer(agent)
    page, stack = agent.page, agent.stack
    await agent.sign_in()
    await agent.open(name)
    cart = page.locator(".cart")
    await _add(cart, "T04", BRUSH)
    quantity = cart.get_by_label(f"Pezzi di {BRUSH}")
    await expect(quantity).to_have_value("1")
    # Behind the page's back, as if no hint had come.
    await stack.sql(
        "update carts set lines = jsonb_set(lines, '{0,quantity}', '3') where conversation_id = "
        "(select id from whatsapp_conversations where phone = $1) returning 1",
        phone,
    )
    await quantity.fill("2")
    await quantity.press("Enter")
    await expect(page.get_by_role("status").get_by_text("appena cambiato")).to_be_visible()
    await expect(quantity).to_have_value("3")
    assert await _lines(agent, phone) == [3]
    # What the customer orders by themselves comes by itself.
    await stack.inbound(phone, "aggiungi 2 pettini antipulci", name=name)
    await expect(cart.locator(".cart-line", has_text="Pettine antipulci")).to_be_visible()


async def test_who_only_reads_sees_the_cart_without_a_way_to_change_it(agent: Agent) -> None:
    phone, name = await _customer(agent)
    await agent.stack.sql(
        "insert into carts (conversation_id, business_id, lines) select c.id, c.business_id, "
        "jsonb_build_array(jsonb_build_object('product_id', p.id, 'quantity', 2, 'variant', '{}'::jsonb)) "
        "from whatsapp_conversations c join products p on p.sku = 'T04' where c.phone = $1 returning 1",
        phone,
    )
    await agent.sign_in(email=VIEWER)
    await agent.open(name)
    cart = agent.page.locator(".cart")
    await expect(cart).to_contain_text(f"2 × {BRUSH}")
    await expect(cart.get_by_role("button")).to_have_count(0)
    await expect(cart.get_by_role("combobox")).to_have_count(0)
