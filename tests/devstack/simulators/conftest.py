"""One running simulator and one receiver for all tests here; each test starts from a reset."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from devstack.simulators.app import create_app
from devstack.simulators.config import Config
from devstack.simulators.webhooks import Webhooks
from tests.devstack.simulators.graph_client import GraphClient
from tests.devstack.simulators.receiver import APP_SECRET, Receiver
from tests.devstack.simulators.serving import serving


@dataclass(frozen=True)
class Running:
    """The simulators' address, the receiver of their webhooks, and the deliveries between them."""

    url: str
    receiver_url: str
    receiver: Receiver
    webhooks: Webhooks


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[Running]:
    """The simulators for all tests."""
    receiver = Receiver()
    async with serving(receiver.app) as receiver_url:
        environ = {"SIMULATORS_WEBHOOK_URL": f"{receiver_url}/hook", "SIMULATORS_APP_SECRET": APP_SECRET}
        app = create_app(Config.from_environment(environ))
        async with serving(app) as url:
            yield Running(url=url, receiver_url=receiver_url, receiver=receiver, webhooks=app.state.webhooks)


@pytest.fixture(scope="session")
async def client(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """One client for all tests: making its TLS context takes longer than most of them."""
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as made:
        yield made


@pytest.fixture
async def http(client: httpx.AsyncClient, running: Running) -> httpx.AsyncClient:
    """A client of the simulators, which have just been reset and have nothing left to deliver."""
    running.receiver.answers.clear()
    await asyncio.wait_for(running.webhooks.settled(), 30)
    running.receiver.clear()
    for service in ("graph", "openai", "fcm"):
        await client.post(f"/{service}/_reset")
    await client.post("/graph/_control", json={"receipt_delay_ms": 1})
    return client


@pytest.fixture
def receiver(running: Running, http: httpx.AsyncClient) -> Receiver:
    """The receiver of webhooks, empty."""
    return running.receiver


@pytest.fixture
def graph(http: httpx.AsyncClient) -> GraphClient:
    """A script's view of the Graph simulator."""
    return GraphClient(http)
