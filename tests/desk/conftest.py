"""A desk on a real gateway and database.

seeded_desk: RunningDesk    our routes, guard, hub and live socket on a port of their own, without Streamlit's pages
second_desk: RunningDesk    another process of the same
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import orjson
import pytest_asyncio
import uvicorn
import websockets
from pydantic import SecretStr
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection

from dashboard.asgi import parts
from dashboard.desk import Desk
from dashboard.settings import DeskSettings
from tests.fixtures.gateway import QuickServer, RunningGateway

AGENT = "agente@dloop.example"
VIEWER = "viewer@dloop.example"
RIDER = "rider.anna@dloop.example"
PASSWORD = "relaydesk-demo"
DLOOP = "00000000-0000-4000-8000-000000000001"
GIULIA, MARCO, EMILY, STORE = (f"00000000-0000-4000-8000-0000000000{n}" for n in (61, 62, 63, 64))
WAIT_SECONDS = 30.0


class Page:
    """A browser's side of `/rt`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ref = 0

    async def ask(self, op: str, **body: Any) -> dict[str, Any]:
        """Ask, and wait for the answer to that."""
        self._ref += 1
        await self._socket.send(orjson.dumps({"op": op, "ref": self._ref, **body}).decode())
        return await self.until(lambda message: message.get("ref") == self._ref)

    async def tell(self, op: str, **body: Any) -> None:
        """Say something that has no answer."""
        await self._socket.send(orjson.dumps({"op": op, **body}).decode())

    async def until(self, matches: Any) -> dict[str, Any]:
        """The next message that matches."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                message: dict[str, Any] = orjson.loads(await self._socket.recv())
                if matches(message):
                    return message

    async def closed_with(self) -> int | None:
        """The code with which the desk closes this connection."""
        async with asyncio.timeout(WAIT_SECONDS):
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    await self._socket.recv()
        return self._socket.close_code


@dataclass(kw_only=True)
class Browser:
    """Cookies of one person, and what they do with them."""

    http: httpx.AsyncClient
    url: str

    async def sign_in(self, email: str = AGENT, password: str = PASSWORD, **form: str) -> httpx.Response:
        """Send the log-in form as a browser does."""
        body = {"email": email, "password": password, "next": "/", **form}
        return await self.http.post("/auth/login", data=body, headers={"origin": self.url})

    async def sign_out(self) -> httpx.Response:
        """Press the button."""
        return await self.http.post("/auth/logout", headers={"origin": self.url})

    @contextlib.asynccontextmanager
    async def live(self, origin: str | None = None) -> AsyncIterator[Page]:
        """Open the live socket."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        headers = {"cookie": cookies} if cookies else {}
        address = self.url.replace("http", "ws", 1) + "/rt"
        async with websockets.connect(
            address, origin=websockets.Origin(origin or self.url), additional_headers=headers, proxy=None
        ) as connection:
            yield Page(connection)


@dataclass(kw_only=True)
class RunningDesk:
    """A desk that answers at `url`, the objects inside, and the gateway behind."""

    url: str
    desk: Desk
    gateway: RunningGateway
    _browsers: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def browser(self) -> Browser:
        """A browser that nobody has signed in with."""
        http = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30)
        return Browser(http=await self._browsers.enter_async_context(http), url=self.url)

    async def signed_in(self, email: str = AGENT) -> Browser:
        """A browser with a person."""
        browser = await self.browser()
        assert (await browser.sign_in(email)).status_code == 303
        return browser

    async def sql(self, query: str, *arguments: Any) -> list[Any]:
        """Run a statement as the database's owner."""
        async with self.gateway.database.connect() as connection:
            return list(await connection.fetch(query, *arguments))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._browsers.aclose()


def desk_settings(gateway: RunningGateway, port: int = 8501, **changes: Any) -> DeskSettings:
    """Settings for a gateway, whatever the environment says."""
    values = {
        "supabase_url": gateway.url,
        "supabase_anon_key": SecretStr(gateway.anon_key),
        "desk_url": "",
        "desk_port": port,
        **changes,
    }
    return DeskSettings(**values)


@contextlib.asynccontextmanager
async def running_desk(gateway: RunningGateway) -> AsyncIterator[RunningDesk]:
    """A desk in front of a gateway, without Streamlit's pages."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    desk = Desk(desk_settings(gateway, port))
    app = Starlette(**parts(desk))
    server = QuickServer(uvicorn.Config(app, log_config=None, access_log=False, ws="websockets-sansio"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with RunningDesk(url=f"http://127.0.0.1:{port}", desk=desk, gateway=gateway) as running:
        while not server.started:
            await asyncio.sleep(0.01)
        yield running
    server.should_exit = True
    await serving


@pytest_asyncio.fixture
async def seeded_desk(seeded_gateway: RunningGateway) -> AsyncIterator[RunningDesk]:
    """A desk in front of the seeded business."""
    async with running_desk(seeded_gateway) as running:
        yield running


@pytest_asyncio.fixture
async def second_desk(seeded_gateway: RunningGateway) -> AsyncIterator[RunningDesk]:
    """Another process of the same desk."""
    async with running_desk(seeded_gateway) as running:
        yield running
