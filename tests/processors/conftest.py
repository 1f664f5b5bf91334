"""A shop for each test on a database of its own, and a Firebase that runs on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio
from pydantic import SecretStr

from processors.services import open_services
from processors.settings import Settings
from processors.store import Store
from tests.fixtures.gateway import RunningGateway
from tests.processors.firebase import Firebase, running_firebase
from tests.processors.shop import Shop


def settings_for(gateway: RunningGateway, **changes: Any) -> Settings:
    """Settings of a worker that talks to this gateway, owing nothing to the environment."""
    values: dict[str, Any] = {
        "environment": "test",
        "supabase_url": gateway.url,
        "supabase_anon_key": SecretStr(gateway.anon_key),
        "supabase_service_role_key": SecretStr(gateway.service_role_key),
        "openai_api_key": SecretStr(""),
        "fcm_project_id": "",
        "fcm_api_url": "",
        "fcm_credentials_json": SecretStr(""),
    }
    return Settings(_env_file=None, **(values | changes))  # type: ignore[call-arg]  # Known at run time.


@pytest_asyncio.fixture
async def shop(indexed_gateway: RunningGateway) -> AsyncIterator[Shop]:
    """The seeded business, products indexed."""
    store = Store(await indexed_gateway.client())
    settings = settings_for(indexed_gateway)
    async with (
        asyncpg.create_pool(indexed_gateway.database.admin_url, min_size=1, max_size=4) as admin,
        open_services(settings, store=store) as services,
    ):
        yield Shop(services, admin)


@pytest_asyncio.fixture
async def firebase() -> AsyncIterator[Firebase]:
    """A fresh simulated Firebase."""
    async with running_firebase() as running:
        yield running
