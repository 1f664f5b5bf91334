"""Where a signed-in person works, and as what. Row level security shows them their own rows of `staff`."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from dashboard.client import Storage, rows
from dashboard.identity import Tokens


@dataclass(frozen=True, kw_only=True)
class Membership:
    """That a person works for a business, and as what: admin, agent or viewer."""

    staff_id: UUID
    business_id: UUID
    business: str
    role: str
    name: str


async def memberships_of(storage: Storage, tokens: Tokens) -> tuple[Membership, ...]:
    """All of a person's, none when they are no (active) staff. Raises what `dashboard.client.rows` raises."""
    query = (
        storage.of(tokens.access)
        .from_("staff")
        .select("id, business_id, role, name, business:businesses(name)")
        .eq("user_id", str(tokens.user_id))
        .eq("active", "true")
        .order("business_id")
    )
    return tuple(
        Membership(
            staff_id=UUID(row["id"]),
            business_id=UUID(row["business_id"]),
            business=(row["business"] or {}).get("name", ""),
            role=row["role"],
            name=row["name"],
        )
        for row in await rows(query)
    )
