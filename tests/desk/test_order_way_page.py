"""An order from the offer to the door in a real Chromium, with a shop and a rider at their phones beside it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.desk.pages import visit
from tests.desk.test_orders_page import _accepted_order
from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]


@dataclass(frozen=True, kw_only=True)
class Crew:
    """A shop and a rider of this test's own, and their phones."""

    shop: str
    shop_phone: str
    rider: str
    rider_phone: str


@pytest_asyncio.fixture
async def crew(stack: Stack) -> AsyncIterator[Crew]:
    """The rider is off duty, so that only a person gives them an order; both are out of service afterwards."""
    phones = stack.new_phone(), stack.new_phone()
    found = Crew(
        shop=f"Emporio {phones[0][-5:]}",
        shop_phone=phones[0],
        rider=f"Tito {phones[1][-5:]}",
        rider_phone=phones[1],
    )
    await stack.sql(
        """
        with b as (select id from businesses), d as (
          insert into dealers (business_id, name, priority) select id, $1, 900 from b returning *
        ), r as (
          insert into riders (business_id, name, phone, paused) select id, $3, $4, true from b returning *
        )
        insert into rider_contacts (business_id, contact_value, contact_type, dealer_id, rider_id)
        select business_id, $2, 'dealer', id, null::uuid from d
        union all select business_id, $4, 'rider', null::uuid, id from r
        """,
        found.shop,
        found.shop_phone,
        found.rider,
        found.rider_phone,
    )
    for phone in phones:
        # Who has written is answered in words, not with a template.
        await stack.inbound(phone, "ciao")
        await stack.replies(phone)
    yield found
    await stack.sql("update dealers set paused = true where name = $1", found.shop)
    await stack.sql("update riders set active = false where name = $1", found.rider)


async def _heard(stack: Stack, phone: str, *words: str) -> list[dict[str, Any]]:
    """The messages to a phone with all of these words, once there is one."""

    async def found() -> list[dict[str, Any]]:
        bodies = [entry["body"] for entry in await stack.graph_log(to=phone) if entry["wamid"]]
        return [
            body for body in bodies if all(word in json.dumps(body, ensure_ascii=False) for word in words)
        ]

    return await stack.until(found, what=f"message with {words}")


async def test_an_order_nobody_took_goes_to_a_shop_a_rider_and_the_door_and_each_hears_it_once(
    agent: Agent, crew: Crew
) -> None:
    stack, phone = agent.stack, agent.stack.new_phone()
    await stack.inbound(phone, "ciao", name=f"Nora {phone[-4:]}")
    await stack.replies(phone)
    order = await _accepted_order(agent, phone)
    await stack.sql(
        "update market_orders set status = 'offered', dealer_id = null, holder_id = null, accepted_at = null, "
        "updated_at = now() - interval '20 minutes' where id = $1::text::uuid",
        order,
    )
    code = (await stack.sql("select code from market_orders where id = $1::text::uuid", order))[0]["code"]
    page = await visit(agent, "orders", email=stack.agent_email)
    card = page.locator(f".card[data-key='{order}']")

    # Nobody was asked: the card warns, with the time; one more shop is asked from here and accepts on its phone.
    await expect(page.locator("[data-column=waiting]").locator(card)).to_contain_text("Offerto ai negozi")
    await expect(card.locator(".age.bad")).to_have_text("da 20 min")
    await expect(card).to_contain_text("Nessun negozio da aspettare")
    await card.get_by_role("button", name="Altro").click()
    await page.get_by_role("menuitem", name="Chiedi anche a").click()
    await page.get_by_label("Scegli").select_option(label=crew.shop)
    await page.get_by_role("button", name="Chiedi", exact=True).click()
    await expect(card).to_contain_text(f"Aspetta: {crew.shop}")
    (offer,) = await _heard(stack, crew.shop_phone, code, "Accetta")
    reply = offer["interactive"]["action"]["buttons"][0]["reply"]
    await stack.inbound(
        crew.shop_phone,
        message={"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}},
    )
    await expect(card).to_contain_text(crew.shop)
    await expect(card).to_contain_text("Accettato")
    assert len(await _heard(stack, phone, code, "accettat")) == 1

    # Another rider is chosen and hears of it; then every step to the door.
    await stack.sql("update riders set paused = false where name = $1", crew.rider)
    await card.get_by_role("button", name="Altro").click()
    await page.get_by_role("menuitem", name="Cambia rider").click()
    riders = page.get_by_label("Scegli")
    rider = await riders.locator("option", has_text=crew.rider).get_attribute("value")
    await riders.select_option(rider)
    await page.get_by_role("button", name="Affida", exact=True).click()
    await expect(card).to_contain_text(crew.rider)
    for step, column in (
        ("In preparazione", "preparing"),
        ("Pronto", "ready"),
        ("Partito", "out"),
        ("Consegnato", "over"),
    ):
        await card.get_by_role("button", name=step, exact=True).click()
        await expect(page.locator(f"[data-column={column}]").locator(card)).to_be_visible()
    await expect(card.locator(".state")).to_have_text("Consegnato")
    await expect(card.get_by_role("button")).to_have_count(0)
    (row,) = await stack.sql(
        "select m.status, r.name from market_orders m join riders r on r.id = m.rider_id where m.id = $1::text::uuid",
        order,
    )
    assert tuple(row) == ("delivered", crew.rider)
    await _heard(stack, crew.rider_phone, code)
    await stack.until(lambda: _all_sent(stack, order), what="every word of the order")
    told = [body for body in await stack.graph_log(to=phone) if body["wamid"]]
    texts = [json.dumps(entry["body"], ensure_ascii=False) for entry in told]
    assert len(texts) == len(set(texts)), "each step is told once"
    assert sum("consegnat" in text for text in texts) == 1


async def _all_sent(stack: Stack, order: str) -> bool:
    rows = await stack.sql(
        "select 1 from whatsapp_messages m join whatsapp_conversations c on c.id = m.conversation_id "
        "join market_orders o on o.id = $1::text::uuid join whatsapp_order_relays r on r.id = o.relay_id "
        "where c.contact_id = r.contact_id and m.direction = 'outbound' and m.status in ('pending', 'sending')",
        order,
    )
    return not rows
