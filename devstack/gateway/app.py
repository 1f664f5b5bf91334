"""The gateway as one ASGI application: which service answers which path."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from devstack.gateway.config import GatewayConfig
from devstack.gateway.database import Database, DatabaseBusy, DatabaseDown
from devstack.gateway.http import (
    BodyTooLarge,
    ClientGone,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    read_request,
    send_response,
)
from devstack.gateway.rest.service import RestService
from devstack.gateway.tokens import KeyRefused, Tokens

_log = logging.getLogger(__name__)
_PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS",
    "access-control-allow-headers": "authorization, apikey, content-type, prefer, range, x-client-info, "
    "x-supabase-api-version, x-upsert, accept-profile, content-profile, cache-control",
    "access-control-max-age": "3600",
}

Handler = Callable[[Request], Awaitable[Response]]


class Gateway:
    """An ASGI application that stands in for a hosted Supabase project."""

    def __init__(self, config: GatewayConfig) -> None:
        self.config = config
        self.tokens = Tokens(config)
        self.database = Database(config.database_url, size=config.pool_size, name="gateway rest")
        self.admin = Database(config.admin_url, size=4, name="gateway admin")
        self.rest = RestService(config, self.tokens, self.database)
        self._handlers: tuple[tuple[str, Handler], ...] = (("/rest/v1/", self.rest.handle),)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await read_request(scope, receive)
            response = await self._answer(request)
        except ClientGone:
            return
        except BodyTooLarge:
            response = Response.json({"message": "Payload too large"}, 413)
        except KeyRefused as refused:
            response = Response.json(refused.body, 401)
        except (DatabaseDown, DatabaseBusy):
            response = Response.json({"message": "The database is not reachable"}, 503)
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            response = Response.json({"message": "An unexpected error occurred"}, 500)
        await send_response(send, response, head=scope["method"] == "HEAD")

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(204, headers=dict(_PREFLIGHT))
        for prefix, handler in self._handlers:
            if request.path.startswith(prefix):
                return await handler(request)
        if request.path == "/health":
            return await self._health()
        return Response.json({"message": "no Route matched with those values"}, 404)

    async def _health(self) -> Response:
        """Ready when requests can reach the database, as `authenticator` and for what the gateway does itself."""
        try:
            await self.rest.load_schema(older_than=float("-inf"))
            for database in (self.database, self.admin):
                await database.run("begin read only", lambda connection: connection.fetchval("select 1"))
        except (DatabaseDown, DatabaseBusy) as error:
            return Response.json({"status": "unavailable", "reason": str(error) or "database busy"}, 503)
        return Response.json({"status": "ok"})

    async def start(self) -> None:
        """Begin what runs beside requests."""

    async def stop(self) -> None:
        """End it, and close every connection."""
        await self.database.close()
        await self.admin.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def create_gateway(config: GatewayConfig) -> Gateway:
    """The ASGI application."""
    return Gateway(config)
