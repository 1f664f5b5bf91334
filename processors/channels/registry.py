"""Which channels are configured, by the name that `channel_accounts.channel` holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from processors.channels.whatsapp.bodies import build_body
from processors.channels.whatsapp.client import WhatsAppClient, create_http
from processors.outbox import Channel
from processors.settings import Settings


@asynccontextmanager
async def open_channels(settings: Settings) -> AsyncIterator[dict[str, Channel]]:
    """The channels of this deployment with their connections, closed at the end."""
    http = create_http(settings)
    try:
        yield {"whatsapp": Channel(build_body, WhatsAppClient(settings, http))}
    finally:
        await http.aclose()
