"""The gateway as one ASGI application: which service answers which path, and with whose key."""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qs, urlencode

import asyncpg
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Mount, Route, Router

from devstack.gateway.auth.mailbox import PATH as MAILS
from devstack.gateway.auth.mailbox import Mailbox
from devstack.gateway.auth.service import AuthService, AuthSettings
from devstack.gateway.config import GatewayConfig
from devstack.gateway.database import CONNECTION_ERRORS, Database, DatabaseBusy, DatabaseDown
from devstack.gateway.functions import FunctionsProxy
from devstack.gateway.http import (
    CORS_HEADERS,
    BodyTooLarge,
    ClientGone,
    Receive,
    Response,
    Scope,
    Send,
    decode_headers,
    read_request,
    send_response,
)
from devstack.gateway.intake import BodyTooSlow, HeadTooLong, Intake, check_head
from devstack.gateway.realtime.limits import PLANS
from devstack.gateway.realtime.service import RealtimeService
from devstack.gateway.recording import Recorder
from devstack.gateway.rest.service import RestService
from devstack.gateway.rest.watch import SchemaWatch
from devstack.gateway.storage.service import StorageService
from devstack.gateway.tokens import KeyRefused, TokenRefused, Tokens

ADMIN_POOL_SIZE = 5

_log = logging.getLogger(__name__)
_PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS",
    "access-control-allow-headers": "authorization, apikey, content-type, prefer, range, x-client-info, "
    "x-supabase-api-version, x-upsert, accept-profile, content-profile, cache-control",
    "access-control-max-age": "3600",
}
_OPEN_TO_WRITE = "/storage/v1/object/upload/sign/"
_OPEN = (
    "/auth/v1/.well-known/",
    "/auth/v1/verify",
    "/storage/v1/object/public/",
    "/storage/v1/object/sign/",
)
"""What a browser may do without a key. Making a signed address is a POST and asks for one."""


