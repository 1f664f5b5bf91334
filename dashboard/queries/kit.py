"""What an agent has at hand in every conversation: colleagues, canned replies, templates, labels, languages."""

from __future__ import annotations

import asyncio
from typing import Any

from postgrest import AsyncPostgrestClient

from dashboard.client import rows

MOST = 500


async def kit(client: AsyncPostgrestClient) -> dict[str, Any]:
    """Everything of the person's businesses; each row names its own."""
    staff, canned, templates, labels, businesses = await asyncio.gather(
        rows(
            client.from_("staff")
            .select("id, business_id, name, role")
            .eq("active", "true")
            .in_("role", ["admin", "agent"])
            .order("name")
            .limit(MOST)
        ),
        rows(
            client.from_("canned_replies")
            .select("id, business_id, shortcut, language, body")
            .order("shortcut")
            .limit(MOST)
        ),
        rows(
            client.from_("message_templates")
            .select("id, business_id, name, language, category, body, buttons, params")
            .eq("status", "APPROVED")
            .order("name")
            .limit(MOST)
        ),
        rows(client.from_("labels").select("business_id, name").order("name").limit(MOST)),
        rows(client.from_("businesses").select("id, languages")),
    )
    languages = {row["id"]: row["languages"] for row in businesses}
    return {
        "staff": staff,
        "canned": canned,
        "templates": templates,
        "labels": labels,
        "languages": languages,
    }
