"""POST, GET and HEAD of a function: the hot path of the whole product."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import orjson

from devstack.gateway.config import MAX_ROWS
from devstack.gateway.rest.errors import ApiError, bad_body
from devstack.gateway.rest.media import Media, body_sql
from devstack.gateway.rest.plan import Planner
from devstack.gateway.rest.preferences import Preferences
from devstack.gateway.rest.query import Query
from devstack.gateway.rest.read import refuse_write_parameters, select_sql
from devstack.gateway.rest.schema import Function, Parameter, Schema
from devstack.gateway.rest.sql import Parameters, identifier
from devstack.gateway.rest.statement import Statement

_BODY_TYPES = {
    "application/json": ("json", "jsonb"),
    "text/plain": ("text",),
    "application/octet-stream": ("bytea",),
}


def choose(
    schema: Schema, profile: str, name: str, keys: Iterable[str], content_type: str | None
) -> Function:
    """The function whose parameters are named by `keys`.

    All parameters without a default must be there and nothing else; failing that, a function whose only
    parameter has no name takes the whole body. `content_type` is None for GET. Raises PGRST202 or PGRST203.
    """
    given = set(keys)
    overloads = schema.functions.get((profile, name), ())
    found = [function for function in overloads if _fits(function, given)]
    if not found and content_type is not None:
        kinds = _BODY_TYPES.get(content_type, ())
        found = [f for f in overloads if f.body_parameter is not None and f.body_parameter.type in kinds]
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(found)
    raise _not_found(schema, profile, name, sorted(given), takes_body=content_type is not None)


def _fits(function: Function, given: set[str]) -> bool:
    names = {parameter.name for parameter in function.parameters}
    if not given <= names or "" in names:
        return False
    return {parameter.name for parameter in function.parameters if parameter.is_required} <= given


def body_keys(body: bytes) -> tuple[list[str] | None, str]:
    """The keys of a JSON object, None for a list of objects; and the body as text. Raises PGRST102."""
    if not body:
        return [], "{}"
    try:
        value = orjson.loads(body)
        text = body.decode()
    except ValueError:
        raise bad_body("Empty or invalid json") from None
    if isinstance(value, dict):
        return list(value), text
    if isinstance(value, list) and all(isinstance(e, dict) and e.keys() == value[0].keys() for e in value):
        return None, text
    # PostgREST says so of lists; a bare value it would replace by an empty list.
    raise bad_body("All object keys must match")


def post_statement(
    schema: Schema,
    function: Function,
    query: Query,
    preferences: Preferences,
    media: Media,
    keys: list[str],
    body: str,
) -> Statement:
    """Call with the fields of a JSON object, or with the whole body."""
    single = function.body_parameter
    if single is not None:
        call, source = f"{_name(function)}($1::text::{single.type})", ""
    else:
        chosen = [parameter for parameter in function.parameters if parameter.name in keys]
        named = ", ".join(_named(parameter, f"body.{identifier(parameter.name)}") for parameter in chosen)
        typed = ", ".join(f"{identifier(parameter.name)} {parameter.type}" for parameter in chosen)
        call = f"{_name(function)}({named})"
        source = f"json_to_record($1::text::json) as body({typed})" if chosen else ""
    # A call without arguments has no place for the body, and a parameter must be used.
    parameters = Parameters(body) if source or single is not None else Parameters()
    return _statement(schema, function, query, preferences, media, parameters, call, source)


def get_statement(
    schema: Schema, function: Function, query: Query, preferences: Preferences, media: Media
) -> Statement:
    """Call with the texts of a query string; a repeated one fills a variadic parameter."""
    parameters = Parameters()
    by_name: dict[str, list[str]] = {}
    for key, value in query.arguments:
        by_name.setdefault(key, []).append(value)
    arguments = []
    for parameter in function.parameters:
        values = by_name.get(parameter.name)
        if values is None:
            continue
        text = parameters.texts(values) if parameter.is_variadic else parameters.text(values[-1])
        arguments.append(_named(parameter, f"{text}::{parameter.type}"))
    call = f"{_name(function)}({', '.join(arguments)})"
    statement = _statement(schema, function, query, preferences, media, parameters, call, "")
    return Statement(statement.sql, parameters, True, statement.settings)


def _statement(
    schema: Schema,
    function: Function,
    query: Query,
    preferences: Preferences,
    media: Media,
    parameters: Parameters,
    call: str,
    source: str,
) -> Statement:
    refuse_write_parameters(query)
    if function.returns_set and not function.returns_rows:
        sql = _scalars_sql(function, query, preferences, media, parameters, call, source)
    elif _is_plain(query, preferences):
        sql = _plain_sql(function, media, parameters, call, source)
    else:
        sql = _queried_sql(schema, function, query, preferences, media, parameters, call, source)
    return Statement(sql, parameters, function.is_read_only, function.settings)


def _is_plain(query: Query, preferences: Preferences) -> bool:
    parts = (query.has_select, query.tests, query.orders, query.limits, query.offsets, preferences.count)
    return not any(parts)


def _plain_sql(function: Function, media: Media, parameters: Parameters, call: str, source: str) -> str:
    """The call alone, with nothing asked of its result."""
    if function.shape == "void":
        origin = f" from {source}" if source else ""
        body = f"null::text as body, {call}{parameters.extras}"
        return f"select null::bigint as total, 1::bigint as page, {body}{origin}"
    if not function.returns_rows and not media.is_csv:
        origin = f" from {source}" if source else ""
        body = f"to_json({call})::text as body{parameters.extras}"
        return f"select null::bigint as total, 1::bigint as page, {body}{origin}"
    rows = f"{_rows(function, call, source)} limit {MAX_ROWS}"
    return (
        f"with result as ({rows}) select null::bigint as total, count(*) as page, "
        f"{_body(function, media)} as body{parameters.extras} from result"
    )


def _scalars_sql(
    function: Function,
    query: Query,
    preferences: Preferences,
    media: Media,
    parameters: Parameters,
    call: str,
    source: str,
) -> str:
    """Values instead of rows: they can be counted and cut."""
    if query.has_select or query.tests or query.orders:
        raise _no_columns(function)
    limit, offset = min(query.limits.get((), MAX_ROWS), MAX_ROWS), query.offsets.get((), 0)
    total = "(select count(*) from called)" if preferences.count in ("exact", "estimated") else "null::bigint"
    body = _body(function, media)
    return (
        f"with called as ({_rows(function, call, source)}), "
        f"result as (select * from called limit {limit} offset {offset}) "
        f"select {total} as total, count(*) as page, {body} as body{parameters.extras} from result"
    )


def _queried_sql(
    schema: Schema,
    function: Function,
    query: Query,
    preferences: Preferences,
    media: Media,
    parameters: Parameters,
    call: str,
    source: str,
) -> str:
    """The call as a table that is selected from, filtered, ordered and cut."""
    if function.relation is None:
        raise _no_columns(function)
    planner = Planner(schema, query, parameters)
    root = planner.tree(function.relation)
    called = f"called as materialized ({_rows(function, call, source)}), "
    # The planner of PostgreSQL knows nothing about the result of a function: an estimate is the count.
    counts = "exact" if preferences.count in ("exact", "estimated") else None
    source = f"called as {root.scope.alias}"
    return select_sql(planner, root, source, _body(function, media), counts=counts, prefix=called)


def _rows(function: Function, call: str, source: str) -> str:
    if function.returns_rows:
        return f"select t0.* from {source + ' cross join lateral ' if source else ''}{call} as t0"
    return f"select {call} as pgrst_scalar{' from ' + source if source else ''}"


def _body(function: Function, media: Media) -> str:
    """Of one row only its JSON, not a list of one."""
    if function.returns_set or media.is_csv:
        return body_sql(media, scalar=not function.returns_rows)
    rows = "json_agg(result)"
    return f"({f'json_strip_nulls({rows})' if media.strips_nulls else rows} -> 0)::text"


def _no_columns(function: Function) -> ApiError:
    return ApiError(
        *(400, "PGRST100", f"The result of {function.name} has no columns to select, filter or order"),
        *(None, "Only functions that return rows take these parameters."),
    )


def _name(function: Function) -> str:
    return f"{identifier(function.schema)}.{identifier(function.name)}"


def _named(parameter: Parameter, value: str) -> str:
    return f"{'variadic ' if parameter.is_variadic else ''}{identifier(parameter.name)} := {value}"


def _signature(function: Function) -> str:
    listed = ", ".join(f"{parameter.name} => {parameter.type}" for parameter in function.parameters)
    return f"{function.schema}.{function.name}({listed})"


def _ambiguous(found: list[Function]) -> ApiError:
    return ApiError(
        300,
        "PGRST203",
        "Could not choose the best candidate function between: " + ", ".join(map(_signature, found)),
        None,
        "Try renaming the parameters or the function itself in the database so function overloading can be resolved",
    )


def _not_found(schema: Schema, profile: str, name: str, keys: list[str], *, takes_body: bool) -> ApiError:
    full = f"{profile}.{name}"
    listed = ", ".join(keys)
    searched = f"parameter{'s' if len(keys) > 1 else ''} {listed}" if keys else ""
    details = f"Searched for the function {full} {'with ' + searched if keys else 'without parameters'}"
    if takes_body:
        details += " or with a single unnamed json/jsonb parameter"
    hint = _nearest(schema, profile, name, listed)
    called = f"{full}({listed})" if keys else f"{full} without parameters"
    return ApiError(
        404,
        "PGRST202",
        f"Could not find the function {called} in the schema cache",
        f"{details}, but no matches were found in the schema cache.",
        hint,
    )


def _nearest(schema: Schema, profile: str, name: str, listed: str) -> str | None:
    """What the caller may have meant: the parameters of the same function, or a function of a similar name."""
    overloads = schema.functions.get((profile, name), ())
    signatures = [", ".join(sorted(parameter.name for parameter in f.parameters)) for f in overloads]
    similar = (
        next(iter(difflib.get_close_matches(f"({listed})", [f"({s})" for s in signatures], 1, 0.33)), None)
        if overloads
        else schema.similar(profile, name, schema.functions)
    )
    if similar is None:
        return None
    return f"Perhaps you meant to call the function {profile}.{name if overloads else ''}{similar}"
