"""REST in this process, with every statement inspected on its way to the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import asyncpg
import orjson

from bench.hostile.inspection import Leaked, inspect, words_of
from bench.hostile.playground import SECRET
from devstack.gateway.config import GatewayConfig
from devstack.gateway.database import Database, Work
from devstack.gateway.http import Request
from devstack.gateway.rest.service import RestService
from devstack.gateway.tokens import Tokens

T = TypeVar("T")

# What PostgreSQL says of SQL that was put together badly.
_OWN_FAULTS = ("42601", "42P02", "42P18", "42P08", "42702", "42712", "XX000", "0A000", "08P01")
# A statement may be too long for its time or too deep for its stack.
_SERVER_ERRORS = ("57014", "54001")


class InspectedDatabase(Database):
    """Reads every statement before it goes on; without `executes` it goes nowhere."""

    executes = True
    statements = 0

    def __init__(self, url: str) -> None:
        super().__init__(url, size=4, name="gateway fuzz")
        self.words: frozenset[str] = frozenset()

    async def run(self, begin: str, work: Work[T]) -> T:
        """As `Database.run`."""
        if "search_path', ''" in begin:
            return await super().run(begin, work)
        inspect(begin)
        if not self.executes:
            return await work(cast(asyncpg.Connection, _Watched(self, None)))
        return await super().run(begin, lambda c: work(cast(asyncpg.Connection, _Watched(self, c))))


@dataclass(frozen=True)
class _Watched:
    """The two methods of a connection that REST uses."""

    database: InspectedDatabase
    connection: asyncpg.Connection | None

    async def fetchrow(self, sql: str, *values: Any) -> Any:
        inspect(sql, self.database.words)
        self.database.statements += 1
        if self.connection is None:
            return {"body": "[]", "page": 0, "total": None, "headers": None, "status": None}
        return await self.connection.fetchrow(sql, *values)

    async def fetchval(self, sql: str, *values: Any) -> Any:
        inspect(sql, self.database.words)
        if self.connection is None:
            return '[{"Plan": {"Plan Rows": 1}}]'
        return await self.connection.fetchval(sql, *values)


class Target:
    """REST alone, in this process, answering as the service."""

    def __init__(self, authenticator_url: str) -> None:
        secret = hashlib.sha256(authenticator_url.encode()).hexdigest()
        config = GatewayConfig(
            database_url=authenticator_url,
            admin_url=authenticator_url,
            jwt_secret=secret,
            anon_key="anon",
            service_role_key="service",
        )
        tokens = Tokens(config)
        self.database = InspectedDatabase(authenticator_url)
        self.rest = RestService(config, tokens, self.database)
        self._keys = {"apikey": "service", "authorization": f"Bearer {tokens.sign({'role': 'service_role'})}"}

    async def prepare(self) -> None:
        """Learn the names of the types, which may stand in SQL."""
        schema = await self.rest.schemas.current()
        kinds = {*schema.types.values()}
        kinds |= {
            column.type for relation in schema.relations.values() for column in relation.columns.values()
        }
        self.database.words = words_of(kinds | {"double precision", "int", "char"})

    async def ask(self, request: Request) -> int:
        """The status of the answer. Raises Leaked for one that must not be."""
        request.headers.update(self._keys)
        response = await self.rest.handle(request)
        if SECRET.encode() in response.body:
            raise Leaked(f"the canary in the answer to {request}")
        if response.status >= 400 and response.status != 414:
            error = orjson.loads(response.body)
            if error.keys() != {"code", "message", "details", "hint"}:
                raise Leaked(f"an answer of another shape: {error}")
            if error["code"] in _OWN_FAULTS and "tsquery" not in error["message"]:
                raise Leaked(f"{error} for {request}")
            if response.status >= 500 and error["code"] not in _SERVER_ERRORS:
                raise Leaked(f"{response.status} {error} for {request}")
        return response.status
