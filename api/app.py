"""The web service: the webhook in front, everything else through FastAPI.

Run it with `python -m uvicorn api.app:create_app --factory`.
"""

from __future__ import annotations

import gc
import logging
import sys
import time
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
from fastapi import FastAPI

from api import errors, openapi
from api.asgi import ClientGone, Receive, Scope, Send, read_body, respond
from api.functions import stripe_webhook, whatsapp_notify, whatsapp_simulate, whatsapp_test_webhook
from api.functions.whatsapp_webhook import INLINE_PATHS, WEBHOOK_PATHS, WhatsAppWebhook
from api.rest import assist, contacts, health, invite, messages, phone, send
from api.runtime import open_runtime
from processors import logs
from processors.errors import BadRequest, ConfigurationError, PayloadTooLarge
from processors.logs import describe
from processors.settings import Settings, load_settings

log = logging.getLogger("api.access")

ROUTERS = (
    whatsapp_simulate.router,
    whatsapp_test_webhook.router,
    whatsapp_notify.router,
    stripe_webhook.router,
    send.router,
    messages.router,
    contacts.router,
    invite.router,
    phone.router,
    assist.router,
    health.router,
)
QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics", *WEBHOOK_PATHS, *INLINE_PATHS})
"""Asked all the time; their successes are counted, not logged."""


def create_app(settings: Settings | None = None) -> Application:
    """The application, from the environment unless settings are given.

    Wrong settings end the process with code 2 and a text that names them.
    """
    if settings is not None:
        return Application(settings)
    try:
        settings = load_settings()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    logs.configure(settings.log_level)
    application = Application(settings)
    # What was loaded so far lives as long as the process; looking through it again and again would make the
    # webhooks of that moment wait for tens of milliseconds.
    gc.collect()
    gc.freeze()
    return application


class Application(FastAPI):
    """FastAPI behind the webhook, with bounded bodies and a log that names nobody."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            title="relaydesk",
            version="0.1.0",
            description="WhatsApp in and out for a business: webhook, functions, and REST for staff.",
            lifespan=_lifespan,
        )
        self.settings = settings
        self._webhooks: dict[str, WhatsAppWebhook] = {}
        errors.install(self)
        for router in ROUTERS:
            self.include_router(router)
        self._paths = {str(getattr(route, "path", "")) for router in ROUTERS for route in router.routes}
        self._paths |= {*WEBHOOK_PATHS, *INLINE_PATHS}

    def serve_webhooks(self, webhooks: dict[str, WhatsAppWebhook]) -> None:
        """Answer these paths without the framework."""
        self._webhooks = webhooks

    def openapi(self) -> dict[str, Any]:
        """The description of all routes, the webhook's among them."""
        return openapi.schema(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        started = time.perf_counter()
        answer = _Answer(send)
        try:
            await self._answer(scope, receive, answer)
        except ClientGone:
            return
        except Exception as defect:
            # The text of an exception may quote a person; the framework would log all of it.
            log.error("request failed: %s", describe(defect))
            if answer.status is None:
                await respond(answer, 500, b'{"error":"something went wrong here","field":null}')
        self._log(scope, answer.status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        webhook = self._webhooks.get(scope["path"])
        if webhook is not None:
            await webhook(scope, receive, send)
            return
        if scope["method"] in ("POST", "PUT", "PATCH", "DELETE"):
            try:
                body = await read_body(scope, receive, self.settings.webhook_max_body_bytes)
            except BadRequest as error:
                status = 413 if isinstance(error, PayloadTooLarge) else 400
                await respond(send, status, orjson.dumps({"error": str(error), "field": error.field}))
                return
            receive = _replay(body, receive)
        await super().__call__(scope, receive, send)

    def _log(self, scope: Scope, status: int | None, seconds: float) -> None:
        """Method, path without its query, status and time. Paths we don't know could hold anything."""
        path = scope["path"] if scope["path"] in self._paths else "(unknown path)"
        quiet = path in QUIET_PATHS and (status or 500) < 400
        level = logging.DEBUG if quiet else logging.INFO
        log.log(level, "%s %s %s %.1f ms", scope["method"], path, status, seconds * 1000)


class _Answer:
    """Sends on, and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body already read, then whatever follows."""
    pending = True

    async def replayed() -> MutableMapping[str, Any]:
        nonlocal pending
        if pending:
            pending = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replayed


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    assert isinstance(app, Application)
    async with open_runtime(app.settings) as runtime:
        app.state.runtime = runtime
        stored, inline = (WhatsAppWebhook(runtime, inline=flag) for flag in (False, True))
        app.serve_webhooks(dict.fromkeys(WEBHOOK_PATHS, stored) | dict.fromkeys(INLINE_PATHS, inline))
        yield
