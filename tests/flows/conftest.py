"""The seeded business on a database of its own, and a customer's phone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from processors.services import open_services
from processors.store import Store
from tests.fixtures.gateway import RunningGateway
from tests.flows.phone import Phone
from tests.processors.conftest import settings_for


@pytest_asyncio.fixture
async def phone(indexed_gateway: RunningGateway) -> AsyncIterator[Phone]:
    """Somebody whose address the seeded business knows, in a new talk; no model is configured."""
    store = Store(await indexed_gateway.client())
    async with (
        asyncpg.create_pool(indexed_gateway.database.admin_url, min_size=1, max_size=4) as admin,
        open_services(settings_for(indexed_gateway), store=store) as services,
    ):
        somebody = Phone(services, admin)
        await somebody.lives()
        yield somebody


@pytest_asyncio.fixture
async def newcomer(phone: Phone) -> Phone:
    """Somebody who has never written to the seeded business."""
    return Phone(phone.services, phone.admin, name="Marta Riva")
