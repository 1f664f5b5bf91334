"""Arguments to call a function with: ids of whichever business, the rest from the examples."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from devstack.access.expected import NAME, Call, ExpectationError
from devstack.access.functions import Function
from devstack.access.world import FOREIGN, OWN, World


def attacks(function: Function, expected: Call, world: World) -> list[dict[str, Any]]:
    """Arguments in which at least one id is of another business, every mixture of the attacker's and the other's.

    A function that takes no ids is tried as it is: it must not tell of anybody else either.
    """
    places = _places(function, expected)
    if not places:
        return [fill(function, expected, world, lambda _place: FOREIGN)]
    mixtures = itertools.product((OWN, FOREIGN), repeat=len(places))
    # FOREIGN is where the attackers are at home, OWN the business they try to reach.
    wanted = [dict(zip(places, mixture, strict=True)) for mixture in mixtures if OWN in mixture]
    return [fill(function, expected, world, chosen.__getitem__) for chosen in wanted]


def fill(function: Function, expected: Call, world: World, owner_of: Any) -> dict[str, Any]:
    """Arguments for a call: ids of rows of `owner_of(place)`, the rest from the expectations.

    A place is the name of an id argument, or `@table` where example arguments name a row by that.
    Raises ExpectationError for an argument without an example.
    """
    args: dict[str, Any] = {}
    for index, (name, kind) in enumerate(function.arguments):
        if name in expected.args:
            args[name] = _filled(expected.args[name], world, owner_of)
        elif kind == "uuid" and (column := name.removeprefix("p_")) in world.id_columns:
            args[name] = str(world.id_of(column, owner_of(name)))
        elif kind == "uuid" or index < function.required:
            # Also an id that may be left out is tried: it could be another business's.
            raise ExpectationError(
                f"{function.name}: no example for {name}. Say one under `functions` in {NAME}: args: "
                f"{{{name}: …}}; `@table` is the id of a row there."
            )
    return args


def _places(function: Function, expected: Call) -> list[str]:
    ids = [name for name, kind in function.arguments if kind == "uuid" and name not in expected.args]
    named = sorted({word for value in expected.args.values() for word in _named(value)})
    return [*ids, *named]


def _named(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value.startswith("@") else []
    if isinstance(value, Mapping):
        return [word for inner in value.values() for word in _named(inner)]
    return [word for inner in value for word in _named(inner)] if isinstance(value, list) else []


def _filled(value: Any, world: World, owner_of: Any) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        table = world.tables.get(value[1:])
        if table is None:
            raise ExpectationError(f"{NAME}: {value} names no table")
        return str(world.row(table.name, owner_of(value))[table.key[0]])
    if isinstance(value, Mapping):
        return {key: _filled(inner, world, owner_of) for key, inner in value.items()}
    return [_filled(inner, world, owner_of) for inner in value] if isinstance(value, list) else value
