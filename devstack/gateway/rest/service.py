"""The REST service: who asks, for what, and what errors become."""

from __future__ import annotations

import asyncpg

from devstack.gateway.config import GatewayConfig
from devstack.gateway.database import Database, DatabaseBusy, DatabaseDown
from devstack.gateway.http import Request, Response
from devstack.gateway.rest import answers
from devstack.gateway.rest.cache import SchemaCache
from devstack.gateway.rest.errors import ApiError, from_postgres, from_token
from devstack.gateway.rest.exchange import Exchange
from devstack.gateway.rest.parameters import TargetTooLong
from devstack.gateway.rest.schema import Relation, Schema
from devstack.gateway.tokens import Identity, TokenRefused, Tokens

RELOAD_SECONDS = 1.0
"""An unknown name makes the schema be read again, at most so often."""

_PREFIX = "/rest/v1/"
_UNKNOWN_NAMES = ("PGRST200", "PGRST202", "PGRST204", "PGRST205", "42703")


class RestService:
    """Answers everything below /rest/v1/."""

    def __init__(self, config: GatewayConfig, tokens: Tokens, database: Database) -> None:
        self.schemas = SchemaCache(database, config.schemas)
        self._names = config.schemas
        self._tokens = tokens
        self._database = database

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
        except TargetTooLong as error:
            return error.response()
        except ApiError as error:
            return error.response()

    async def _answer(self, request: Request, identity: Identity) -> Response:
        """With a schema that may be out of date an unknown name proves nothing: read it again and retry."""
        schema = await self.schemas.current()
        try:
            return await self._route(request, identity, schema)
        except ApiError as error:
            if error.code not in _UNKNOWN_NAMES or self.schemas.age_seconds < RELOAD_SECONDS:
                raise
        return await self._route(request, identity, await self.schemas.reload())

    async def _route(self, request: Request, identity: Identity, schema: Schema) -> Response:
        profile, is_negotiated = self._profile(request)
        exchange = Exchange(request, identity, schema, profile, self._database)
        response = await self._dispatch(exchange, _resource(request.path))
        if is_negotiated:
            response.headers["content-profile"] = profile
        return response

    async def _dispatch(self, exchange: Exchange, resource: str) -> Response:
        if resource.startswith("rpc/"):
            return await answers.call_function(exchange, resource.removeprefix("rpc/"))
        relation = _relation(exchange.schema, exchange.profile, resource)
        if exchange.request.method in ("GET", "HEAD"):
            return await answers.read(exchange, relation)
        return await answers.write(exchange, relation)

    def _profile(self, request: Request) -> tuple[str, bool]:
        """The schema of the request, and whether a header (which one depends on the method) named it."""
        header = request.header("accept-profile" if request.method in ("GET", "HEAD") else "content-profile")
        profile = header or self._names[0]
        if profile not in self._names:
            hint = f"Only the following schemas are exposed: {', '.join(self._names)}"
            raise ApiError(406, "PGRST106", f"Invalid schema: {profile}", None, hint)
        return profile, bool(header)


def _resource(path: str) -> str:
    """`shops` or `rpc/add`. Raises ApiError for every other path."""
    if path in (_PREFIX, _PREFIX[:-1]):
        hint = "The description of a hosted project (OpenAPI) is not made here."
        raise ApiError(404, "PGRST126", "Root endpoint metadata is disabled", None, hint)
    resource = path.removeprefix(_PREFIX)
    if resource == path or not resource or resource.removeprefix("rpc/").count("/") or resource == "rpc/":
        raise ApiError(404, "PGRST125", "Invalid path specified in request URL")
    return resource


def _relation(schema: Schema, profile: str, name: str) -> Relation:
    relation = schema.relations.get((profile, name))
    if relation is None:
        similar = schema.similar(profile, name, schema.relations)
        hint = f"Perhaps you meant the table '{profile}.{similar}'" if similar else None
        message = f"Could not find the table '{profile}.{name}' in the schema cache"
        raise ApiError(404, "PGRST205", message, None, hint)
    return relation
