"""The orders board in a real Chromium: what is under way, and its next step."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]

HOSTILE = "<b>Rita</b> **Neri**"


async def test_an_order_moves_along_the_board(agent: Agent) -> None:
    stack, phone = agent.stack, agent.stack.new_phone()
    await stack.inbound(phone, "ciao", name=HOSTILE)
    await stack.replies(phone)
    order = await _accepted_order(agent, phone)
    await agent.sign_in()
    await expect(agent.page.get_by_role("searchbox")).to_be_visible()
    await agent.page.goto(f"{stack.desk_url}/orders")
    card = agent.page.locator(f".card[data-key='{order}']")
    await expect(card.get_by_text(HOSTILE)).to_be_visible()

    await card.get_by_role("button", name="In preparazione").click()
    await expect(card.get_by_role("button", name="Pronto")).to_be_visible()
    # Whoever works with keys goes on where they were.
    await expect(card.get_by_role("button", name="Pronto")).to_be_focused()

    await card.get_by_role("button", name="Altro").click()
    await agent.page.get_by_role("menuitem", name="Annulla l'ordine").click()
    await agent.page.get_by_label("Perché annullare?").fill("negozio allagato")
    await agent.page.get_by_label("Perché annullare?").press("Enter")
    await expect(agent.page.locator("[data-column=over]").locator(card)).to_contain_text("Annullato")
    (row,) = await stack.sql("select status from market_orders where id = $1::text::uuid", order)
    assert row["status"] == "cancelled"


async def test_what_others_do_is_on_the_board_at_once(agent: Agent) -> None:
    stack, page = agent.stack, agent.page
    await agent.sign_in()
    await page.goto(f"{stack.desk_url}/orders")
    await expect(page.locator(".board[aria-busy=false]")).to_be_visible()
    await expect(page.locator("header .live.live")).to_have_count(1)
    phone = stack.new_phone()
    await stack.inbound(phone, "ciao", name="Sara Conti")
    await stack.replies(phone)
    order = await _accepted_order(agent, phone)
    card = page.locator(f".card[data-key='{order}']")
    await expect(page.locator("[data-column=preparing]").locator(card)).to_contain_text("Sara Conti")
    await stack.sql(
        "update market_orders set status = 'ready', updated_at = now() where id = $1::text::uuid", order
    )
    await expect(page.locator("[data-column=ready]").locator(card)).to_be_visible()
    await stack.sql(
        "update market_orders set status = 'offered', dealer_id = null, accepted_at = null, "
        "updated_at = now() - interval '2 hours' where id = $1::text::uuid",
        order,
    )
    await expect(card.locator(".age.bad")).to_have_text("da 2 h")
    await card.get_by_role("button", name="Altro").click()
    await page.get_by_role("menuitem", name="Chiedi anche a").click()
    await page.get_by_label("Scegli").select_option(label="Zampa Felice")
    await page.get_by_role("button", name="Chiedi", exact=True).click()
    await expect(card.get_by_text("Aspetta: Zampa Felice")).to_be_visible()


async def test_a_failed_delivery_and_the_duty_of_riders(agent: Agent) -> None:
    stack, phone, page = agent.stack, agent.stack.new_phone(), agent.page
    name = f"Bruno {phone[-4:]}"
    await stack.inbound(phone, "ciao", name=name)
    await stack.replies(phone)
    order = await _accepted_order(agent, phone)
    await agent.sign_in()
    await agent.open(name)
    await page.locator(".panel .order").get_by_role("button", name="Consegna non riuscita").click()
    await page.get_by_label("Che cosa è successo").select_option(label="L'indirizzo è sbagliato")
    await page.get_by_role("button", name="Registra").click()
    await expect(page.locator(".panel .order .state").first).to_have_text("Consegna fallita")
    await expect(page.locator(".message.by-system").last).to_contain_text("non ha trovato l'indirizzo")

    await page.goto(f"{stack.desk_url}/orders")
    card = page.locator(f".card[data-key='{order}']")
    await card.get_by_role("button", name="Partito").click()
    await expect(card.get_by_role("button", name="Consegnato")).to_be_visible()
    await card.get_by_role("button", name="Altro").click()
    await page.get_by_role("menuitem", name="Cambia rider").click()
    other = await page.get_by_label("Scegli").locator("option").first.inner_text()
    await expect(card).not_to_contain_text(other)
    await page.get_by_role("button", name="Affida").click()
    await expect(card).to_contain_text(other)
    await card.get_by_role("button", name="Altro").click()
    await page.get_by_role("menuitem", name="Consegna non riuscita").click()
    await page.get_by_label("Che cosa è successo").select_option(label="Non c'era nessuno")
    await page.get_by_role("button", name="Registra").click()
    await expect(card.get_by_role("button", name="Partito")).to_be_visible()

    try:
        await page.get_by_role("button", name="su 2 in servizio").click()
        await page.get_by_text("Anna Ferri · ordini").click()
        await expect(page.get_by_role("button", name="1 su 2 in servizio")).to_be_visible()
        assert (await stack.sql("select paused from riders where name = 'Anna Ferri'"))[0]["paused"]
    finally:
        await stack.sql("update riders set paused = false returning 1")


async def test_an_order_that_waits_for_a_card_is_paid_at_the_door(agent: Agent) -> None:
    stack, phone, page = agent.stack, agent.stack.new_phone(), agent.page
    name = f"Lidia {phone[-4:]}"
    await stack.inbound(phone, "ciao", name=name)
    await stack.replies(phone)
    await _accepted_order(agent, phone)
    await stack.sql(
        """
        with r as (
          update whatsapp_order_relays set status = 'confirmed' where phone = $1 returning *
        ), m as (
          update market_orders m set status = 'held', dealer_id = null, accepted_at = null
          from r where m.relay_id = r.id
        )
        insert into payments
          (business_id, relay_id, provider, status, amount, currency, amount_minor, expires_at, session_id)
        select business_id, id, 'stripe', 'link_sent', 12.50, 'EUR', 1250, now() + interval '30 minutes', 'cs_' || id
        from r returning id
        """,
        phone,
    )
    await agent.sign_in()
    await agent.open(name)
    order = page.locator(".panel .order")
    await expect(order.locator(".paying")).to_have_text("💳 Aspetta il pagamento con carta")
    await order.get_by_role("button", name="Fai pagare alla consegna").click()
    await expect(page.locator(".pop")).to_contain_text("12,50")
    await page.get_by_role("button", name="Alla consegna", exact=True).click()
    await expect(order.locator(".paying")).to_have_text("💶 Da pagare alla consegna")
    await expect(order.get_by_role("button", name="Fai pagare alla consegna")).to_have_count(0)
    await expect(page.locator(".message.by-system").last).to_contain_text("paghi 12,50 € quando lo ricevi")


async def test_an_admin_sends_money_back_from_the_board(agent: Agent) -> None:
    stack, phone, page = agent.stack, agent.stack.new_phone(), agent.page
    await stack.inbound(phone, "ciao", name="Tullio Gatti")
    await stack.replies(phone)
    order = await _accepted_order(agent, phone)
    await stack.sql(
        """
        insert into payments
          (business_id, relay_id, provider, status, amount, currency, amount_minor, expires_at, session_id)
        select business_id, id, 'stripe', 'paid', 12.50, 'EUR', 1250, now(), 'cs_' || id
        from whatsapp_order_relays where phone = $1 returning id
        """,
        phone,
    )
    await agent.sign_in(email="admin@dloop.example")
    await page.goto(f"{stack.desk_url}/orders")
    card = page.locator(f".card[data-key='{order}']")
    await expect(card).to_contain_text("Pagato con carta")
    for typed in ("tutto", "13"):
        await card.get_by_role("button", name="Altro").click()
        await page.get_by_role("menuitem", name="Rimborsa sulla carta").click()
        await page.get_by_label("Importo, vuoto per tutto").fill(typed)
        await page.get_by_role("button", name="Rimborsa", exact=True).click()
        await expect(page.locator(".toast").last).to_contain_text("Scrivi un importo")
    await card.get_by_role("button", name="Altro").click()
    await page.get_by_role("menuitem", name="Rimborsa sulla carta").click()
    await page.get_by_label("Importo, vuoto per tutto").fill("2,50")
    await page.get_by_role("button", name="Rimborsa", exact=True).dblclick()
    try:
        await expect(card).to_contain_text("Rimborso in corso")
        asked = await stack.sql(
            "select f.amount_minor from payment_refunds f join payments p on p.id = f.payment_id "
            "join whatsapp_order_relays r on r.id = p.relay_id where r.phone = $1",
            phone,
        )
        assert [row["amount_minor"] for row in asked] == [250]
    finally:
        # Nobody was really paid, so that nothing can be sent back.
        await stack.sql("delete from payment_refunds returning 1")


async def _accepted_order(agent: Agent, phone: str) -> str:
    """An accepted order of this person, without the talk that leads to one."""
    (row,) = await agent.stack.sql(
        """
        with c as (select * from whatsapp_conversations where phone = $1), r as (
          insert into whatsapp_order_relays
            (business_id, conversation_id, contact_id, phone, code, products, total_price, currency, status)
          select business_id, id, contact_id, phone, 'T' || id, '[]', 12.50, 'EUR', 'created' from c returning *
        )
        insert into market_orders
          (business_id, relay_id, code, dealer_id, holder_id, status, lines, total_price, currency, accepted_at)
        select r.business_id, r.id, r.code, d.id, d.id, 'accepted', '[]', 12.50, 'EUR', now()
        from r cross join lateral (select id from dealers order by priority limit 1) d returning id
        """,
        phone,
    )
    return str(row["id"])
