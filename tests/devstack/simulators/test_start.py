"""Starting the simulators as a program."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import httpx
import pytest

from devstack.simulators.config import Config, ConfigError

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 30


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


async def test_program_answers_and_stops_when_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "devstack.simulators"),
        cwd=ROOT,
        env={**os.environ, "SIMULATORS_PORT": str(port), "SIMULATORS_APP_SECRET": "s"},
    )
    try:
        transport = httpx.AsyncHTTPTransport()
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(transport=transport) as client:
            while True:
                try:
                    answer = await client.get(f"http://127.0.0.1:{port}/health")
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.05)
        assert answer.json() == {"status": "ok", "webhooks_pending": 0}
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


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
