"""A gateway in front of the small project of `schema.sql`, with two signed-in people."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.fixtures.cluster import Database, Templates
from tests.fixtures.gateway import RunningGateway, run_gateway

SCHEMA = Path(__file__).with_name("schema.sql")
ALICE = "00000000-0000-0000-0000-000000000001"
BOB = "00000000-0000-0000-0000-000000000002"


@dataclass(frozen=True, kw_only=True)
class Project:
    """The gateway with a `supabase` client for each kind of caller; untyped, because answers are JSON."""

    gateway: RunningGateway
    service: Any
    anon: Any
    alice: Any
    bob: Any
    http: httpx.AsyncClient

    @property
    def database(self) -> Database:
        return self.gateway.database

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        """What the database holds, seen as superuser."""
        async with self.database.connect() as connection:
            return list(await connection.fetch(sql, *values))

    async def get(self, path: str, *, token: str | None = None, **headers: str) -> httpx.Response:
        """A bare request to REST, by Alice unless `token` says else; the path is sent as it is."""
        return await self.request("GET", path, token=token, **headers)

    async def request(
        self, method: str, path: str, *, token: str | None = None, content: Any = None, **headers: str
    ) -> httpx.Response:
        """The same with any method. Underscores in header names become dashes."""
        token = token if token is not None else self.gateway.user_token(ALICE)
        own = {"apikey": self.gateway.anon_key, "authorization": f"Bearer {token}"}
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, f"{self.gateway.url}{path}", headers=own, content=content)


@pytest_asyncio.fixture(scope="session")
async def small_template(templates: Templates) -> AsyncIterator[Database]:
    """The small project, to be copied."""
    template = await templates.cluster.create()
    async with template.connect(template.owner) as connection:
        await connection.execute(SCHEMA.read_text(encoding="utf-8"))
    yield template
    await templates.cluster.drop(template)


@contextlib.asynccontextmanager
async def run_project(templates: Templates, template: Database, folder: Path) -> AsyncIterator[Project]:
    """A copy of a template behind a gateway."""
    database = await templates.cluster.create(template)
    async with run_gateway(database, folder) as gateway, httpx.AsyncClient(timeout=30, verify=False) as http:
        yield Project(
            gateway=gateway,
            service=await gateway.client(),
            anon=await gateway.client(gateway.anon_key),
            alice=await gateway.client(gateway.anon_key, token=gateway.user_token(ALICE)),
            bob=await gateway.client(gateway.anon_key, token=gateway.user_token(BOB)),
            http=http,
        )
    await templates.cluster.drop(database)


@pytest_asyncio.fixture(scope="session")
async def project(
    templates: Templates, small_template: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Project]:
    """A copy behind a gateway that all tests share: for reading only."""
    async with run_project(templates, small_template, tmp_path_factory.mktemp("storage")) as shared:
        yield shared


@pytest_asyncio.fixture
async def own_project(
    templates: Templates, small_template: Database, tmp_path: Path
) -> AsyncIterator[Project]:
    """A fresh copy behind a gateway of its own."""
    async with run_project(templates, small_template, tmp_path) as own:
        yield own
