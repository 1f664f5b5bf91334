"""`./dev screenshots FOLDER`: every page of the desk as it looks, light and dark, on a phone, a laptop, a wide screen.

Pictures of the running stack with whatever data it has; `--talk` first lets customers and dealers write (`talk.py`),
which after a `./dev reset` makes the ones of the README. Each file is `<page>-<theme>-<width>.png`, with few enough
colours to be small.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import BrowserContext, Page, async_playwright

from dashboard import navigation
from devstack import browser, facts, status, talk
from devstack.places import Places, UsageError

SIZES = {400: 860, 1280: 800, 1920: 1080}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOGIN = "login"
THREAD = "thread"
"""The inbox with the conversation of an order of the seed, or of the talk."""
PAGES = {
    LOGIN: "/login",
    **{entry.name: f"/{entry.name}" for entry in navigation.PAGES},
    "inbox": "/",
    THREAD: "/?order=D1000",
}
SETTLED = """
() => {
  const app = document.querySelector('[data-testid=stApp]')
  if (!app) return document.readyState === 'complete'
  const roots = [document, ...[...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)]
  return app.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
    && !roots.some((root) => root.querySelector('.spinner, [aria-busy=true], .desk:not([data-live=live])'))
}
"""
STILL_MS = 700
"""Charts and faces are drawn a moment after everything else."""


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="./dev screenshots")
    parser.add_argument("folder", type=Path, help="where the pictures go; it is made when missing")
    parser.add_argument("--page", action="append", choices=PAGES, help="only this page; may be repeated")
    parser.add_argument(
        "--width", action="append", type=int, choices=SIZES, help="only this width; may be repeated"
    )
    parser.add_argument("--theme", action="append", choices=THEMES, help="only this theme")
    parser.add_argument("--language", default="it", choices=("it", "en"))
    parser.add_argument(
        "--talk", action="store_true", help="first let people write over the simulated WhatsApp"
    )
    given = parser.parse_args(arguments)
    chromium = browser.find()
    try:
        if chromium is None:
            raise UsageError(f"no Chromium is installed; name one with {browser.PATH_VARIABLE}.")
        reason = status.problem(Places.from_environment())
        if reason is not None:
            raise UsageError(f"the stack is not ready ({reason}). Start it with ./dev up.")
    except UsageError as error:
        print(f"./dev screenshots: {error}", file=sys.stderr)
        return 1
    if given.talk:
        talk.hold(Places.from_environment().url("simulators"))
    given.folder.mkdir(parents=True, exist_ok=True)
    count = asyncio.run(_take(chromium, given))
    print(f"{count} pictures in {given.folder}")
    return 0


async def _take(chromium: str, given: argparse.Namespace) -> int:
    known = status.known_facts(Places.from_environment())
    url, count = str(known["desk_url"]), 0
    async with async_playwright() as playwright:
        program = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        )
        for theme in [one for one in THEMES if one in (given.theme or THEMES)]:
            for width in given.width or SIZES:
                context = await program.new_context(
                    viewport={"width": width, "height": SIZES[width]},
                    color_scheme=theme,
                    locale={"it": "it-IT", "en": "en-GB"}[given.language],
                    timezone_id="Europe/Rome",
                    reduced_motion="reduce",
                )
                wanted = given.page or list(PAGES)
                count += await _of_one_screen(
                    context, url, wanted, given.folder, f"{theme}-{width}", talked=given.talk
                )
                await context.close()
        await program.close()
    return count


async def _of_one_screen(
    context: BrowserContext, url: str, wanted: Sequence[str], folder: Path, suffix: str, *, talked: bool
) -> int:
    page = await context.new_page()
    await page.goto(url + PAGES[LOGIN])
    if LOGIN in wanted:
        await _save(page, folder / f"{LOGIN}-{suffix}.png")
    await page.locator("input[type=email]").fill(facts.ADMIN_EMAIL)
    await page.locator("input[type=password]").fill(facts.AGENT_PASSWORD)
    await page.locator("button[type=submit]").click()
    await page.locator(".desk[data-live=live]").wait_for(timeout=60_000)
    for name in wanted:
        if name != LOGIN:
            await page.goto(url + (f"/?order={talk.ORDER}" if name == THREAD and talked else PAGES[name]))
            await page.wait_for_function(SETTLED, timeout=60_000)
            if name == THREAD:
                await page.locator(".thread[data-state=ready]").wait_for(timeout=60_000)
            await _save(page, folder / f"{name}-{suffix}.png")
    return len(wanted)


async def _save(page: Page, file: Path) -> None:
    await page.wait_for_timeout(STILL_MS)
    picture = Image.open(io.BytesIO(await page.screenshot()))
    picture.convert("RGB").quantize(200, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"  {file.name}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
