"""From a request to its answer: reads, writes and calls."""

from __future__ import annotations

import re

from devstack.gateway.http import Response
from devstack.gateway.rest import call
from devstack.gateway.rest.errors import ApiError, bad_body
from devstack.gateway.rest.exchange import Exchange
from devstack.gateway.rest.grammar import read_query
from devstack.gateway.rest.media import Media, accepted
from devstack.gateway.rest.override import overridden
from devstack.gateway.rest.parameters import read_parameters
from devstack.gateway.rest.preferences import NO_PREFERENCES, Preferences, read_preferences
from devstack.gateway.rest.query import Query
from devstack.gateway.rest.read import estimate_statement, read_statement
from devstack.gateway.rest.schema import Function, Relation
from devstack.gateway.rest.sql import Parameters
from devstack.gateway.rest.statement import (
    Result,
    Statement,
    range_header,
    read_status,
    refuse_beyond,
    refuse_beyond_affected,
    refuse_unless_single,
)
from devstack.gateway.rest.write import write_statement

MAX_REMEMBERED_CALLS = 2000

_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{0,18})")


async def read(exchange: Exchange, relation: Relation) -> Response:
    """GET and HEAD of a table."""
    request = exchange.request
    preferences = read_preferences(request.header("prefer"))
    media = accepted(request.header("accept"))
    query = read_query(read_parameters(request))
    _apply_range(exchange, query)
    statement = read_statement(exchange.schema, relation, query, preferences, media)
    estimate = None
    if preferences.count in ("planned", "estimated"):
        estimate = estimate_statement(exchange.schema, relation, query)
    offset = query.offsets.get((), 0)

    def check(result: Result) -> None:
        refuse_beyond(offset, result.total)
        if media.is_single:
            refuse_unless_single(result.page)

    result = await exchange.run(statement, preferences, check, estimate=estimate)
    headers = {"content-range": range_header(offset, result.page, result.total)}
    status = read_status(result.page, result.total)
    headers |= preferences.applied()
    return overridden(_response(status, result.body or "[]", media, headers, unwrap=True), result)


async def write(exchange: Exchange, relation: Relation) -> Response:
    """POST, PATCH and DELETE of a table."""
    request = exchange.request
    preferences = read_preferences(request.header("prefer"))
    media = accepted(request.header("accept"))
    query = read_query(read_parameters(request))
    statement = write_statement(exchange.schema, relation, query, preferences, media, request)

    def check(result: Result) -> None:
        if request.method != "POST":
            refuse_beyond_affected(result.page, preferences)
        if media.is_single and preferences.wants_rows:
            refuse_unless_single(result.page)

    result = await exchange.run(statement, preferences, check)
    counted = str(result.page) if preferences.count in ("exact", "estimated") else "*"
    first_last = f"0-{result.page - 1}" if request.method == "PATCH" and result.page else "*"
    headers = {"content-range": f"{first_last}/{counted}"} | preferences.applied(
        *_WRITE_PREFERENCES[request.method]
    )
    status = _write_status(request.method, preferences, result)
    if not preferences.wants_rows:
        return overridden(Response(status, headers=headers), result)
    return overridden(_response(status, result.body or "[]", media, headers, unwrap=True), result)


_WRITE_PREFERENCES = {
    "POST": ("resolution", "missing", "return"),
    "PATCH": ("missing", "return", "max-affected"),
    "DELETE": ("return", "max-affected"),
}


async def call_function(exchange: Exchange, name: str) -> Response:
    """POST, GET and HEAD of a function."""
    request = exchange.request
    if request.method not in ("POST", "GET", "HEAD"):
        raise ApiError(405, "PGRST101", f"Cannot use the {request.method} method on RPC")
    preferences = read_preferences(request.header("prefer"))
    media = accepted(request.header("accept"))
    function, statement, query = _call_statement(exchange, name, preferences, media)
    _refuse_unguarded(function)
    if preferences.max_affected is not None and not function.returns_set:
        message = (
            "Function must return SETOF or TABLE when max-affected preference is used with handling=strict"
        )
        raise ApiError(400, "PGRST128", message)
    offset = query.offsets.get((), 0)

    def check(result: Result) -> None:
        refuse_beyond(offset, result.total)
        if media.is_single:
            refuse_unless_single(result.page)
        refuse_beyond_affected(result.page, preferences)

    result = await exchange.run(statement, preferences, check)
    headers = {"content-range": range_header(offset, result.page, result.total)}
    headers |= preferences.applied("max-affected")
    if function.shape == "void":
        return overridden(Response(204, headers=headers), result)
    body = result.body if result.body is not None else "null"
    status = read_status(result.page, result.total)
    return overridden(_response(status, body, media, headers, unwrap=function.returns_set), result)


