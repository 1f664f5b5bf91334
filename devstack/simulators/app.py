"""The one ASGI app that holds all simulators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from devstack.simulators.config import Config
from devstack.simulators.fcm import PREFIXES, Fcm
from devstack.simulators.graph import Graph
from devstack.simulators.openai import OpenAI
from devstack.simulators.openai_cases import CASES
from devstack.simulators.service import Service
from devstack.simulators.stripe import Stripe
from devstack.simulators.webhooks import Webhooks

INDEX = """\
Simulators for development. State is in memory; each log keeps the newest 200,000 requests or 256 MB of bodies.

Services
  /graph/v26.0/{phone_number_id}/messages   Meta's Graph API; also .../media and /graph/v26.0/{media_id}
  /openai/v1/chat/completions               OpenAI; also embeddings, models, audio/transcriptions
  /fcm/v1/projects/{project}/messages:send  Firebase Cloud Messaging
  /stripe/v1/checkout/sessions              Stripe; also refunds, and /stripe/pay/{session} to pay at

Every service, here for graph
  GET  /graph/_log         every request, oldest first; ?since=<number>, and for graph ?to=<phone or BSUID>
  GET  /graph/_control     the switches as they are
  POST /graph/_control     a JSON object that is merged into them; null restores a default
  POST /graph/_reset       defaults, empty log

POST /graph/_inbound       a customer writes: {from, text | message, id?, name?, timestamp?, phone_number_id?, url?}
POST /graph/_control       {latency_ms, fail_next: [{status, code}], fail_later: [{code}], accept_then_hang,
                           receipts: normal|none|shuffled|duplicated|late, receipt_delay_ms,
                           window: closed|open, to, templates: {name: {language, params, category}},
                           pair_rate, throughput_mps}
POST /openai/_control      {latency_ms, case, next: [case], answers: [content], transcripts: [text],
                           slow_seconds, dribble_ms}; the model name "fake:<case>" chooses a case too
                           cases: @CASES@
POST /fcm/_control         {latency_ms, fail_next: [{kind, retry_after_seconds}], dead_tokens: [token]}
                           token prefixes that fail: @PREFIXES@
POST /stripe/_control    {latency_ms, fail_next: [{kind: rate_limit|server|key|refused|lost_request|lost_answer,
                           retry_after_seconds}], events: normal|none|duplicated, event_delay_ms}
POST /stripe/_act/{session}  {do: pay|bank|bank_paid|bank_failed|expire|refund|dispute, amount?}
GET  /health               {status, webhooks_pending}
""".replace("@CASES@", " ".join(CASES)).replace("@PREFIXES@", " ".join(PREFIXES))


def create_app(config: Config) -> Starlette:
    """Build the app; webhooks are delivered as long as it runs."""
    webhooks = Webhooks(config)
    stripe = Stripe(config)
    services: tuple[Service[Any], ...] = (Graph(config, webhooks), OpenAI(), Fcm(), stripe)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "webhooks_pending": webhooks.pending})

    async def index(_: Request) -> Response:
        return PlainTextResponse(INDEX)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await webhooks.close()
        await stripe.webhooks.close()

    app = Starlette(
        routes=[
            Route("/", index),
            Route("/health", health),
            *(Mount(service.prefix, routes=service.routes()) for service in services),
        ],
        lifespan=lifespan,
    )
    app.state.webhooks = webhooks
    app.state.stripe = stripe
    return app
