"""Reading one field of a message body the way Meta does, with Meta's error when it can't be used."""

from __future__ import annotations

from typing import Any

from devstack.simulators.graph_errors import GraphError


def invalid(details: str) -> GraphError:
    """100: the request as a whole is not of the documented form."""
    return GraphError(100, details)


def missing(details: str) -> GraphError:
    """131008: a required parameter is missing."""
    return GraphError(131008, details)


def bad_value(details: str) -> GraphError:
    """131009: a parameter has a value that is not allowed."""
    return GraphError(131009, details)


def required_object(parent: Any, key: str, name: str = "") -> dict[str, Any]:
    """An object under `key`; `name` is what the error calls it."""
    value = _child(parent, key, name)
    if not isinstance(value, dict):
        raise bad_value(f"{name or key} must be an object")
    return value


def required_text(parent: Any, key: str, name: str = "", *, most: int | None = None) -> str:
    """A string of at least one and at most `most` characters."""
    value = _child(parent, key, name)
    if not isinstance(value, str):
        raise bad_value(f"{name or key} must be a string")
    if not value or (most is not None and len(value) > most):
        raise _length(name or key, most)
    return value


def optional_text(parent: Any, key: str, name: str, *, most: int) -> str | None:
    """The same, or None when the field is absent."""
    if not isinstance(parent, dict) or key not in parent:
        return None
    return required_text(parent, key, name, most=most)


def objects(parent: Any, key: str, name: str = "", *, least: int = 1, most: int) -> list[dict[str, Any]]:
    """A list of objects with a number of items that is allowed."""
    value = _child(parent, key, name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise bad_value(f"{name or key} must be an array of objects")
    if not least <= len(value) <= most:
        raise bad_value(f"Invalid {name or key} count. Min allowed: {least}, Max allowed: {most}")
    return value


def web_address(parent: Any, key: str, name: str) -> None:
    """An http or https address."""
    if not required_text(parent, key, name).startswith(("http://", "https://")):
        raise bad_value(f"{name} is not a valid URI")


def number_between(parent: Any, key: str, least: float, most: float) -> None:
    """A number, also written as a string, as Meta's examples do."""
    value = _child(parent, key, f"location.{key}")
    try:
        inside = not isinstance(value, bool) and least <= float(value) <= most
    except (TypeError, ValueError):
        inside = False
    if not inside:
        raise bad_value(f"location.{key} must be a number between {least:g} and {most:g}")


def unique(values: list[str], what: str) -> None:
    """Refuse values that occur twice."""
    if len(set(values)) != len(values):
        raise bad_value(f"Duplicated {what}")


def _child(parent: Any, key: str, name: str) -> Any:
    if not isinstance(parent, dict):
        raise bad_value(f"{(name or key).rpartition('.')[0] or key} must be an object")
    if parent.get(key) is None:
        raise missing(f"The parameter {name or key} is required.")
    return parent[key]


def _length(name: str, most: int | None) -> GraphError:
    label = f"{name[0].upper()}{name[1:]}"
    limit = "" if most is None else f", Max length: {most}"
    return bad_value(f"{label} length invalid. Min length: 1{limit}")
