"""The project under test: where it is, its keys, and real `supabase` clients of it, async and sync."""

from __future__ import annotations

import asyncio
import inspect
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from supabase import (
    AsyncClient,
    AsyncClientOptions,
    Client,
    ClientOptions,
    acreate_client,
    create_client,
)

from tests.fixtures.gateway import RunningGateway

BUSINESS = "00000000-0000-4000-8000-000000000001"
"""The business of `supabase/seed.sql`, and people of it."""
AGENT_EMAIL = "agente@dloop.example"
PASSWORD = "relaydesk-demo"
ACCOUNT = "00000000-0000-4000-8000-000000000013"

Kind = Literal["async", "sync"]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A Supabase project with our migrations and seed."""

    url: str
    anon_key: str
    service_role_key: str
    gateway: RunningGateway | None = None
    """The embedded gateway; None for a project elsewhere."""
    developer_key: str = ""
    """Of the api behind the functions; empty where there is none."""


@dataclass(kw_only=True)
class Callers:
    """Clients of one kind. Untyped, because their answers are JSON; every result goes through `done`."""

    target: Target
    kind: Kind
    _opened: list[httpx.Client | httpx.AsyncClient] = field(default_factory=list)
    _made: list[Any] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)

    async def client(self, key: str | None = None, *, token: str | None = None) -> Any:
        """A client with the anon key unless another is given; `token` makes it a signed-in person's."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        key = key or self.target.anon_key
        common: dict[str, Any] = {
            "auto_refresh_token": False,
            "persist_session": False,
            "postgrest_client_retry": False,
        }
        client: AsyncClient | Client
        if self.kind == "async":
            options = AsyncClientOptions(**common, httpx_client=self._http(httpx.AsyncClient))
            options.headers.update(headers)
            client = await acreate_client(self.target.url, key, options=options)
        else:
            sync_options = ClientOptions(**common, httpx_client=self._http(httpx.Client))
            sync_options.headers.update(headers)
            client = create_client(self.target.url, key, options=sync_options)
        self._made.append(client)
        return client

    async def service(self) -> Any:
        """With the service key."""
        return await self.client(self.target.service_role_key)

    async def agent(self) -> Any:
        """As the seeded agent, by their access token."""
        return await self.client(token=await self.token(AGENT_EMAIL))

    async def token(self, email: str, password: str = PASSWORD) -> str:
        """An access token of a person; each signs in once, because sign-ins of an address are limited."""
        if email not in self._tokens:
            guest = await self.client()
            answer = await self.done(
                lambda: guest.auth.sign_in_with_password({"email": email, "password": password})
            )
            self._tokens[email] = answer.session.access_token
        return self._tokens[email]

    async def done(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """The result of a call of either client."""
        if self.kind == "sync":
            return await asyncio.to_thread(call, *arguments)
        result = call(*arguments)
        return await result if inspect.isawaitable(result) else result

    async def rows(self, query: Any) -> Any:
        """The data of a query."""
        return (await self.done(query.execute)).data

    def _http(self, client: Any) -> Any:
        # Loopback is plain HTTP; loading certificates would take longer than a test.
        made = client(http2=False, timeout=30, verify=self.target.url.startswith("https"))
        self._opened.append(made)
        return made

    async def close(self) -> None:
        """Close all that was opened."""
        for client in self._made:
            if self.kind == "async":
                await client.realtime.close()
        for http in self._opened:
            await http.aclose() if isinstance(http, httpx.AsyncClient) else http.close()


def unique(word: str = "contract") -> str:
    """A name that nobody else uses."""
    return f"{word}-{secrets.token_hex(5)}"
