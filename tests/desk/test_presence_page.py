"""Two people at one thread, each in a Chromium of their own: at two desk processes, and at the same one."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import socket
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, Locator, expect

from devstack.places import ROOT
from tests.fixtures.agent import Agent
from tests.fixtures.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.stack]

ADMIN = "admin@dloop.example"


@contextlib.asynccontextmanager
async def second_process(stack: Stack) -> AsyncIterator[Stack]:
    """Another process of the desk on the same storage; the stack with its address instead."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    own = {"DESK_HOST": "127.0.0.1", "DESK_PORT": str(port), "DESK_URL": url}
    storage = {"SUPABASE_URL": stack.supabase_url, "SUPABASE_ANON_KEY": stack.anon_key}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dashboard"),
        cwd=ROOT,
        env=os.environ | storage | own,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def answers() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return (await stack.http.get(f"{url}/healthz")).is_success
        return False

    try:
        await stack.until(answers, seconds=60, what="second desk")
        yield dataclasses.replace(stack, desk_url=url)
    finally:
        process.terminate()
        await process.wait()


def others(agent: Agent) -> Locator:
    """Who else is at the open thread, by its head."""
    return agent.page.locator(".thread-head .people")


async def test_two_people_see_each_other_look_and_type(agent: Agent, browser: Browser) -> None:
    stack, name = agent.stack, "Giulia Bianchi"
    await agent.sign_in()
    await agent.open(name)
    context = await browser.new_context(locale="it-IT")
    async with second_process(stack) as elsewhere:
        luca = Agent(page=await context.new_page(), stack=elsewhere)
        await luca.page.goto(elsewhere.desk_url)
        await luca.sign_in(email=ADMIN)
        await luca.open(name)
        await _they_see_each_other(agent, luca)
        # Gone from there, and then at the same process as the other.
        await luca.page.goto(stack.desk_url)
        await expect(others(agent)).to_have_count(0)
        await luca.sign_in(email=ADMIN)
        await luca.open(name)
        await _they_see_each_other(agent, luca)
    await context.close()
    await expect(others(agent)).to_have_count(0)


async def _they_see_each_other(chiara: Agent, luca: Agent) -> None:
    await expect(others(luca)).to_have_attribute("title", "Guarda anche Chiara Conti")
    await expect(others(chiara)).to_have_attribute("title", "Guarda anche Luca Moretti")
    box = luca.page.get_by_placeholder("Scrivi qui")
    await box.press_sequentially("Buongior")
    await expect(others(chiara)).to_have_attribute("title", "Luca Moretti sta scrivendo…")
    await box.fill("")
    await expect(others(chiara)).to_have_attribute("title", "Guarda anche Luca Moretti")
