"""The REST service: from a request to an answer."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable

import asyncpg

from devstack.gateway.config import GatewayConfig
from devstack.gateway.database import Database, DatabaseBusy, DatabaseDown
from devstack.gateway.http import Request, Response
from devstack.gateway.rest import call, session
from devstack.gateway.rest.errors import ApiError, from_postgres, from_token
from devstack.gateway.rest.grammar import read_query
from devstack.gateway.rest.preferences import NO_PREFERENCES, Preferences, read_preferences
from devstack.gateway.rest.query import Query
from devstack.gateway.rest.read import read_statement
from devstack.gateway.rest.schema import Function, Relation, Schema, load
from devstack.gateway.rest.statement import (
    Result,
    Statement,
    json_response,
    range_header,
    read_status,
    refuse_beyond,
    refuse_unless_single,
    wants_single,
)
from devstack.gateway.rest.write import delete_statement, insert_statement, update_statement
from devstack.gateway.tokens import Identity, TokenRefused, Tokens

RELOAD_SECONDS = 1.0
"""An unknown name makes the schema be read again, at most so often."""

_UNKNOWN_NAMES = ("PGRST200", "PGRST202", "PGRST204", "PGRST205", "42703")
_RANGE = re.compile(r"(\d+)-(\d*)")
_log = logging.getLogger(__name__)


class RestService:
    """Answers everything below /rest/v1/."""

    def __init__(self, config: GatewayConfig, tokens: Tokens, database: Database) -> None:
        self._schemas = config.schemas
        self._tokens = tokens
        self._database = database
        self._schema: Schema | None = None
        self._loaded_at = self._changed_at = 0.0
        self._loading = asyncio.Lock()
        self._calls: dict[tuple[int, tuple[str, ...]], Statement] = {}

    async def load_schema(self, *, older_than: float | None = None) -> Schema:
        """Read the schema, unless somebody else did so after `older_than` (a time of time.monotonic)."""
        async with self._loading:
            if self._schema is None or older_than is None or self._loaded_at <= older_than:
                begun = time.monotonic()
                self._schema = await self._database.run(
                    "begin read only; select set_config('search_path', '', true)",
                    lambda connection: load(connection, self._schemas),
                )
                self._loaded_at = begun
                self._calls = {}
            return self._schema

    def forget_schema(self) -> None:
        """The schema has changed: the next request reads it again."""
        self._changed_at = time.monotonic()

    @property
    async def schema(self) -> Schema:
        """What is known of the database."""
        if self._schema is None or self._loaded_at < self._changed_at:
            return await self.load_schema(older_than=self._changed_at)
        return self._schema

    def identify(self, request: Request) -> Identity:
        """Who asks. Raises KeyRefused, ApiError."""
        try:
            return self._tokens.verify(self._tokens.bearer(request.headers))
        except TokenRefused as error:
            raise from_token(error) from None

    async def handle(self, request: Request) -> Response:
        """Answer one request. Raises KeyRefused; every other refusal is an answer."""
        try:
            identity = self.identify(request)
            try:
                return await self._answer(request, identity)
            except asyncpg.PostgresError as error:
                raise from_postgres(error, identity) from None
            except DatabaseDown:
                raise ApiError(503, "PGRST001", "Database client error. Retrying the connection.") from None
            except DatabaseBusy:
                raise ApiError(
                    504, "PGRST003", "Timed out acquiring connection from connection pool."
                ) from None
            except UnicodeError:
                raise ApiError(400, "22021", 'invalid byte sequence for encoding "UTF8"') from None
        except ApiError as error:
            return error.response()

    async def _answer(self, request: Request, identity: Identity) -> Response:
        """With a schema that may be out of date an unknown name proves nothing: read it again and retry."""
        schema = await self.schema
        try:
            return await self._route(request, identity, schema)
        except ApiError as error:
            if error.code not in _UNKNOWN_NAMES or time.monotonic() - self._loaded_at < RELOAD_SECONDS:
                raise
        return await self._route(request, identity, await self.load_schema(older_than=self._loaded_at))

    async def _route(self, request: Request, identity: Identity, schema: Schema) -> Response:
        profile, is_negotiated = self._profile(request)
        response = await self._dispatch(request, identity, schema, profile)
        if is_negotiated:
            response.headers["content-profile"] = profile
        return response

    async def _dispatch(self, request: Request, identity: Identity, schema: Schema, profile: str) -> Response:
        path = request.path.removeprefix("/rest/v1").strip("/")
        if path.startswith("rpc/"):
            return await self._call(request, identity, schema, profile, path.removeprefix("rpc/"))
        if not path or "/" in path:
            raise ApiError(404, "PGRST125", "Invalid path specified in request URL")
        relation = schema.relations.get((profile, path))
        if relation is None:
            similar = schema.similar(profile, path, schema.relations)
            hint = f"Perhaps you meant the table '{profile}.{similar}'" if similar else None
            message = f"Could not find the table '{profile}.{path}' in the schema cache"
            raise ApiError(404, "PGRST205", message, None, hint)
        if request.method in ("GET", "HEAD"):
            return await self._read(request, identity, schema, profile, relation)
        return await self._write(request, identity, schema, profile, relation)

    def _profile(self, request: Request) -> tuple[str, bool]:
        """The schema of the request, and whether a header (which one depends on the method) named it."""
        header = request.header("accept-profile" if request.method in ("GET", "HEAD") else "content-profile")
        profile = header or self._schemas[0]
        if profile not in self._schemas:
            hint = f"Only the following schemas are exposed: {', '.join(self._schemas)}"
            raise ApiError(406, "PGRST106", f"Invalid schema: {profile}", None, hint)
        return profile, bool(header)

    # Calls.

    async def _call(
        self, request: Request, identity: Identity, schema: Schema, profile: str, name: str
    ) -> Response:
        if request.method not in ("POST", "GET", "HEAD"):
            raise ApiError(405, "PGRST101", f"Cannot use the {request.method} method on RPC")
        preferences = read_preferences(request.header("prefer"))
        is_single = wants_single(request.header("accept"))
        function, statement, query = self._call_statement(request, schema, profile, name, preferences)

        def check(result: Result) -> None:
            refuse_beyond(query.offsets.get((), 0), result.total)
            if is_single and function.returns_set:
                refuse_unless_single(result.page)

        result = await self._run(statement, request, identity, schema, profile, preferences, check)
        if function.shape == "void":
            applied = {"preference-applied": preferences.applied} if preferences.applied else {}
            return Response(204, headers=applied)
        offset = query.offsets.get((), 0)
        page = result.page if function.returns_set else 1
        body = result.body if result.body is not None else "null"
        if is_single and function.returns_set:
            body = body[1:-1]
        return json_response(
            read_status(offset, page, result.total),
            body,
            preferences,
            content_range=range_header(offset, page, result.total),
            single=is_single,
        )

    def _call_statement(
        self, request: Request, schema: Schema, profile: str, name: str, preferences: Preferences
    ) -> tuple[Function, Statement, Query]:
        if request.method != "POST":
            query = read_query(request.parameters, is_call=True)
            function = call.choose(schema, profile, name, (key for key, _ in query.arguments), None)
            return function, call.get_statement(schema, function, query, preferences), query
        content_type = request.header("content-type").partition(";")[0].strip().lower() or "application/json"
        query = read_query(request.parameters) if request.query else Query()
        if content_type == "application/json":
            keys, body = call.body_keys(request.body)
        elif content_type in ("text/plain", "application/octet-stream"):
            keys, body = None, _raw_body(request.body, content_type)
        else:
            raise ApiError(400, "PGRST102", f"Content-Type not acceptable: {content_type}")
        function = call.choose(schema, profile, name, keys if keys is not None else ("",), content_type)
        if request.query or preferences.count:
            return (
                function,
                call.post_statement(schema, function, query, preferences, keys or [], body),
                query,
            )
        return function, self._remembered(schema, function, query, keys or [], body), query

    def _remembered(
        self, schema: Schema, function: Function, query: Query, keys: list[str], body: str
    ) -> Statement:
        """The statement of a plain call: its SQL depends only on the function and the names of the arguments."""
        known = self._calls.get((id(function), tuple(keys)))
        if known is None:
            known = call.post_statement(schema, function, query, NO_PREFERENCES, keys, body)
            if len(self._calls) < 2000:
                self._calls[(id(function), tuple(keys))] = known
            return known
        parameters = type(known.parameters)(*([body] if known.parameters.values else []))
        return Statement(known.sql, parameters, known.read_only, known.settings)

    # Tables.

    async def _read(
        self, request: Request, identity: Identity, schema: Schema, profile: str, relation: Relation
    ) -> Response:
        preferences = read_preferences(request.header("prefer"))
        is_single = wants_single(request.header("accept"))
        query = read_query(request.parameters)
        _apply_range(request, query)
        statement = read_statement(schema, relation, query, preferences)
        offset = query.offsets.get((), 0)

        def check(result: Result) -> None:
            refuse_beyond(offset, result.total)
            if is_single:
                refuse_unless_single(result.page)

        result = await self._run(statement, request, identity, schema, profile, preferences, check)
        body = result.body or "[]"
        return json_response(
            read_status(offset, result.page, result.total),
            body[1:-1] if is_single else body,
            preferences,
            content_range=range_header(offset, result.page, result.total),
            single=is_single,
        )

    async def _write(
        self, request: Request, identity: Identity, schema: Schema, profile: str, relation: Relation
    ) -> Response:
        preferences = read_preferences(request.header("prefer"))
        is_single = wants_single(request.header("accept")) and preferences.wants_rows
        query = read_query(request.parameters)
        statement = _write_statement(request, schema, relation, query, preferences)

        def check(result: Result) -> None:
            if preferences.max_affected is not None and result.page > preferences.max_affected:
                raise ApiError(
                    *(400, "PGRST124", "Query result exceeds max-affected preference constraint"),
                    f"The query affects {result.page} rows",
                )
            if is_single:
                refuse_unless_single(result.page)

        result = await self._run(statement, request, identity, schema, profile, preferences, check)
        counted = str(result.page) if preferences.count else "*"
        content_range = f"*/{counted}"
        if request.method == "PATCH" and result.page:
            content_range = f"0-{result.page - 1}/{counted}"
        status = _write_status(request.method, preferences, result)
        if not preferences.wants_rows:
            headers = {"content-range": content_range}
            if preferences.applied:
                headers["preference-applied"] = preferences.applied
            return Response(status, headers=headers)
        body = result.body or "[]"
        return json_response(
            status,
            body[1:-1] if is_single else body,
            preferences,
            content_range=content_range,
            single=is_single,
        )

    async def _run(
        self,
        statement: Statement,
        request: Request,
        identity: Identity,
        schema: Schema,
        profile: str,
        preferences: Preferences,
        check: Callable[[Result], None],
    ) -> Result:
        """Run a statement in a transaction of its own; what `check` raises undoes it."""

        async def work(connection: asyncpg.Connection) -> Result:
            row = await connection.fetchrow(statement.sql, *statement.parameters.values)
            result = Result(row["body"], row["page"], row["total"]) if row else Result(None, 0, None)
            check(result)
            return result

        begin = session.begin(
            identity,
            request,
            schema,
            profile=profile,
            read_only=statement.read_only or request.method in ("GET", "HEAD"),
            settings=statement.settings,
            timezone=preferences.timezone,
        )
        return await self._database.run(begin, work)


def _write_statement(
    request: Request, schema: Schema, relation: Relation, query: Query, preferences: Preferences
) -> Statement:
    if request.method == "DELETE":
        return delete_statement(schema, relation, query, preferences)
    content_type = request.header("content-type").partition(";")[0].strip().lower() or "application/json"
    if content_type != "application/json":
        raise ApiError(400, "PGRST102", f"Content-Type not acceptable: {content_type}")
    if request.method == "POST":
        return insert_statement(schema, relation, query, preferences, request.body)
    if request.method == "PATCH":
        return update_statement(schema, relation, query, preferences, request.body)
    raise ApiError(405, "PGRST117", f"Unsupported HTTP method: {request.method}")


def _write_status(method: str, preferences: Preferences, result: Result) -> int:
    if method == "POST":
        # A merge that inserted nothing created nothing.
        merged_all = preferences.resolution == "merge-duplicates" and result.total == result.page > 0
        return 200 if merged_all else 201
    return 200 if preferences.wants_rows else 204


def _apply_range(request: Request, query: Query) -> None:
    """A `Range` header means the same as offset and limit, which win."""
    found = _RANGE.fullmatch(request.header("range"))
    if found is None or () in query.limits or () in query.offsets:
        return
    first, last = int(found[1]), found[2]
    if last and int(last) < first:
        raise ApiError(416, "PGRST103", "Requested range not satisfiable", "The lower boundary must be lower")
    query.offsets[()] = first
    if last:
        query.limits[()] = int(last) - first + 1


def _raw_body(body: bytes, content_type: str) -> str:
    return "\\x" + body.hex() if content_type == "application/octet-stream" else body.decode()
