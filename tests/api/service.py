"""The api under test: its settings, and requests to it without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from api.app import Application, create_app
from processors.channels.whatsapp.signature import sign
from processors.settings import Settings

APP_SECRET = "app-secret-of-the-tests"
OLD_SECRET = "an-older-app-secret"
VERIFY_TOKEN = "verify-token-of-the-tests"
DEVELOPER_KEY = "developer-key-of-the-tests"
SERVICE_KEY = "service-key-of-the-tests"
NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there."""

WEBHOOKS = (
    "/functions/v1/whatsapp-webhook",
    "/functions/v1/whatsapp-webhook-v2",
    "/api/whatsapp/webhook",
)


def api_settings(**given: Any) -> Settings:
    """Settings that owe nothing to the environment; without `supabase_url` storage is down."""
    values: dict[str, Any] = {
        "environment": "test",
        "supabase_url": NOWHERE,
        "supabase_anon_key": SecretStr("anon"),
        "supabase_service_role_key": SecretStr("service"),
        "whatsapp_app_secrets": f"{OLD_SECRET}, {APP_SECRET}",
        "whatsapp_verify_token": SecretStr(VERIFY_TOKEN),
        "whatsapp_access_token": SecretStr("access-token-of-the-tests"),
        "whatsapp_api_url": NOWHERE,
        "developer_key": SecretStr(DEVELOPER_KEY),
        "service_key": SecretStr(SERVICE_KEY),
        "quiet_window_ms": 50,
        "quiet_window_max_ms": 200,
        "openai_api_key": SecretStr(""),
        "fcm_project_id": "",
    }
    return Settings(_env_file=None, **(values | given))  # type: ignore[call-arg]  # Known at run time.


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a started api; the api is shut down at the end."""
    app: Application = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://api.test") as client,
    ):
        yield client


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    """Headers of a webhook with this body."""
    return {"X-Hub-Signature-256": sign(body, secret), "Content-Type": "application/json"}
