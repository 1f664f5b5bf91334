"""POST, GET and HEAD of a function: the hot path of the whole product."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from devstack.gateway.config import MAX_ROWS
from devstack.gateway.rest.errors import ApiError, bad_body
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
    """The keys of a JSON object, None for other JSON; and the body as text. Raises PGRST102."""
    if not body:
        return [], "{}"
    try:
        value = orjson.loads(body)
        text = body.decode()
    except ValueError:
        raise bad_body("Empty or invalid json") from None
    return (list(value) if isinstance(value, dict) else None), text


def post_statement(
    schema: Schema, function: Function, query: Query, preferences: Preferences, keys: list[str], body: str
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
    return _statement(schema, function, query, preferences, parameters, call, source)


def get_statement(schema: Schema, function: Function, query: Query, preferences: Preferences) -> Statement:
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
    statement = _statement(schema, function, query, preferences, parameters, call, "")
    return Statement(statement.sql, parameters, True, statement.settings)


def _statement(
    schema: Schema,
    function: Function,
    query: Query,
    preferences: Preferences,
    parameters: Parameters,
    call: str,
    source: str,
) -> Statement:
    refuse_write_parameters(query)
    if _is_plain(query, preferences):
        sql = _plain_sql(function, call, source)
    else:
        sql = _queried_sql(schema, function, query, preferences, parameters, call, source)
    return Statement(sql, parameters, function.is_read_only, function.settings)


def _is_plain(query: Query, preferences: Preferences) -> bool:
    parts = (query.has_select, query.tests, query.orders, query.limits, query.offsets, preferences.count)
    return not any(parts)


def _plain_sql(function: Function, call: str, source: str) -> str:
    """The call alone, with nothing asked of its result."""
    origin = f" from {source}" if source else ""
    if function.shape == "void":
        return f"select null::bigint as total, 1::bigint as page, null::text as body, {call}{origin}"
    if not function.returns_set and function.shape != "record":
        return f"select null::bigint as total, 1::bigint as page, to_json({call})::text as body{origin}"
    rows = f"select {_selected(function)} from {_called(function, call, source)} limit {MAX_ROWS}"
    value = "result.value" if function.shape == "scalar" else "result"
    body = f"coalesce(json_agg({value}), '[]')" if function.returns_set else f"json_agg({value}) -> 0"
    return f"select null::bigint as total, count(*) as page, ({body})::text as body from ({rows}) result"


def _queried_sql(
    schema: Schema,
    function: Function,
    query: Query,
    preferences: Preferences,
    parameters: Parameters,
    call: str,
    source: str,
) -> str:
    """The call as a table that is selected from, filtered, ordered and cut."""
    if function.relation is None:
        raise ApiError(
            *(400, "PGRST100", f"The result of {function.name} has no columns to select, filter or order"),
            *(None, "Only functions that return rows take these parameters."),
        )
    planner = Planner(schema, query, parameters)
    root = planner.tree(function.relation)
    called = f"called as materialized (select t0.* from {_called(function, call, source)}), "
    sql = select_sql(
        planner, root, f"called as {root.scope.alias}", with_count=preferences.count, prefix=called
    )
    if function.returns_set:
        return sql
    return f"select total, page, (body::json -> 0)::text as body from ({sql}) one"


def _called(function: Function, call: str, source: str) -> str:
    alias = "t0(value)" if function.shape == "scalar" else "t0"
    return f"{source} cross join lateral {call} as {alias}" if source else f"{call} as {alias}"


def _selected(function: Function) -> str:
    return "t0.value" if function.shape == "scalar" else "t0.*"


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
    hint = None
    overloads = schema.functions.get((profile, name))
    if overloads:
        nearest = ", ".join(parameter.name for parameter in overloads[0].parameters)
        hint = f"Perhaps you meant to call the function {full}({nearest})"
    else:
        similar = schema.similar(profile, name, schema.functions)
        hint = f"Perhaps you meant to call the function {profile}.{similar}" if similar else None
    called = f"{full}({listed})" if keys else f"{full} without parameters"
    return ApiError(
        404,
        "PGRST202",
        f"Could not find the function {called} in the schema cache",
        f"{details}, but no matches were found in the schema cache.",
        hint,
    )
