"""Instances of JSON schemas."""

from __future__ import annotations

from typing import Any

import pytest

from devstack.simulators.instances import instance, strict_problem


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "object", "properties": {"a": {"type": "boolean"}}}, {"a": False}),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"type": "integer", "minimum": 1, "maximum": 20}, 1),
        ({"type": "number", "maximum": -0.5}, -0.5),
        ({"type": "string", "minLength": 4}, "OK.."),
        ({"type": ["string", "null"]}, None),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, 0),
        ({"enum": ["add", "none"]}, "none"),
        ({"enum": ["it", "en"]}, "it"),
        ({"const": 7}, 7),
        ({"type": "null"}, None),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "boolean"}}}, False),
    ],
)
def test_instance_is_valid_and_neutral(schema: dict[str, Any], expected: Any) -> None:
    assert instance(schema) == expected


def test_schema_that_contains_itself_ends() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
    assert instance({"$ref": "#/$defs/Node", "$defs": {"Node": node}})


def test_strict_schema_needs_every_property_and_no_others() -> None:
    closed: dict[str, Any] = {"type": "object", "additionalProperties": False}
    good = closed | {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert strict_problem(good) is None
    assert "required" in str(strict_problem(good | {"required": []}))
    nested = closed | {"properties": {"list": {"type": "array", "items": {"type": "object"}}}}
    assert "additionalProperties" in str(strict_problem(nested | {"required": ["list"]}))
