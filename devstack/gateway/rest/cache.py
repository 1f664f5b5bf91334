"""The schema as it was read last, and when to read it again."""

from __future__ import annotations

import asyncio
import logging
import time

from devstack.gateway.database import Database
from devstack.gateway.rest.schema import Schema, load

_log = logging.getLogger(__name__)


class SchemaCache:
    """What PostgREST calls the schema cache."""

    def __init__(self, database: Database, schemas: tuple[str, ...]) -> None:
        self._database = database
        self._schemas = schemas
        self._schema: Schema | None = None
        self._loaded_at = self._changed_at = 0.0
        self._loading = asyncio.Lock()

    @property
    def age_seconds(self) -> float:
        """How long ago the schema was read."""
        return time.monotonic() - self._loaded_at

    def forget(self) -> None:
        """The schema has changed: the next request reads it again."""
        self._changed_at = time.monotonic()

    async def current(self) -> Schema:
        """What is known of the database."""
        if self._schema is None or self._loaded_at < self._changed_at:
            return await self.load(older_than=self._changed_at)
        return self._schema

    async def reload(self) -> Schema:
        """Read it again, unless somebody else does so already."""
        return await self.load(older_than=self._loaded_at)

    async def load(self, *, older_than: float | None = None) -> Schema:
        """Read it, unless that was done after `older_than` (a time of time.monotonic)."""
        async with self._loading:
            if self._schema is None or older_than is None or self._loaded_at <= older_than:
                begun = time.monotonic()
                schema = await self._database.run(
                    "begin read only; select set_config('search_path', '', true)",
                    lambda connection: load(connection, self._schemas),
                )
                self._warn(self._schema, schema)
                self._schema, self._loaded_at = schema, begun
            return self._schema

    @staticmethod
    def _warn(before: Schema | None, now: Schema) -> None:
        """Name the functions that a hosted project would refuse, once."""
        known = before.unguarded if before is not None else frozenset()
        for finding in sorted(now.unguarded - known, key=lambda finding: finding.function):
            _log.warning("hosted projects refuse this: %s in %s", finding.statement, finding.function)
