"""JSON schemas of structured outputs: a valid instance that says little, and OpenAI's check of strict ones.

Source: platform.openai.com, guides/structured-outputs (2026): every property required, no additional ones.
"""

from __future__ import annotations

import math
from typing import Any

NEUTRAL = ("none", "general_chat", "other", "unknown", "neutral")
"""Values of an enum that decide nothing, best first."""

DEPTH_MAX = 20

Schema = dict[str, Any]


def instance(schema: Schema, root: Schema | None = None, depth: int = 0) -> Any:
    """A valid, neutral instance: null where allowed, empty lists, `false`, the lowest number allowed near 0."""
    root = schema if root is None else root
    if "$ref" in schema:
        return None if depth > DEPTH_MAX else instance(_resolved(schema["$ref"], root), root, depth + 1)
    for constant in ("const", "default"):
        if constant in schema:
            return schema[constant]
    if "enum" in schema:
        return next((value for value in NEUTRAL if value in schema["enum"]), schema["enum"][0])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            options = schema[union]
            return None if {"type": "null"} in options else instance(options[0], root, depth)
    kinds = schema.get("type", "object")
    if isinstance(kinds, list):
        kinds = "null" if "null" in kinds else kinds[0]
    return _of_type(kinds, schema, root, depth)


def _of_type(kind: str, schema: Schema, root: Schema, depth: int) -> Any:
    if kind == "object":
        return {name: instance(part, root, depth + 1) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance(schema.get("items", {}), root, depth + 1) for _ in range(schema.get("minItems", 0))]
    if kind == "string":
        return "OK".ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
    if kind in ("number", "integer"):
        value = min(max(0, schema.get("minimum", 0)), schema.get("maximum", math.inf))
        return int(value) if kind == "integer" else float(value)
    return False if kind == "boolean" else None


def strict_problem(schema: Any, root: Schema | None = None) -> str | None:
    """What makes a schema unfit for `strict`, or None."""
    if not isinstance(schema, dict):
        return None
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            return "'additionalProperties' is required to be supplied and to be false"
        lacking = sorted(properties.keys() - set(schema.get("required", [])))
        if lacking:
            return f"'required' is required to be supplied and to include every key in properties: {lacking}"
    parts = [*schema.get("anyOf", []), schema.get("items")]
    for group in ("properties", "$defs"):
        parts.extend(schema.get(group, {}).values())
    return next((problem for part in parts if (problem := strict_problem(part))), None)


def _resolved(reference: str, root: Schema) -> Schema:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        if part != "#":
            found = found[part]
    assert isinstance(found, dict), f"{reference} is not a schema"
    return found
