"""One request on its way: who asks, what is known, and its transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import asyncpg
import orjson

from devstack.gateway.config import MAX_ROWS
from devstack.gateway.database import Database
from devstack.gateway.http import Request
from devstack.gateway.rest import session
from devstack.gateway.rest.preferences import Preferences
from devstack.gateway.rest.schema import Schema
from devstack.gateway.rest.statement import Result, Statement
from devstack.gateway.tokens import Identity


@dataclass(frozen=True, slots=True)
class Exchange:
    """Everything that answering needs."""

    request: Request
    identity: Identity
    schema: Schema
    profile: str
    database: Database

    async def run(
        self,
        statement: Statement,
        preferences: Preferences,
        check: Callable[[Result], None],
        *,
        estimate: Statement | None = None,
    ) -> Result:
        """Run a statement in a transaction of its own; what `check` raises undoes it."""

        async def work(connection: asyncpg.Connection) -> Result:
            row = await connection.fetchrow(statement.sql, *statement.parameters.values)
            if row is None:
                raise RuntimeError("every statement makes one row")
            result = Result(row["body"], row["page"], row["total"], row["headers"], row["status"])
            if estimate is not None and (result.total is None or result.total > MAX_ROWS):
                rows = await _estimated(connection, estimate)
                result = replace(result, total=rows if result.total is None else max(result.total, rows))
            check(result)
            return result

        begin = session.begin(
            self.identity,
            self.request,
            self.schema,
            profile=self.profile,
            read_only=statement.read_only or self.request.method in ("GET", "HEAD"),
            settings=statement.settings,
            timezone=preferences.timezone,
        )
        return await self.database.run(begin, work)


async def _estimated(connection: asyncpg.Connection, estimate: Statement) -> int:
    plan = await connection.fetchval(estimate.sql, *estimate.parameters.values)
    return int(orjson.loads(plan)[0]["Plan"]["Plan Rows"])
