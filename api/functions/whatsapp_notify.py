"""`POST /functions/v1/whatsapp-notify`: push one of the defined notifications now."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.deps import Deps, Service
from api.errors import responses
from api.runtime import Runtime
from processors import notifier
from processors.errors import BadRequest, NotFound
from processors.model import Json
from processors.push.kinds import NOTIFICATIONS, NotificationKind, missing_fields
from processors.reads import one

router = APIRouter(prefix="/functions/v1", tags=["functions"])

DEADLINE_SECONDS = 10.0
POLL_SECONDS = 0.1

SUBJECT_TABLES = {"conversation_id": "whatsapp_conversations", "market_order_id": "market_orders"}


class NotifyRequest(BaseModel):
    """One notification. What `data` must hold depends on the kind."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "new_order",
                    "rider_id": "00000000-0000-4000-8000-000000000131",
                    "data": {
                        "market_order_id": "00000000-0000-4000-8000-000000000901",
                        "order_code": "D1001",
                    },
                    "dedupe_key": "new_order:D1001",
                }
            ]
        }
    )

    kind: str = Field(description="One of: " + ", ".join(NOTIFICATIONS) + ".")
    rider_id: UUID | None = Field(default=None, description="Who gets a notification for riders.")
    data: dict[str, Any] = Field(default_factory=dict)
    dedupe_key: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The same key again pushes nothing new and returns the first one's state.",
    )


class DeviceState(BaseModel):
    """How far one device got: pending, sent or failed."""

    device_id: UUID
    status: str
    attempts: int
    error: str | None


class Notified(BaseModel):
    """The notification and its devices."""

    notification_id: UUID
    new: bool = Field(description="False when the dedupe key was used before.")
    devices: list[DeviceState]


@router.post(
    "/whatsapp-notify",
    response_model=Notified,
    dependencies=[Service],
    responses=responses(400, 401, 404, 422, 503),
    summary="Push a notification now",
)
async def notify(request: NotifyRequest, deps: Deps) -> Notified:
    """Record the notification, push it to each device of its audience, and say how far each got.

    A device that can't be reached now stays `pending` and is tried again by the worker.
    """
    kind = _checked(request)
    sent = await deps.store.call(
        "send_notification",
        {
            "p_business_id": await _business_of(request, kind, deps),
            "p_kind": request.kind,
            "p_audience": kind.audience,
            "p_rider_id": str(request.rider_id) if kind.audience == "rider" else None,
            "p_data": request.data,
            "p_dedupe_key": request.dedupe_key or f"notify:{uuid4()}",
        },
    )
    devices = await _delivered(sent["notification_id"], deps)
    return Notified(
        notification_id=sent["notification_id"],
        new=sent["new"],
        devices=[DeviceState.model_validate(device) for device in devices],
    )


def _checked(request: NotifyRequest) -> NotificationKind:
    kind = NOTIFICATIONS.get(request.kind)
    if kind is None:
        raise BadRequest("kind is not one of: " + ", ".join(NOTIFICATIONS), field="kind")
    if kind.audience == "rider" and request.rider_id is None:
        raise BadRequest(f"rider_id is missing: {request.kind} goes to a rider", field="rider_id")
    if missing := missing_fields(kind, request.data):
        raise BadRequest(f"data.{missing[0]} is missing", field=f"data.{missing[0]}")
    return kind


async def _business_of(request: NotifyRequest, kind: NotificationKind, deps: Runtime) -> str:
    """The business of the rider, or of the conversation or order that the notification is about."""
    if kind.audience == "rider":
        table, value, field = "riders", str(request.rider_id), "rider_id"
    else:
        table, value = SUBJECT_TABLES[kind.subject], str(request.data[kind.subject])
        field = f"data.{kind.subject}"
    try:
        UUID(value)
    except ValueError:
        raise BadRequest(f"{field} is not a UUID", field=field) from None
    query = deps.store.client.table(table).select("business_id").eq("id", value)
    found = await one(query)
    if found is None:
        raise NotFound(f"{field} does not exist", field=field)
    return str(found["business_id"])


async def _delivered(notification_id: str, deps: Runtime) -> list[Json]:
    """Push until every device has an answer, be it that another try is due later."""
    store, settings = deps.store, deps.settings
    until = time.monotonic() + DEADLINE_SECONDS
    while True:
        tried = await notifier.deliver_once(store, settings)
        devices: list[Json] = await store.call("notification_status", {"p_notification_id": notification_id})
        untried = [d for d in devices if d["status"] == "pending" and d["error"] is None]
        if not untried or not settings.fcm_project_id or time.monotonic() > until:
            return devices
        if not tried:
            # The worker holds them; its answers are awaited here.
            await asyncio.sleep(POLL_SECONDS)
