"""Which channels are configured, by the name that `channel_accounts.channel` holds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from processors.channels.whatsapp.bodies import build_body
from processors.channels.whatsapp.client import WhatsAppClient, create_http
from processors.channels.whatsapp.media import WhatsAppFiles
from processors.outbox import Channel
from processors.settings import Settings


@asynccontextmanager
async def open_channels(settings: Settings) -> AsyncIterator[dict[str, Channel]]:
    """The channels of this deployment with their connections, closed at the end."""
    # Files have connections of their own: a slow download must not stand before a send.
    async with create_http(settings) as http, create_http(settings) as files_http:
        client, files = WhatsAppClient(settings, http), WhatsAppFiles(settings, files_http)
        yield {"whatsapp": Channel(build_body, client, files)}
