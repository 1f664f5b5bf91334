"""Who hears of a changed row: whose filters it passes, and who may see it now.

Row security is asked after the commit, one look at the row per set of claims: what has become invisible or was
deleted meanwhile is not told. Of a deleted row nothing can be asked any more; everybody who listens hears of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from devstack.gateway.realtime.access import impersonate
from devstack.gateway.realtime.changes.bindings import Subscription
from devstack.gateway.realtime.changes.filters import Filter
from devstack.gateway.realtime.changes.tables import Table
from devstack.gateway.realtime.claims import Claims

log = logging.getLogger(__name__)

NO_KEY = "Error 400: Bad Request, no primary key"
UNAUTHORIZED = "Error 401: Unauthorized"
POLICY_FAILED = "Error 500: Internal Server Error, RLS policy evaluation failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One changed row. `record` and `old_record` are JSON texts."""

    entity: int
    action: str
    record: str | None
    old_record: str | None

    @property
    def known(self) -> str:
        """What filters look at: the row, or what is known of a deleted one."""
        return self.record or self.old_record or "{}"


@dataclass(frozen=True, slots=True)
class Heard:
    """A subscription hears of the change at `position`: of the row, or of the error that keeps it away."""

    position: int
    subscription: Subscription
    error: str | None = None


async def audience(
    connection: Any, table: Table, changes: Sequence[Change], subscriptions: Sequence[Subscription]
) -> list[Heard]:
    """Who hears of these changes of one table; all subscriptions are of the role that `table` was loaded for."""
    keys = table.keys
    refusal = NO_KEY if not keys else UNAUTHORIZED if not all(key.is_readable for key in keys) else None
    passing = {
        filters: await passes(connection, table, [change.known for change in changes], filters)
        for filters in {s.binding.filters for s in subscriptions}
    }
    # A channel may get a new token while the database is asked: these are the claims that are judged by.
    claims = {subscription: subscription.channel.claims for subscription in subscriptions}
    judges: dict[int, _Judgement] = {}
    if refusal is None and table.has_rls:
        rows = {n: c.record for n, c in enumerate(changes) if c.record is not None}
        for one in claims.values():
            if id(one) not in judges:
                judges[id(one)] = await _judge(connection, table, rows, one)
    heard = []
    for position, change in enumerate(changes):
        for subscription in subscriptions:
            if not subscription.wants(change.action):
                continue
            is_delete = change.action == "DELETE"
            if refusal is not None and not is_delete:
                heard.append(Heard(position, subscription, refusal))
            elif position not in passing[subscription.binding.filters]:
                continue
            elif is_delete or not table.has_rls:
                heard.append(Heard(position, subscription))
            else:
                judgement = judges[id(claims[subscription])]
                if position in judgement.visible:
                    heard.append(Heard(position, subscription))
                elif position in judgement.failed:
                    heard.append(Heard(position, subscription, POLICY_FAILED))
    return heard


async def passes(
    connection: Any, table: Table, rows: Sequence[str], filters: tuple[Filter, ...]
) -> frozenset[int]:
    """Positions of the rows that pass all filters. Raises errors of PostgreSQL for what can't be compared."""
    if not filters:
        return frozenset(range(len(rows)))
    conditions: list[str] = []
    parameters: list[list[str]] = []
    for one in filters:
        column = table.column(one.column)
        if column is None:
            return frozenset()
        # A row that is known by its key only has no other columns, which is not the same as null.
        conditions.append(f"w.r ? '{column.name.replace(chr(39), chr(39) * 2)}'")
        conditions.append(one.sql(f"p.{column.sql_name}", f"${len(parameters) + 2}", column.sql_type))
        if one.operator != "is":
            parameters.append(list(one.values))
    found = await connection.fetch(
        "select w.n::int - 1 as n from (select t::jsonb as r, n from unnest($1::text[]) with ordinality u(t, n)) w, "
        f"lateral jsonb_populate_record(null::{table.sql_name}, w.r) p where " + " and ".join(conditions),
        list(rows),
        *parameters,
    )
    return frozenset(row["n"] for row in found)


@dataclass(frozen=True, slots=True)
class _Judgement:
    visible: frozenset[int]
    failed: frozenset[int]


async def _judge(connection: Any, table: Table, rows: dict[int, str], claims: Claims) -> _Judgement:
    """Which of the rows the policies show to somebody with these claims."""
    try:
        return _Judgement(await _visible(connection, table, rows, claims), frozenset())
    except asyncpg.PostgresError:
        pass
    # A policy raised. On which row is found out one by one, so that the others are still told.
    visible: set[int] = set()
    failed: set[int] = set()
    for position, row in rows.items():
        try:
            visible |= await _visible(connection, table, {position: row}, claims)
        except asyncpg.PostgresError as error:
            log.warning("a policy of %s raised %s", table.name, type(error).__name__)
            failed.add(position)
    return _Judgement(frozenset(visible), frozenset(failed))


async def _visible(connection: Any, table: Table, rows: dict[int, str], claims: Claims) -> frozenset[int]:
    if not rows:
        return frozenset()
    same_key = " and ".join(_same(column.sql_name, table.sql_name) for column in table.keys)
    transaction = connection.transaction(readonly=True)
    await transaction.start()
    try:
        await impersonate(connection, "", claims)
        found = await connection.fetch(
            "select w.n from unnest($1::text[], $2::int[]) w(r, n) "
            f"where exists (select 1 from {table.sql_name} t where {same_key})",
            list(rows.values()),
            list(rows),
        )
    finally:
        await transaction.rollback()
    return frozenset(row["n"] for row in found)


def _same(column: str, table: str) -> str:
    return f"t.{column} = (jsonb_populate_record(null::{table}, w.r::jsonb)).{column}"


def entities(changes: Iterable[Change]) -> list[int]:
    """The tables that changed, in the order of their first change."""
    return list(dict.fromkeys(change.entity for change in changes))
