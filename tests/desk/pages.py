"""What the tests of the desk's native pages share."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.fixtures.agent import Agent

ADMIN = "admin@dloop.example"


async def visit(agent: Agent, name: str, *, email: str = ADMIN) -> Page:
    """Sign in and arrive at a page of the header at once."""
    page = agent.page
    await page.goto(f"{agent.stack.desk_url}/login?next=/{name}")
    await agent.sign_in(email=email)
    await expect(page.locator(f"[data-page={name}]")).to_have_attribute("aria-current", "page")
    return page


def field(place: Page | Locator, name: str) -> Locator:
    """A text field by its whole label: the button with its explanation has part of it."""
    return place.get_by_role("textbox", name=name, exact=True)


async def press(place: Page | Locator, name: str) -> None:
    """Press the one visible button of this name; a page keeps the forms of all its tabs."""
    await place.get_by_role("button", name=name, exact=True).locator("visible=true").click()


async def choose(page: Page, place: Page | Locator, label: str, option: str) -> None:
    """Choose from a list that opens below its field."""
    await place.get_by_role("combobox", name=label).locator("visible=true").click()
    await page.get_by_role("option", name=option, exact=True).click()
