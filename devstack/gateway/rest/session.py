"""What a transaction is told before the query runs: role, claims, limits. All of it is local to the transaction.

Source: PostgREST v14, "Transactions": the order of the settings is the one documented there.
"""

from __future__ import annotations

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

import orjson

from devstack.gateway.http import Request
from devstack.gateway.rest.schema import Schema
from devstack.gateway.rest.sql import identifier, literal
from devstack.gateway.tokens import Identity

# A function can change settings of its session. Nobody else shall find them.
_CLEAN = "reset all; reset role"

_ISOLATION = {
    "serializable": " isolation level serializable",
    "repeatable read": " isolation level repeatable read",
}


def begin(
    identity: Identity,
    request: Request,
    schema: Schema,
    *,
    profile: str,
    read_only: bool,
    settings: Iterable[tuple[str, str]] = (),
    timezone: str | None = None,
) -> str:
    """The SQL that opens the transaction of a request, as one round trip.

    `settings` are those of the called function that must hold before it starts.
    """
    own = dict(settings)
    isolation = _ISOLATION.get(own.pop("default_transaction_isolation", ""), "")
    pairs = [
        ("search_path", f'{identifier(profile)}, "public", "extensions"'),
        *schema.role_settings.get(identity.role, ()),
        ("role", identity.role),
        ("request.jwt.claims", identity.claims_json),
        ("request.method", request.method),
        ("request.path", request.path.removeprefix("/rest/v1")),
        ("request.headers", orjson.dumps(request.headers).decode()),
        ("request.cookies", _cookies(request)),
    ]
    if timezone is not None:
        pairs.append(("timezone", timezone))
    pairs.extend(own.items())
    calls = ", ".join(f"set_config({literal(name)}, {literal(value)}, true)" for name, value in pairs)
    return f"{_CLEAN}; begin{isolation} {'read only' if read_only else 'read write'}; select {calls}"


def _cookies(request: Request) -> str:
    header = request.header("cookie")
    if not header:
        return "{}"
    try:
        parsed = SimpleCookie(header)
    except CookieError:
        return "{}"
    return orjson.dumps({name: morsel.value for name, morsel in parsed.items()}).decode()
