"""Whether the process lives, whether it can serve, and what it counts."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.deps import Deps
from api.metrics import CONTENT_TYPE
from api.runtime import Runtime
from processors.errors import StorageError, StorageUnavailable
from processors.model import Json

router = APIRouter(tags=["health"])

CHECK_SECONDS = 3.0
LATE_TURN_SECONDS = 60
"""A turn that waits so long means that no worker runs, or too few."""
LATE_FILE_SECONDS = 300
"""The same for a file that is due to be fetched."""


class Alive(BaseModel):
    """The process answers."""

    status: str = Field(default="ok", examples=["ok"])


class Ready(BaseModel):
    """Whether requests can be served. `not_ready` names what is missing, `warnings` what will be missed."""

    ready: bool
    not_ready: list[str] = Field(examples=[["storage"]])
    warnings: list[str]
    engine: dict[str, int] = Field(examples=[{"turns_waiting": 0, "outbox_waiting": 0}])


@router.get("/healthz", response_model=Alive, summary="Is the process alive?")
async def healthz() -> Alive:
    """Answers as long as the process runs, whatever else is down."""
    return Alive()


@router.get(
    "/readyz",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "Not ready; `not_ready` names what."}},
    summary="Can it serve?",
)
async def readyz(deps: Deps) -> Response:
    """Asks storage and the schema. 503 names what is not ready: storage, storage key or migrations."""
    engine, problem = await _engine(deps)
    ready = Ready(
        ready=problem is None,
        not_ready=[problem] if problem else [],
        warnings=_warnings(deps, engine or {}),
        engine=dict(engine or {}),
    )
    return JSONResponse(ready.model_dump(), status_code=200 if ready.ready else 503)


@router.get(
    "/api/whatsapp/health",
    response_model=dict[str, Any],
    responses={503: {"description": "Storage can't be reached."}},
    summary="Is WhatsApp working?",
)
async def whatsapp_health(deps: Deps) -> Response:
    """Whether webhooks can be verified and stored and whether messages can be sent."""
    engine, problem = await _engine(deps)
    settings = deps.settings
    body = {
        "status": "ok" if problem is None else "unavailable",
        "storage": problem is None,
        "webhook": bool(settings.app_secrets) and bool(settings.whatsapp_verify_token.get_secret_value()),
        "sending": bool(settings.whatsapp_access_token.get_secret_value()),
        "outbox_waiting": (engine or {}).get("outbox_waiting"),
        "turns_waiting": (engine or {}).get("turns_waiting"),
    }
    return JSONResponse(body, status_code=200 if problem is None else 503)


@router.get("/metrics", response_class=Response, summary="Counters for Prometheus")
async def metrics(deps: Deps) -> Response:
    """Webhooks by answer, batches of ingest, queues of the engine."""
    engine, _ = await _engine(deps)
    return Response(deps.metrics.render(engine), media_type=CONTENT_TYPE)


async def _engine(deps: Runtime) -> tuple[Json | None, str | None]:
    """The engine's own numbers, or the name of what is not ready."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await deps.store.call("engine_health", {}, retry=False), None
    except (TimeoutError, StorageUnavailable):
        return None, "storage"
    except StorageError as error:
        # A refusal of the project's own door, before the database, carries no code.
        refused_key = not error.code or error.code.startswith(("PGRST30", "401", "403"))
        return None, "storage key" if refused_key else "migrations"


def _warnings(deps: Runtime, engine: Json) -> list[str]:
    found = []
    if not deps.settings.app_secrets:
        found.append("WHATSAPP_APP_SECRETS is empty: every webhook is refused")
    if not deps.settings.whatsapp_access_token.get_secret_value():
        found.append("WHATSAPP_ACCESS_TOKEN is empty: nothing can be sent")
    if engine.get("oldest_turn_seconds", 0) > LATE_TURN_SECONDS:
        found.append("turns wait for a worker")
    if engine.get("oldest_media_seconds", 0) > LATE_FILE_SECONDS:
        found.append("files wait to be fetched")
    return found
