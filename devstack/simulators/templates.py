"""Template messages: which names exist, and whether the parameters fit.

By default every well-formed name exists, except those that contain "unknown". A script registers templates to
have their language and number of body parameters checked.

Source: developers.facebook.com, WhatsApp Cloud API, templates and support/error-codes (September 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from devstack.simulators.fields import bad_value, required_text
from devstack.simulators.graph_errors import GraphError

NAME = re.compile(r"[a-z0-9_]{1,512}")
BODY_MAX = 1024
COMPONENTS = frozenset({"header", "body", "button", "carousel", "limited_time_offer", "order_status"})
_NOT_IN_PARAMETERS = re.compile(r"[\n\t]| {5,}")


class Template(BaseModel):
    """A registered template. `params` is the number of variables in its body."""

    model_config = ConfigDict(extra="forbid")

    language: str
    params: int = Field(default=0, ge=0)
    category: Literal["marketing", "utility", "authentication"] = "utility"


def check_template(template: Mapping[str, Any], registered: Mapping[str, Template], *, to_bsuid: bool) -> str:
    """The category the message is billed under. Raises GraphError."""
    name, language = template["name"], template["language"]["code"]
    known = registered.get(name)
    if not NAME.fullmatch(name) or (known is None and "unknown" in name):
        raise _no_such(name, language)
    if known is not None and known.language != language:
        raise _no_such(name, language)
    parameters = _body_parameters(template.get("components", []))
    if known is None:
        return "utility"
    if len(parameters) != known.params:
        details = (
            f"body: number of localizable_params ({len(parameters)}) does not match the expected number of "
            f"params ({known.params})"
        )
        raise GraphError(132000, details)
    if to_bsuid and known.category == "authentication":
        raise GraphError(131062)
    return known.category


def _no_such(name: str, language: str) -> GraphError:
    return GraphError(132001, f"template name ({name}) does not exist in {language}")


def _body_parameters(components: Any) -> list[Any]:
    if not isinstance(components, list):
        raise bad_value("template.components must be an array")
    parameters: list[Any] = []
    for component in components:
        kind = str(required_text(component, "type", "component type")).lower()
        if kind not in COMPONENTS:
            raise bad_value(f"component type must be one of {', '.join(sorted(COMPONENTS))}")
        given = component.get("parameters", [])
        if not isinstance(given, list):
            raise bad_value("component parameters must be an array")
        if kind == "body":
            parameters.extend(given)
            _check_texts(given)
    return parameters


def _check_texts(parameters: list[Any]) -> None:
    for parameter in parameters:
        kind = required_text(parameter, "type", "parameter type")
        if kind != "text":
            continue
        text = required_text(parameter, "text", "parameter text")
        if len(text) > BODY_MAX:
            raise GraphError(132005)
        if _NOT_IN_PARAMETERS.search(text):
            raise GraphError(132018)
