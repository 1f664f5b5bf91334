"""Files on their whole way: the wire of WhatsApp and OpenAI, a worker's fetcher, Storage behind the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncpg
import httpx
import pytest_asyncio
from pydantic import SecretStr

from devstack.simulators.app import create_app
from devstack.simulators.config import Config
from processors.channels.registry import open_channels
from processors.media.bucket import open_bucket
from processors.media.service import open_fetcher
from processors.outbox import Sender
from processors.services import open_services
from processors.store import Store
from tests.devstack.simulators.serving import serving
from tests.fixtures.gateway import RunningGateway
from tests.flows.phone import Phone
from tests.media.files import Files
from tests.processors.conftest import settings_for


@pytest_asyncio.fixture
async def files(seeded_gateway: RunningGateway) -> AsyncIterator[Files]:
    """Somebody who sends files to the seeded business; its model can listen."""
    environ = {"SIMULATORS_WEBHOOK_URL": "http://127.0.0.1:9/none", "SIMULATORS_APP_SECRET": "secret"}
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(create_app(Config.from_environment(environ))))
        settings = settings_for(
            seeded_gateway,
            whatsapp_api_url=f"{url}/graph",
            whatsapp_access_token=SecretStr("dev-token"),
            openai_api_key=SecretStr("sk-test"),
            openai_base_url=f"{url}/openai/v1",
            media_max_bytes=64 * 1024,
            media_max_document_bytes=128 * 1024,
        )
        wire = await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False, timeout=30))
        admin = await stack.enter_async_context(
            asyncpg.create_pool(seeded_gateway.database.admin_url, min_size=1, max_size=4)
        )
        store = Store(await seeded_gateway.client())
        listening = await stack.enter_async_context(open_services(settings, store=store))
        # Turns are understood by rules alone, so that only voice asks the model.
        deaf = settings_for(seeded_gateway)
        services = await stack.enter_async_context(open_services(deaf, store=store))
        channels = await stack.enter_async_context(open_channels(settings))
        bucket = await stack.enter_async_context(open_bucket(settings))
        fetcher = await stack.enter_async_context(open_fetcher(listening, channels, bucket))
        yield Files(
            phone=Phone(services, admin, options={"voice_wait_ms": 12_000}),
            wire=wire,
            gateway=seeded_gateway,
            fetcher=fetcher,
            sender=Sender(store, channels, settings, bucket=bucket),
        )
