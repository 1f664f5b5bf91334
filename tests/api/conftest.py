"""`backend`: a seeded database behind a gateway; `api`: a client of the service in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from tests.api.backend import Backend
from tests.api.service import serving
from tests.fixtures.gateway import RunningGateway


@pytest_asyncio.fixture
async def backend(seeded_gateway: RunningGateway) -> AsyncIterator[Backend]:
    async with seeded_gateway.database.connect() as connection:
        yield Backend(gateway=seeded_gateway, connection=connection)


@pytest_asyncio.fixture
async def api(backend: Backend) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(backend.settings()) as client:
        yield client
