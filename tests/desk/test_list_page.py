"""The list of the inbox in a real Chromium: each filter, the search, the keyboard, what moves by itself."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

TABS = {"Aperte", "Mie", "Libere", "Da gestire"}


async def _customer(stack: Stack, name: str, text: str = "ciao") -> tuple[str, str]:
    phone = stack.new_phone()
    named = f"{name} {phone[-4:]}"
    await stack.inbound(phone, text, name=named)
    await stack.replies(phone)
    return phone, named


async def _filter(page: Page, name: str) -> None:
    if name in TABS:
        await page.get_by_role("tab", name=name).click()
        return
    # Its name is its picture, until something else than a tab is chosen.
    await page.get_by_title("Altri elenchi").click()
    await page.get_by_role("menuitem", name=name).click()


async def _change(stack: Stack, phone: str, change: str) -> None:
    await stack.sql(
        f"update whatsapp_conversations set {change}, updated_at = now() where phone = $1 returning 1",
        phone,
    )


async def test_each_list_shows_its_own_and_follows_what_happens(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    calls, called = await _customer(stack, "Chiama", "Vorrei parlare con un operatore")
    failed, broken = await _customer(stack, "Guasta")
    done, closed = await _customer(stack, "Finita")
    await _change(stack, failed, "failed_at = now()")
    await _change(stack, done, "status = 'resolved'")
    everybody = {called, broken, closed}
    await agent.sign_in()
    for name, shown in (
        ("Aperte", {called, broken}),
        ("Libere", {called}),
        ("Da gestire", {called}),
        ("Mie", set()),
        ("Non inviate", {broken}),
        ("Clienti", {called, broken}),
        ("Negozi", set()),
        ("Rimandate", set()),
        ("Risolte", {closed}),
        ("Tutte", everybody),
    ):
        await _filter(page, name)
        await expect(page.locator(".rows")).to_have_attribute("aria-busy", "false")
        for one in everybody:
            await expect(agent.row(one), f"{one} in {name}").to_have_count(int(one in shown))
    # Taken, it leaves those that nobody has, and is among one's own; all without a reload.
    await _filter(page, "Libere")
    await agent.row(called).click()
    await expect(page.locator(".thread-title b")).to_have_text(called)
    await page.get_by_role("button", name="Prendi in carico").click()
    await expect(agent.row(called)).to_have_count(0)
    await _filter(page, "Mie")
    await expect(agent.row(called).get_by_title("Segue Chiara Conti")).to_be_visible()
    # The address knows the list, so a reload comes back to it.
    await page.reload()
    await expect(page.get_by_role("tab", name="Mie")).to_have_attribute("aria-selected", "true")
    await expect(agent.row(called)).to_be_visible()
    await page.get_by_role("button", name="Restituisci").click()
    await expect(agent.row(called)).to_have_count(0)
    assert (await stack.sql("select owner from whatsapp_conversations where phone = $1", calls))[0][
        "owner"
    ] == "bot"


async def test_a_search_finds_by_name_number_words_and_order(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    phone, name = await _customer(stack, "Ortensia Fiorani", "avete un abbeveratoio turchese?")
    await agent.sign_in()
    search = page.get_by_role("searchbox")
    rows = page.locator(".row[data-id]")
    for words in (name, "fiorani orten", f"+{phone[:2]} {phone[2:5]} {phone[5:]}", "turchese abbeveratoio"):
        await search.fill(words)
        await expect(page.locator(".rows"), words).to_have_attribute("aria-busy", "false")
        await expect(agent.row(name), words).to_be_visible()
    await search.fill(phone[-6:])
    await expect(rows).to_have_count(1)
    for code in ("D1000", "d1000"):
        await search.fill("")
        await search.fill(code)
        await expect(agent.row("Marco Rossi"), code).to_be_visible()
    # One that is closed is found too: who searches means all there is.
    await _change(stack, phone, "status = 'resolved'")
    await search.fill(phone)
    await expect(agent.row(name)).to_contain_text("Chiusa")
    await page.get_by_role("button", name="Cancella ricerca").click()
    await expect(search).to_have_value("")
    await expect(search).to_be_focused()
    # An order that there is leads to its conversation by its address.
    await page.goto(f"{stack.desk_url}/?order=D1000")
    await expect(page.locator(".thread-title b")).to_have_text("Marco Rossi")


async def test_the_list_goes_on_page_by_page_and_by_the_keyboard(agent: Agent) -> None:
    page, stack = agent.page, agent.stack
    mark = stack.new_phone()[-9:]
    # A crowd from long ago, so that it lies below everything else of this stack.
    await stack.sql(
        "with k as (insert into contacts (business_id, name) select b.id, 'Folla' || $1 || ' ' || n "
        "from businesses b, generate_series(1, 45) n where b.slug = 'dloop' returning id, business_id, name) "
        "insert into whatsapp_conversations (business_id, account_id, contact_id, last_message_at, preview) "
        "select k.business_id, a.id, k.id, "
        "'2020-01-01'::timestamptz - split_part(k.name, ' ', 2)::integer * interval '1 hour', 'vecchia' "
        "from k, lateral (select id from channel_accounts a where a.business_id = k.business_id limit 1) a",
        mark,
    )
    try:
        await agent.sign_in()
        await page.get_by_role("searchbox").fill(f"Folla{mark}")
        rows = page.locator(".row[data-id]")
        # Pressed right after typing, it goes on with what was searched for.
        await page.get_by_role("button", name="Mostra altre").click()
        await expect(rows).to_have_count(45)
        await expect(page.get_by_role("button", name="Mostra altre")).to_be_hidden()
        title = page.locator(".thread-title b")
        await page.keyboard.press("Escape")
        await page.get_by_role("searchbox").blur()
        await page.get_by_role("searchbox").fill(f"Folla{mark}")
        await expect(rows).to_have_count(40)
        await page.get_by_role("searchbox").blur()
        for key, number in (("j", 1), ("j", 2), ("j", 3), ("k", 2)):
            await page.keyboard.press(key)
            await expect(title).to_have_text(f"Folla{mark} {number}")
        # The arrows walk where the focus is, Enter opens.
        await rows.nth(1).focus()
        await page.keyboard.press("ArrowDown")
        await expect(rows.nth(2)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(title).to_have_text(f"Folla{mark} 3")
        await page.locator(".thread-title").click()
        for key, heading in (("a", "Assegna"), ("l", "Etichetta"), ("s", "Rimanda"), ("?", "Tastiera")):
            await page.keyboard.press(key)
            await expect(page.locator(".over").get_by_text(heading).first).to_be_visible()
            await page.keyboard.press("Escape")
            await expect(page.locator(".over")).to_be_empty()
        await page.keyboard.press("/")
        await expect(page.get_by_role("searchbox")).to_be_focused()
    finally:
        await stack.sql(
            "with gone as (delete from whatsapp_conversations c using contacts k where k.id = c.contact_id "
            "and k.name like 'Folla' || $1 || '%' returning k.id) "
            "delete from contacts k using gone where k.id = gone.id",
            mark,
        )
