"""What the service says about itself."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import httpx
import pytest

from api.app import create_app
from tests.api.backend import Backend
from tests.api.service import DEVELOPER_KEY, WEBHOOKS, api_settings, serving

ROUTES = (
    "/functions/v1/whatsapp-simulate",
    "/functions/v1/whatsapp-test-webhook",
    "/functions/v1/whatsapp-notify",
    "/api/whatsapp/send",
    "/api/whatsapp/messages",
    "/api/whatsapp/contacts",
    "/api/whatsapp/health",
    "/healthz",
    "/readyz",
    "/metrics",
    *WEBHOOKS,
)


async def test_alive_but_not_ready_while_storage_is_down() -> None:
    async with serving(api_settings()) as api:
        assert (await api.get("/healthz")).status_code == 200
        ready = await api.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["not_ready"] == ["storage"]
        assert (await api.get("/api/whatsapp/health")).status_code == 503
        assert 'relaydesk_engine{name="storage_up"} 0.0' in (await api.get("/metrics")).text


async def test_ready_with_storage(api: httpx.AsyncClient) -> None:
    ready = await api.get("/readyz")
    assert (ready.status_code, ready.json()["not_ready"]) == (200, [])
    assert ready.json()["engine"]["turns_waiting"] >= 0
    assert (await api.get("/api/whatsapp/health")).json()["status"] == "ok"
    assert 'relaydesk_engine{name="turns_waiting"}' in (await api.get("/metrics")).text


async def test_missing_migrations_are_named(backend: Backend) -> None:
    await backend.execute("drop function engine_health()")
    await backend.execute("notify pgrst, 'reload schema'")
    async with serving(backend.settings()) as api:
        assert (await api.get("/readyz")).json()["not_ready"] == ["migrations"]


async def test_the_description_names_every_route_with_examples() -> None:
    async with serving(api_settings()) as api:
        described = (await api.get("/openapi.json")).json()
    assert set(ROUTES) <= set(described["paths"])
    for path in WEBHOOKS:
        post = described["paths"][path]["post"]
        assert post["requestBody"]["content"]["application/json"]["example"]["object"]
        assert {"200", "400", "401", "413", "503"} <= set(post["responses"])
    schemas = described["components"]["schemas"]
    assert all("examples" in schemas[name] for name in ("SimulateRequest", "NotifyRequest", "SendRequest"))


async def test_an_unknown_path_is_404_in_json() -> None:
    async with serving(api_settings()) as api:
        answer = await api.get("/nothing/here")
        assert (answer.status_code, answer.json()["field"]) == (404, None)


async def test_the_log_names_nobody(caplog: pytest.LogCaptureFixture) -> None:
    phone = "393471112223"
    with caplog.at_level(logging.DEBUG):
        async with serving(api_settings()) as api:
            headers = {"X-Api-Key": DEVELOPER_KEY}
            body = {"phone": phone, "text": "segreto"}
            await api.post("/functions/v1/whatsapp-simulate", json=body, headers=headers)
            await api.get("/api/whatsapp/messages", params={"phone": phone})
            await api.get(f"/{phone}")
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith(("api", "processors")))
    assert "POST /functions/v1/whatsapp-simulate 503" in ours
    assert "(unknown path) 404" in ours
    assert not any(secret in ours for secret in (phone, "segreto", DEVELOPER_KEY))


async def test_a_defect_of_ours_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(api_settings())

    async def defect() -> None:
        raise ValueError("393471112223 said segreto")

    app.add_api_route("/defect", defect)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://x") as api,
    ):
        answer = await api.get("/defect")
    assert (answer.status_code, answer.json()["field"]) == (500, None)
    assert "ValueError at test_health.py" in caplog.text
    assert "segreto" not in caplog.text


def test_wrong_settings_stop_the_start_with_their_names() -> None:
    command = [sys.executable, "-m", "uvicorn", "api.app:create_app", "--factory", "--port", "0"]
    environ = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": "",
        "SUPABASE_URL": "ftp://x",
        "RATE_LIMIT_PER_MINUTE": "many",
    }
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    for name in ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "RATE_LIMIT_PER_MINUTE"):
        assert name in ended.stderr
    assert "Traceback" not in ended.stderr
