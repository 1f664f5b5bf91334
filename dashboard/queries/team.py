"""Who is online among the people of a business, and what the desk is set to."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import one, rows
from processors.model import Json

DEFAULTS: Json = {
    "assignment": "manual",
    "open_per_agent": 10,
    "silent_minutes": 15,
    "response_minutes": None,
    "resolution_minutes": None,
    "count_open_hours": True,
    "ask_satisfaction": False,
    "satisfaction_days": 14,
}
"""What a business that has set nothing keeps to, as the columns' defaults say."""


async def team(client: AsyncPostgrestClient) -> Json:
    """`state` that the caller chose, `online`, `open` conversations of theirs, and `people` with the same."""
    return cast(Json, await rows(client.rpc("my_team", {})))


async def stay(client: AsyncPostgrestClient) -> Json:
    """The caller's desk is open and somebody moves there; the team as `team` gives it."""
    return cast(Json, await rows(client.rpc("stay_at_desk", {})))


async def set_availability(client: AsyncPostgrestClient, state: str, *, hand_over: bool, key: str) -> Json:
    """The caller is online or away from now on, once for a key. Raises Refused for another state."""
    asked: dict[str, Any] = {"p_state": state, "p_hand_over": hand_over, "p_client_key": key}
    return cast(Json, await rows(client.rpc("set_availability", asked)))


async def rules(client: AsyncPostgrestClient, business: UUID) -> Json:
    """The desk rules of a business."""
    found: Any = await one(client.from_("desk_rules").select("*").eq("business_id", str(business)))
    return {**DEFAULTS, **(found or {})}
