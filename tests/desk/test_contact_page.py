"""Who a person is, in a real Chromium: consent with where and when, two contacts made one, their other talks."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.conftest import VIEWER
from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]


async def _customer(agent: Agent, name: str, text: str = "ciao") -> str:
    phone = agent.stack.new_phone()
    await agent.stack.inbound(phone, text, name=f"{name} {phone[-4:]}")
    await agent.stack.replies(phone)
    return phone


async def test_consent_is_recorded_with_its_source(agent: Agent) -> None:
    page, phone = agent.page, await _customer(agent, "Elsa")
    await agent.sign_in()
    await agent.open(f"Elsa {phone[-4:]}")
    consent = page.locator(".panel .consent")
    await expect(consent).to_contain_text("Non chieste")
    await consent.get_by_role("button").click()
    await page.get_by_label("Dove l'ha detto").fill("al banco <b>")
    await page.get_by_label("Quando").fill("2026-01-05")
    await page.get_by_role("button", name="Salva").click()
    await expect(consent).to_contain_text("Sì, 5 gen 2026")
    await expect(consent).to_contain_text("al banco <b>")


async def test_two_contacts_become_one_with_all_their_conversations(agent: Agent) -> None:
    page = agent.page
    first, second = (
        await _customer(agent, "Dora"),
        await _customer(agent, "Dorina", "vorrei una spazzola cardatore"),
    )
    keep, drop = f"Dora {first[-4:]}", f"Dorina {second[-4:]}"
    await agent.sign_in()
    await agent.open(keep)
    await page.get_by_title("Altro", exact=True).click()
    await page.get_by_role("menuitem", name="Unisci a un altro contatto").click()
    search = page.get_by_role("combobox", name="Nome o numero")
    await search.fill("Dloop Store")
    # The shop may have a second conversation, on the number for trying out.
    shop = page.locator(".pop").get_by_role("option", name="Dloop Store Milano")
    await expect(shop.first).to_be_disabled()
    await search.fill(drop)
    await page.locator(".pop").get_by_role("option", name=drop).click()
    await page.get_by_role("button", name="Unisci", exact=True).click()
    await expect(page.get_by_role("status").get_by_text("un solo contatto")).to_be_visible()
    talk = page.locator(".panel .talk")
    await expect(talk).to_have_count(1)
    # The cart of the one that was closed goes on in this one.
    await expect(page.locator(".cart-line")).to_contain_text("Spazzola")
    await talk.click()
    await expect(page.locator(".message.in .text").first).to_have_text("vorrei una spazzola cardatore")
    await expect(page.locator(".thread-title b")).to_have_text(keep)
    await expect(page.locator(".panel .talk")).to_have_count(1)
    # Who writes from either number comes into the conversation that went on.
    await agent.stack.inbound(second, "sono sempre io", name="Dorina")
    await page.locator(".panel .talk").click()
    await expect(page.locator(".message.in .text").last).to_have_text("sono sempre io")


async def test_who_only_reads_changes_nobody(agent: Agent) -> None:
    phone = await _customer(agent, "Iris")
    await agent.sign_in(email=VIEWER)
    await agent.open(f"Iris {phone[-4:]}")
    await expect(agent.page.locator(".panel .consent")).to_contain_text("Non chieste")
    await expect(agent.page.locator(".panel .consent").get_by_role("button")).to_have_count(0)
    await expect(agent.page.get_by_title("Altro", exact=True)).to_have_count(0)
