"""Templates, broadcasts and how far they are."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from processors.model import Json

MOST = 500


async def templates(client: AsyncPostgrestClient, business: UUID) -> list[Json]:
    """The provider's templates with their state."""
    columns = "id, name, language, category, status, status_reason, quality, body, buttons, params"
    query = client.from_("message_templates").select(columns).eq("business_id", str(business))
    return await rows(query.order("name").order("language").limit(MOST))


async def labels(client: AsyncPostgrestClient, business: UUID) -> list[str]:
    """Labels that conversations may have."""
    query = client.from_("labels").select("name").eq("business_id", str(business))
    return [str(row["name"]) for row in await rows(query.order("name").limit(MOST))]


async def call(client: AsyncPostgrestClient, function: str, values: dict[str, Any]) -> Any:
    """The answer of one SQL function. Raises what `rows` raises."""
    return cast(Any, await rows(client.rpc(function, values)))


async def progress(client: AsyncPostgrestClient, business: UUID) -> list[Json]:
    """The last thirty broadcasts, the newest first."""
    return cast(list[Json], await call(client, "broadcast_progress", {"p_business_id": str(business)}))
