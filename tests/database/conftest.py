"""The engine's SQL functions as the service calls them: role `service_role`, one transaction per call."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.database.engine import Engine
from tests.fixtures.cluster import Database


@pytest_asyncio.fixture
async def engine(seeded_database: Database) -> AsyncIterator[Engine]:
    """The seeded business with the service's rights."""
    opened = await Engine.open(seeded_database)
    yield opened
    await opened.close()