def _call_statement(
    exchange: Exchange, name: str, preferences: Preferences, media: Media
) -> tuple[Function, Statement, Query]:
    request, schema, profile = exchange.request, exchange.schema, exchange.profile
    parameters = read_parameters(request)
    if request.method != "POST":
        query = read_query(parameters, is_call=True)
        _apply_range(exchange, query)
        function = call.choose(schema, profile, name, (key for key, _ in query.arguments), None)
        return function, call.get_statement(schema, function, query, preferences, media), query
    content_type = request.header("content-type").partition(";")[0].strip().lower() or "application/json"
    query = read_query(parameters)
    keys: list[str] | None = None
    if content_type == "application/json":
        keys, body = call.body_keys(request.body)
    elif content_type == "text/plain":
        body = request.body.decode()
    elif content_type == "application/octet-stream":
        body = "\\x" + request.body.hex()
    else:
        raise bad_body(f"Content-Type not acceptable: {content_type}")
    function = call.choose(schema, profile, name, keys if keys is not None else ("",), content_type)
    if parameters or preferences.count:
        statement = call.post_statement(schema, function, query, preferences, media, keys or [], body)
    else:
        statement = _remembered(exchange, function, media, keys or [], body)
    return function, statement, query


def _remembered(
    exchange: Exchange, function: Function, media: Media, keys: list[str], body: str
) -> Statement:
    """The statement of a plain call: its SQL depends only on the function and the names of the arguments."""
    remembered, key = exchange.schema.calls, (id(function), tuple(keys), media.content_type)
    known = remembered.get(key)
    if known is None:
        known = call.post_statement(exchange.schema, function, Query(), NO_PREFERENCES, media, keys, "{}")
        if len(remembered) < MAX_REMEMBERED_CALLS:
            remembered[key] = known
    parameters = Parameters(body) if known.parameters.values else Parameters()
    return Statement(known.sql, parameters, known.read_only, known.settings)


def _refuse_unguarded(function: Function) -> None:
    found = function.unguarded
    if found is not None:
        hint = f"{found.function} has `{found.statement} …`. Sessions of a hosted project load safeupdate."
        raise ApiError(400, "21000", found.message, None, hint)


def _write_status(method: str, preferences: Preferences, result: Result) -> int:
    if method == "POST":
        # A merge that inserted nothing created nothing.
        updated = result.total or 0
        merged_all = preferences.resolution == "merge-duplicates" and result.page <= updated
        return 200 if merged_all else 201
    return 200 if preferences.wants_rows else 204


def _apply_range(exchange: Exchange, query: Query) -> None:
    """A `Range` header cuts what offset and limit leave; it means something for GET only."""
    found = _RANGE.fullmatch(exchange.request.header("range"))
    limit, offset = query.limits.get(()), query.offsets.get((), 0)
    if found is None or exchange.request.method != "GET" or limit == 0:
        return
    first = max(int(found[1]), offset)
    ends = [int(found[2])] if found[2] else []
    ends += [offset + limit - 1] if limit is not None else []
    if ends and min(ends) < first:
        details = "The lower boundary must be lower than or equal to the upper boundary in the Range header."
        raise ApiError(416, "PGRST103", "Requested range not satisfiable", details)
    query.offsets[()] = first
    if ends:
        query.limits[()] = min(ends) - first + 1


def _response(status: int, body: str, media: Media, headers: dict[str, str], *, unwrap: bool) -> Response:
    """The text of the database as an answer; of a list of one only the element, if one is wanted."""
    if media.is_single and unwrap:
        body = body[1:-1]
    return Response(status, body.encode(), media.content_type, headers)
