"""Whoever sees little, or has only a keyboard, can read and reach what is on the desk's main pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.agent import Agent

pytestmark = [pytest.mark.browser, pytest.mark.stack]

ADMIN = "admin@dloop.example"
LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
DRAWN = """
() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
  && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
"""
PAGES = {
    "/?order=D1000": ".thread[data-state=ready] .message",
    "/orders": ".board[aria-busy=false]",
    "/catalogue": ".products .product",
    "/analytics": ".figures[aria-busy=false] svg",
    "/settings": "[role=tab]",
}
NEXT = """
() => {
  const up = (element) => element.parentElement ?? element.getRootNode().host
  const look = (element) => {
    const found = []
    for (let one = element, left = 4; one && left; one = up(one), left--) {
      const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(one)
      found.push(outlineStyle === 'none' ? '0px' : outlineWidth, boxShadow, borderColor, backgroundColor)
    }
    return found.join()
  }
  let now = document.activeElement
  while (now?.shadowRoot?.activeElement) now = now.shadowRoot.activeElement
  const before = window.focused
  const isSame = before?.element.isConnected && look(before.element) === before.look
  // A ring may be around several controls, such as the one of the composer: the next one has it too.
  const isShared = isSame && now && up(before.element).contains(now)
  const label = now && `${now.localName}.${now.className} ${now.ariaLabel || now.title || now.textContent}`.slice(0, 80)
  window.focused = now && now !== document.body ? { element: now, look: look(now), label } : null
  window.reached ??= new Set()
  const isOver = !window.focused || window.reached.has(now)
  window.reached.add(now)
  return { plain: isSame && !isShared ? before.label : null, isOver }
}
"""
MOST_STOPS = 150


async def _goes_to(page: Page, stack_url: str, path: str) -> None:
    await page.goto(stack_url + path)
    await page.locator(PAGES[path]).first.wait_for()
    await page.wait_for_function(DRAWN)


@pytest.mark.parametrize(
    ("theme", "width", "paths"),
    [("light", 1280, tuple(PAGES)), ("dark", 400, ("/?order=D1000", "/catalogue"))],
    ids=["light", "dark"],
)
async def test_every_word_can_be_read_and_every_control_has_a_name(
    agent: Agent, theme: Literal["light", "dark"], width: int, paths: tuple[str, ...]
) -> None:
    page = agent.page
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await page.set_viewport_size({"width": width, "height": 860})
    assert await page.evaluate(LOOKS) == []
    await agent.sign_in(email=ADMIN)
    await expect(page.locator(".desk[data-live=live]")).to_be_visible()
    found: dict[str, Any] = {}
    for path in paths:
        await _goes_to(page, agent.stack.desk_url, path)
        found[path] = await page.evaluate(LOOKS)
    assert {path: problems for path, problems in found.items() if problems} == {}


async def test_whatever_the_keyboard_reaches_shows_that_it_is_there(agent: Agent) -> None:
    page = agent.page
    await page.emulate_media(reduced_motion="reduce")
    await agent.sign_in(email=ADMIN)
    await expect(page.locator(".desk[data-live=live]")).to_be_visible()
    await _goes_to(page, agent.stack.desk_url, "/?order=D1000")
    stops: list[dict[str, Any]] = []
    while len(stops) < MOST_STOPS and not (stops and stops[-1]["isOver"]):
        await page.keyboard.press("Tab")
        stops.append(await page.evaluate(NEXT))
    assert len(stops) > 30
    assert [stop["plain"] for stop in stops if stop["plain"]] == []
