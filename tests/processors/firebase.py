"""A Firebase that runs on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from devstack.simulators.app import create_app
from devstack.simulators.config import Config
from tests.devstack.simulators.serving import serving


@dataclass(frozen=True)
class Firebase:
    """The simulated service: what it received, and its switches."""

    url: str
    http: httpx.AsyncClient

    async def fail(self, *kinds: str, **more: Any) -> None:
        """Refuse the next sends so, one each."""
        response = await self.http.post(
            "/fcm/_control", json={"fail_next": [{"kind": k, **more} for k in kinds]}
        )
        response.raise_for_status()

    async def log(self) -> list[dict[str, Any]]:
        """Every request, oldest first."""
        entries: list[dict[str, Any]] = (await self.http.get("/fcm/_log")).json()
        return entries

    async def messages(self) -> list[dict[str, Any]]:
        """The messages that were accepted."""
        return [entry["body"]["message"] for entry in await self.log() if entry["status"] == 200]


@asynccontextmanager
async def running_firebase() -> AsyncIterator[Firebase]:
    """A fresh one."""
    config = Config.from_environment({"SIMULATORS_APP_SECRET": "unused"})
    async with (
        serving(create_app(config)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        yield Firebase(f"{url}/fcm", http)
