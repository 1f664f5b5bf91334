"""From changed rows to the messages of those who hear of them, in the order of the rows."""

from __future__ import annotations

import contextlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg

from devstack.gateway.database import CONNECTION_ERRORS
from devstack.gateway.realtime.changes import tables
from devstack.gateway.realtime.changes.audience import Change, audience, entities
from devstack.gateway.realtime.changes.bindings import EXTENSION, Subscription
from devstack.gateway.realtime.changes.message import error_message, message
from devstack.gateway.realtime.changes.tables import Table
from devstack.gateway.realtime.channel import Channel

log = logging.getLogger(__name__)

Message = tuple[int, Channel, dict[str, Any]]
"""Position of the change, who is told, and what."""


async def tell(
    connection: Any,
    changes: list[Change],
    subscriptions: Mapping[int, Iterable[Subscription]],
    *,
    committed_at: str,
    max_bytes: int,
) -> None:
    """Tell changes of one transaction. `subscriptions` are by table. Raises errors of the connection only."""
    messages: list[Message] = []
    for entity in entities(changes):
        by_role: dict[str, list[Subscription]] = defaultdict(list)
        for subscription in subscriptions.get(entity, ()):
            by_role[str(subscription.channel.claims["role"])].append(subscription)
        positions = [n for n, change in enumerate(changes) if change.entity == entity]
        own = [changes[n] for n in positions]
        for role, listeners in by_role.items():
            try:
                table = await tables.load(connection, entity, role)
                if table is None:
                    continue
                for position, channel, payload in await _messages(
                    connection, table, own, listeners, committed_at=committed_at, max_bytes=max_bytes
                ):
                    messages.append((positions[position], channel, payload))
            except CONNECTION_ERRORS:
                raise
            except asyncpg.PostgresError as error:
                log.warning("changes of a table can't be told: %s", type(error).__name__)
    for _, channel, payload in sorted(messages, key=lambda one: one[0]):
        if channel.is_joined:
            with contextlib.suppress(ValueError):  # A row nested deeper than JSON is written here.
                channel.push(EXTENSION, payload)


async def _messages(
    connection: Any,
    table: Table,
    changes: list[Change],
    subscriptions: list[Subscription],
    *,
    committed_at: str,
    max_bytes: int,
) -> list[Message]:
    """One message for all bindings of a channel that say the same."""
    ids: dict[tuple[int, Channel, tuple[str, ...] | None, str | None], list[int]] = defaultdict(list)
    for heard in await audience(connection, table, changes, subscriptions):
        binding = heard.subscription.binding
        ids[(heard.position, heard.subscription.channel, binding.columns, heard.error)].append(binding.id)
    made: dict[tuple[int, tuple[str, ...] | None, str | None], dict[str, Any]] = {}
    messages: list[Message] = []
    for (position, channel, columns, error), binding_ids in ids.items():
        key = (position, columns, error)
        if key not in made:
            change = changes[position]
            made[key] = (
                message(table, change, columns=columns, committed_at=committed_at, max_bytes=max_bytes)
                if error is None
                else error_message(table, change, error)
            )
        messages.append((position, channel, {"ids": binding_ids, "data": made[key]}))
    return messages
