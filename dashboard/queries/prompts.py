"""How versions of a prompt compare."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from processors.model import Json


async def prompt_results(
    client: AsyncPostgrestClient, business_id: UUID, first: date, last: date
) -> list[Json]:
    """What became of each version's turns from `first` to `last`, see the comment of `prompt_results`."""
    asked = {"p_business_id": str(business_id), "p_from": first.isoformat(), "p_to": last.isoformat()}
    found: Any = await rows(client.rpc("prompt_results", asked))
    return list(found)
