"""Who works here, and what a business is set to: for its admins."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.api import Api
from dashboard.client import one, rows
from processors.model import Json

MOST = 500

SORTED_BY = {
    "dealers": "priority",
    "riders": "name",
    "rider_contacts": "contact_value",
    "delivery_zones": "name",
    "canned_replies": "shortcut",
}


async def staff(client: AsyncPostgrestClient, business: UUID) -> list[Json]:
    """Staff with e-mail and last sign-in, those who work here first."""
    return await rows(client.rpc("staff_list", {"p_business_id": str(business)}))


async def business(client: AsyncPostgrestClient, business_id: UUID) -> Json:
    """The settings of a business."""
    columns = (
        "id, name, persona, bot_kind, languages, default_language, currency, timezone, hours, limits, "
        "payment_methods"
    )
    return await one(client.from_("businesses").select(columns).eq("id", str(business_id))) or {}


async def listed(client: AsyncPostgrestClient, table: str, business_id: UUID) -> list[Json]:
    """The rows of one of the small tables of settings, at most five hundred."""
    query = client.from_(table).select("*").eq("business_id", str(business_id))
    return await rows(query.order(SORTED_BY[table]).limit(MOST))


async def save(client: AsyncPostgrestClient, function: str, values: dict[str, Any]) -> Any:
    """What one of the functions of admins gives. Raises Refused with field and remedy when it says no."""
    return cast(Any, await rows(client.rpc(function, values)))


async def invite(client: AsyncPostgrestClient, api: Api, person: Json) -> bool:
    """Have our api invite somebody, as the person at the desk. Returns whether a mail was written.

    Raises what `save` raises, StorageUnavailable when the api can't be reached.
    """
    token = client.headers["Authorization"].removeprefix("Bearer ")
    return bool((await api.post("/api/staff/invite", person, token=token))["mailed"])
