"""The one ASGI app that holds all simulators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from devstack.simulators.config import Config
from devstack.simulators.graph import Graph
from devstack.simulators.webhooks import Webhooks

INDEX = """\
Simulators for development: Meta's Graph API under /graph, OpenAI under /openai/v1, FCM under /fcm.
State is in memory; each log keeps the newest 200,000 requests or 256 MB of bodies.
"""


def create_app(config: Config) -> Starlette:
    """Build the app; webhooks are delivered as long as it runs."""
    webhooks = Webhooks(config)
    services = [Graph(config, webhooks)]

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "webhooks_pending": webhooks.pending})

    async def index(_: Request) -> Response:
        return PlainTextResponse(INDEX)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await webhooks.close()

    app = Starlette(
        routes=[
            Route("/", index),
            Route("/health", health),
            *(Mount(service.prefix, routes=service.routes()) for service in services),
        ],
        lifespan=lifespan,
    )
    app.state.webhooks = webhooks
    return app
