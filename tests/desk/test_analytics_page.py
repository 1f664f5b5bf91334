"""The page of figures, in a real Chromium."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.async_api import expect

from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]


async def test_today_is_drawn_and_its_table_downloaded(agent: Agent) -> None:
    page, stack, phone = agent.page, agent.stack, agent.stack.new_phone()
    await stack.inbound(phone, "Avete candele alla lavanda?", name="Tea")
    await stack.replies(phone)
    await agent.sign_in()
    await page.get_by_role("link", name="Numeri").click()
    await page.get_by_text("Oggi", exact=True).click()
    volume = page.locator(".st-key-analytics_volume")
    await expect(volume).to_contain_text(re.compile(r"\d+ messaggi ricevuti, \d+ scritti da noi"))
    await expect(volume.locator("canvas, svg").first).to_be_visible()
    await expect(page.locator(".st-key-analytics_times")).to_contain_text("Metà delle risposte entro")
    await expect(page.locator(".st-key-analytics_funnel")).to_contain_text("di chi scrive ordina")

    async def of_one_day() -> list[dict[str, str]] | None:
        # Until the page has drawn today, the table of the seven days is there.
        async with page.expect_download() as started:
            await volume.get_by_role("button", name="CSV").click()
        path = await (await started.value).path()
        table = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        return table if "Ora" in table[0] else None

    rows = await stack.until(of_one_day, what="table of today")
    assert [row["Ora"] for row in rows] == [f"{hour:02d}" for hour in range(24)]
    (counted,) = await stack.sql(
        "select count(*) as n from whatsapp_messages m join businesses b on b.id = m.business_id "
        "join channel_accounts a on a.id = m.account_id and not a.simulated where m.author = 'customer' "
        "and (m.created_at at time zone b.timezone)::date = (now() at time zone b.timezone)::date"
    )
    # Another test may write meanwhile; never less than what this one saw.
    assert 0 < sum(int(row["Cliente"]) for row in rows) <= counted["n"]
