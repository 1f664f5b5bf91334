"""What an agent has at hand everywhere: colleagues, canned replies, templates, labels, languages, numbers."""

from __future__ import annotations

import asyncio
from typing import Any

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from processors.model import Json

MOST = 500


async def kit(client: AsyncPostgrestClient) -> dict[str, Any]:
    """Everything of the person's businesses; each row names its own."""
    accounts, (staff, canned, templates, labels, businesses) = await asyncio.gather(
        _accounts(client), _lists(client)
    )
    languages = {row["id"]: row["languages"] for row in businesses}
    return {
        "staff": staff,
        "canned": canned,
        "templates": templates,
        "labels": labels,
        "languages": languages,
        "accounts": accounts,
    }


async def _accounts(client: AsyncPostgrestClient) -> list[Json]:
    """The WhatsApp numbers that a conversation can be started from."""
    query = client.from_("channel_accounts").select("id, business_id, label, display_phone")
    query = query.eq("channel", "whatsapp").eq("active", "true").eq("simulated", "false")
    return await rows(query.order("created_at").order("id"))


async def _lists(client: AsyncPostgrestClient) -> tuple[list[Json], ...]:
    return await asyncio.gather(
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
