"""What a client wants to hear of changed rows, and the words in which the platform says why it can't."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from devstack.gateway.realtime.changes.filters import BadFilter, Filter, parse
from devstack.gateway.realtime.channel import Channel
from devstack.gateway.realtime.joining import binding_id

EXTENSION = "postgres_changes"
EVENTS = ("INSERT", "UPDATE", "DELETE")


class BadBinding(Exception):
    """A binding can't be read, or names what can't be listened to. The text is what the client is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One entry of `postgres_changes`. `*` stands for every event, schema or table."""

    id: int
    event: str
    schema: str
    table: str
    filters: tuple[Filter, ...]
    columns: tuple[str, ...] | None
    """The columns to be told besides the primary key; None for all."""
    said: str
    """As the platform repeats it in its messages."""


@dataclass(eq=False, slots=True, kw_only=True)
class Subscription:
    """A binding of a channel, on one table."""

    channel: Channel
    binding: Binding
    entity: int

    def wants(self, action: str) -> bool:
        """Whether it is about such a change."""
        return self.binding.event in ("*", action)


def read_binding(binding: Mapping[str, Any]) -> Binding:
    """Read a binding. Raises BadBinding."""
    schema, table, text = binding.get("schema"), binding.get("table"), binding.get("filter")
    if not isinstance(schema, str) and not isinstance(table, str):
        raise BadBinding(
            "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to"
        )
    columns = _columns(binding.get("select"))
    schema, table = str(schema or "public"), str(table or "*")
    if columns and "*" in (schema, table):
        raise BadBinding(
            "Column selection is not supported for wildcard subscriptions. "
            "Provide an explicit schema and table name."
        )
    event = str(binding.get("event", "*")).upper()
    event = event if event in EVENTS else "*"
    try:
        filters = parse(text) if isinstance(text, str) else ()
    except BadFilter as error:
        raise BadBinding(f"Error parsing `filter` params: {error}") from None
    said = f"event: {event}, schema: {schema}, table: {table}, filters: {text or '[]'}, select: {columns or 'nil'}"
    return Binding(
        id=binding_id(binding),
        event=event,
        schema=schema,
        table=table,
        filters=filters,
        columns=columns,
        said=said,
    )


def not_published(binding: Binding) -> BadBinding:
    """No table of the publication fits."""
    return BadBinding(
        "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given "
        f"connect parameters: [{binding.said}]"
    )


def not_possible(binding: Binding, why: str) -> BadBinding:
    """The table is there, but not for this."""
    return BadBinding(
        "Unable to subscribe to changes with given parameters. An exception happened so please check your "
        f"connect parameters: [{binding.said}]. Exception: {why}"
    )


def _columns(selected: object) -> tuple[str, ...] | None:
    if isinstance(selected, str):
        raise BadBinding("Error parsing `select` params: expected a list of column name strings")
    if not isinstance(selected, list):
        return None
    return tuple(sorted({one for one in selected if isinstance(one, str)})) or None
