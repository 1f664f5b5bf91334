"""Starting the simulators as a program."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from devstack.simulators.config import Config, ConfigError
from tests.devstack.simulators.graph_client import HEADERS, text

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 60
STOP_SECONDS = 30


def test_defaults_follow_the_documented_ports_and_ids() -> None:
    config = Config.from_environment({"SIMULATORS_APP_SECRET": "s"})
    assert config.port == 8900
    assert config.webhook_url == "http://127.0.0.1:8000/functions/v1/whatsapp-webhook"
    assert [number.id for number in config.numbers] == ["106540352242922", "106540352242933"]
    assert config.waba_id == "102290129340398"


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "SIMULATORS_APP_SECRET"),
        ({"SIMULATORS_APP_SECRET": "s", "SIMULATORS_PORT": "http"}, "SIMULATORS_PORT"),
        ({"SIMULATORS_APP_SECRET": "s", "SIMULATORS_PORT": "70000"}, "SIMULATORS_PORT"),
    ],
)
def test_bad_setting_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        Config.from_environment(environ)


@asynccontextmanager
async def program() -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    """The simulators as a process of their own, ready, and a client of them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "devstack.simulators"),
        cwd=ROOT,
        env={**os.environ, "SIMULATORS_PORT": str(port), "SIMULATORS_APP_SECRET": "s"},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            await asyncio.wait_for(_ready(client), START_SECONDS)
            yield process, client
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), STOP_SECONDS)


async def _ready(client: httpx.AsyncClient) -> None:
    while True:
        with suppress(httpx.ConnectError):
            await client.get("/health")
            return
        await asyncio.sleep(0.05)


async def test_program_answers_and_stops_when_told() -> None:
    async with program() as (process, client):
        assert (await client.get("/health")).json() == {"status": "ok", "webhooks_pending": 0}
        process.terminate()
        await asyncio.wait_for(process.wait(), STOP_SECONDS)


async def test_stop_breaks_a_hanging_send_instead_of_refusing_it() -> None:
    async with program() as (process, client):
        await client.post("/graph/_control", json={"accept_then_hang": 1, "receipts": "none"})
        path = "/graph/v26.0/106540352242922/messages"
        hanging = asyncio.create_task(client.post(path, json=text(), headers=HEADERS, timeout=STOP_SECONDS))
        while not (await client.get("/graph/_log")).json():
            await asyncio.sleep(0.01)
        process.terminate()
        with pytest.raises(httpx.RemoteProtocolError):
            await hanging


async def test_program_without_secret_says_so() -> None:
    environ = {key: value for key, value in os.environ.items() if key != "SIMULATORS_APP_SECRET"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "devstack.simulators"),
        cwd=ROOT,
        env=environ,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"SIMULATORS_APP_SECRET" in errors
