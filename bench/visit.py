"""Somebody signed in at the desk, in a real Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, async_playwright

from devstack import facts


@asynccontextmanager
async def signed_in(url: str, chromium: str, *, email: str = facts.AGENT_EMAIL) -> AsyncIterator[Page]:
    """The desk's first page of somebody of the seed, once it is live."""
    async with async_playwright() as playwright:
        program = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await program.new_page(viewport={"width": 1280, "height": 800}, locale="it-IT")
        await page.goto(url)
        await page.get_by_label("E-mail").fill(email)
        await page.get_by_label("Password").fill(facts.AGENT_PASSWORD)
        await page.get_by_role("button", name="Accedi").click()
        await page.locator(".desk[data-live=live]").wait_for(timeout=60_000)
        yield page
        await program.close()
