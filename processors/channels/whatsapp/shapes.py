"""Reading untrusted JSON: load it, make it storable, take values of the expected type out of it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import orjson

from processors.errors import BadRequest

MAX_DEPTH = 64
MAX_ID = 512
MAX_CONTENT = 16_384
LATEST_TIME = 4_102_444_800
"""1 January 2100. A later stamp is in another unit or junk, and would break date arithmetic."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_PHONE = re.compile(r"\+?([0-9]{4,20})")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_WORD = re.compile(r"[!-~]{1,256}")
_TOO_DEEP = "[nested too deeply to keep]"

Object = dict[str, Any]


class Broken(ValueError):
    """One item that can't be used. The text says why in words fit for the desk; it never quotes values."""


def load_object(body: bytes) -> Object:
    """The JSON object of a request body, made storable (see `storable`). Raises BadRequest."""
    document = storable(_load(body))
    if not isinstance(document, dict):
        raise BadRequest("the body must be a JSON object", field="body")
    return document


def _load(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _load_leniently(body)


def _load_leniently(body: bytes) -> Any:
    """Read what orjson refuses though a provider may send it: half an emoji, numbers beyond doubles.

    A text cut in the middle of an emoji leaves a lone surrogate. Refusing it would make Meta repeat the
    whole batch for seven days.
    """
    try:
        return json.loads(body.decode(), parse_constant=_not_json)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON", field="body") from None


def _not_json(word: str) -> Any:
    """Python reads NaN and Infinity, JSON has no such words."""
    raise ValueError(word)


def storable(value: Any, depth: int = 0) -> Any:
    """The same value without what jsonb refuses: NUL, lone surrogates, NaN and infinity, endless nesting."""
    if isinstance(value, str):
        return _storable_text(value)
    if isinstance(value, dict):
        if depth >= MAX_DEPTH:
            return _TOO_DEEP
        return {_storable_text(key): storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        if depth >= MAX_DEPTH:
            return _TOO_DEEP
        return [storable(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value) if abs(value) < 10**300 else None
    return value


def _storable_text(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return _LONE_SURROGATE.sub("�", text.replace("\x00", ""))


def as_object(value: Any, name: str) -> Object:
    """`value` when it is an object, {} when it is absent. Raises Broken for any other type."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Broken(f"{name} is not an object")
    return value


def as_list(value: Any, name: str) -> list[Any]:
    """`value` when it is a list, [] when it is absent. Raises Broken for any other type."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Broken(f"{name} is not a list")
    return value


def as_text(value: Any, name: str) -> str:
    """`value` when it is a string, '' when it is absent. Raises Broken for any other type."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Broken(f"{name} is not a string")
    return value[:MAX_CONTENT]


def required_id(value: Any, name: str) -> str:
    """An opaque id, never parsed. Raises Broken when it is missing, not a string, or absurdly long."""
    if not isinstance(value, str) or not value:
        raise Broken(f"{name} is missing")
    if len(value) > MAX_ID:
        raise Broken(f"{name} is longer than {MAX_ID} characters")
    return value


def optional_id(value: Any) -> str | None:
    """An id where its absence harms nothing: junk counts as absent. Numbers become text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID else None


def unix_seconds(value: Any, name: str) -> int:
    """A time stamp. Meta writes it as a string in messages and as a number in preferences."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < LATEST_TIME:
        raise Broken(f"{name} is not a time in Unix seconds")
    return value


def phone(value: Any) -> str | None:
    """Digits without `+`, or None when this is not a phone number."""
    text = optional_id(value)
    match = _PHONE.fullmatch(text) if text else None
    return match.group(1) if match else None


def bsuid(value: Any) -> str | None:
    """A business-scoped user id such as `US.13491208655302741918`, used whole, or None.

    The format is suggested, not promised, so any short word passes where Meta names a field so:
    https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
    """
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def looks_like_bsuid(value: Any) -> bool:
    """Whether a value found in a phone's place is a BSUID by its format."""
    return isinstance(value, str) and _BSUID.fullmatch(value) is not None


def objects(value: Any) -> list[Object]:
    """The objects of a list, where anything else in it harms nothing."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def picked(source: Object, *names: str) -> Object:
    """The named keys that are there and not null."""
    return {name: source[name] for name in names if source.get(name) is not None}
