"""The page of figures, in a real Chromium."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]


async def test_today_is_drawn_read_by_keys_shown_as_a_table_and_downloaded(agent: Agent) -> None:
    page, stack, phone = agent.page, agent.stack, agent.stack.new_phone()
    await stack.inbound(phone, "Avete candele alla lavanda?", name="Tea")
    await stack.replies(phone)
    await agent.sign_in()
    await page.get_by_role("link", name="Numeri").click()
    await page.get_by_role("radio", name="Oggi").click()
    volume = page.locator(".part[data-name=volume]")
    await expect(volume.locator(".tick", has_text=re.compile("^22$"))).to_be_visible()
    await expect(volume).to_contain_text(re.compile(r"\d+ messaggi ricevuti, \d+ scritti da noi"))
    await expect(page.locator(".part[data-name=times]")).to_contain_text("Metà delle risposte entro")
    await expect(page.locator(".part[data-name=funnel]")).to_contain_text("di chi scrive ordina")

    # Who does not point reads the values with the keys.
    await volume.get_by_role("group").focus()
    await page.keyboard.press("Home")
    await expect(volume.get_by_role("status")).to_contain_text("00")
    await volume.get_by_role("button", name="Tabella").click()
    table = volume.get_by_role("table")
    await expect(table.get_by_role("rowheader")).to_have_text([f"{hour:02d}" for hour in range(24)])
    # The hours of the week are not put in order as numbers, before the days.
    peaks = page.locator(".part[data-name=peaks]")
    await peaks.get_by_role("button", name="Tabella").click()
    await expect(peaks.get_by_role("columnheader").first).to_have_text("Giorno")

    async with page.expect_download() as started:
        await volume.get_by_role("link", name="CSV").click()
    path = await (await started.value).path()
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert [row["Ora"] for row in rows] == [f"{hour:02d}" for hour in range(24)]
    (counted,) = await stack.sql(
        "select count(*) as n from whatsapp_messages m join businesses b on b.id = m.business_id "
        "join channel_accounts a on a.id = m.account_id and not a.simulated where m.author = 'customer' "
        "and (m.created_at at time zone b.timezone)::date = (now() at time zone b.timezone)::date"
    )
    # Another test may write meanwhile; never less than what this one saw.
    assert 0 < sum(int(row["Cliente"]) for row in rows) <= counted["n"]

    # Days of one's own, and what is told where they can't be.
    await page.get_by_role("radio", name="Scegli").click()
    last = page.get_by_label("Al", exact=True)
    today = (await stack.sql("select (now() at time zone timezone)::date as day from businesses"))[0]["day"]
    await page.get_by_label("Dal", exact=True).fill(str(today - timedelta(days=3)))
    await expect(table.get_by_role("columnheader").first).to_have_text("Giorno")
    await expect(table.get_by_role("rowheader")).to_have_count(4)
    await page.get_by_label("Dal", exact=True).fill(str(today - timedelta(days=500)))
    await expect(page.get_by_role("alert")).to_contain_text("Riprova")
    await expect(last).to_have_value(str(today))