class Gateway:
    """An ASGI application that stands in for a hosted Supabase project."""

    def __init__(self, config: GatewayConfig) -> None:
        self.config = config
        self.tokens = Tokens(config)
        self.database = Database(config.database_url, size=config.pool_size, name="gateway rest")
        self.rest = RestService(config, self.tokens, self.database)
        self.functions = FunctionsProxy(config.api_url)
        self._watch = SchemaWatch(config.admin_url, self.rest.schemas.forget)
        self.recorder = Recorder(config.record_file) if config.record_file else None
        self._pool: asyncpg.Pool | None = None
        self._realtime: RealtimeService | None = None
        self._services = Router()

    @property
    def realtime(self) -> RealtimeService:
        """Realtime, once it is started."""
        assert self._realtime is not None, "start() makes it"
        return self._realtime

    # Start and stop.

    async def start(self) -> None:
        """Make the services and begin what runs beside requests. Works before the database does."""
        config = self.config
        mailbox = Mailbox(config.url)
        self._pool = await asyncpg.create_pool(
            config.admin_url,
            min_size=0,
            max_size=ADMIN_POOL_SIZE,
            server_settings={"application_name": "gateway services", "timezone": "UTC"},
        )
        self._realtime = RealtimeService(
            config.admin_url,
            verify=self.tokens.verify,
            limits=config.realtime_limits or PLANS[config.realtime_plan],
            join_error_delay_seconds=config.join_error_seconds,
        )
        storage = StorageService(
            *(self._pool, config.storage_dir), secret=config.jwt_secret, identify=self._claims
        )
        auth = AuthService(
            self._pool,
            AuthSettings(
                url=f"{config.url}/auth/v1",
                site_url=config.site_url,
                sign_ins_per_5_min=config.sign_ins_per_5_min,
                mail_interval_seconds=config.mail_interval_seconds,
            ),
            mailbox,
            sign=self.tokens.sign_for_user,
            decode=self._claims,
            public_keys=self.tokens.public_keys,
        )
        routes: list[BaseRoute] = [
            Mount("/auth/v1", routes=auth.routes()),
            Mount("/storage/v1", routes=storage.routes()),
            Mount("/realtime/v1", routes=self._realtime.routes()),
            Route(MAILS, mailbox.show),
        ]
        self._services = Router(routes, redirect_slashes=False)
        await self._realtime.start()
        await self._watch.start()

    async def stop(self) -> None:
        """End it, and close every connection."""
        await self._watch.stop()
        if self._realtime is not None:
            await self._realtime.stop()
        if self._pool is not None:
            self._pool.terminate()
        await self.functions.close()
        await self.database.close()

    def _claims(self, token: str) -> Mapping[str, Any]:
        """What a token proves. Raises ValueError, as the services expect."""
        if not token:
            raise ValueError("JWT missing")
        try:
            return self.tokens.verify(token).claims
        except TokenRefused as error:
            raise ValueError(error.message) from None

    # Requests.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            noted = self.recorder.http(scope, receive) if self.recorder else nullcontext(receive)
            with noted as heard:
                await self._http(scope, heard, send)
        elif scope["type"] == "websocket":
            told = self.recorder.socket(receive) if self.recorder else receive
            await self._services(self._with_socket_key(scope), told, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        outgoing = _Outgoing(send)
        try:
            check_head(scope)
            response = await self._answer(scope, Intake(scope, receive), outgoing)
        except (ClientGone, ClientDisconnect):
            return
        except HeadTooLong as refused:
            response = _refused(refused.status, str(refused))
        except BodyTooLarge:
            response = _refused(413, "Payload too large")
        except BodyTooSlow:
            response = _refused(408, "The body of the request did not arrive in time")
        except KeyRefused as error:
            response = Response.json(error.body, 401)
        except (DatabaseDown, DatabaseBusy, *CONNECTION_ERRORS) as error:
            _log.warning("%s %s: %s", scope["method"], scope["path"], type(error).__name__)
            response = Response.json({"message": "The database is not reachable"}, 503)
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            response = Response.json({"message": "An unexpected error occurred"}, 500)
        if response is not None and not outgoing.has_started:
            await send_response(outgoing, response, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        """The answer, or None when a mounted service has sent it."""
        path: str = scope["path"]
        if scope["method"] == "OPTIONS":
            return Response(204, headers=dict(_PREFLIGHT))
        if path.startswith("/rest/v1"):
            return await self.rest.handle(await read_request(scope, receive))
        if path.startswith("/functions/v1/"):
            # The platform lets functions decide themselves about keys: webhooks come without one.
            return await self.functions.handle(scope, receive, send)
        if path.startswith(("/auth/v1/", "/storage/v1/", "/realtime/v1/")):
            await self._services(self._with_key(scope), receive, send)
            return None
        if path == MAILS:
            await self._services(scope, receive, send)
            return None
        if path == "/health":
            return await self._health()
        return Response.json({"message": "no Route matched with those values"}, 404)

    def _with_key(self, scope: Scope) -> Scope:
        """The request with its key translated to the token it stands for. Raises KeyRefused."""
        path, method = scope["path"], scope["method"]
        if (path.startswith(_OPEN) and method in ("GET", "HEAD")) or (
            path.startswith(_OPEN_TO_WRITE) and method == "PUT"
        ):
            return scope
        headers = decode_headers(scope["headers"])
        token = self.tokens.bearer(headers, _query(scope))
        kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"authorization"]
        return {**scope, "headers": [*kept, (b"authorization", f"Bearer {token}".encode("latin-1"))]}

    def _with_socket_key(self, scope: Scope) -> Scope:
        """The same for a websocket, whose key is in its address; a refused one is left out."""
        parameters = _query(scope)
        try:
            key = self.tokens.bearer({"apikey": parameters.get("apikey", "")})
        except KeyRefused:
            key = ""
        query = urlencode({**parameters, "apikey": key})
        return {**scope, "query_string": query.encode()}

    async def _health(self) -> Response:
        """Ready when requests reach the database and its notifications reach us."""
        try:
            await self.rest.schemas.load(older_than=float("-inf"))
            await self.database.run("begin read only", lambda connection: connection.fetchval("select 1"))
        except (DatabaseDown, DatabaseBusy) as error:
            return Response.json({"status": "unavailable", "reason": str(error) or "database busy"}, 503)
        if self._realtime is None or not self._realtime.feed.ready.is_set():
            return Response.json({"status": "unavailable", "reason": "realtime does not listen yet"}, 503)
        return Response.json({"status": "ok"})

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


class _Outgoing:
    """Passes messages on, adds the headers that browsers want, and remembers whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_started = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            given = [*message.get("headers", ())]
            names = {name for name, _ in given}
            message["headers"] = [*given, *(header for header in CORS_HEADERS if header[0] not in names)]
        await self._send(message)


def _refused(status: int, message: str) -> Response:
    """The rest of such a request is not waited for."""
    return Response.json({"message": message}, status, {"connection": "close"})


def _query(scope: Scope) -> dict[str, str]:
    pairs = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return {name: values[0] for name, values in pairs.items()}


def create_gateway(config: GatewayConfig) -> Gateway:
    """The ASGI application."""
    return Gateway(config)
