"""The `Prefer` header.

Source: PostgREST v14, "Prefer Header". Unknown preferences are an error only under `handling=strict`.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass

from devstack.gateway.rest.errors import ApiError, unsupported

_KNOWN = {
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact", "planned", "estimated"),
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "missing": ("default", "null"),
    "handling": ("strict", "lenient"),
    "tx": ("commit", "rollback"),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the client prefers; the defaults are those of a request without the header."""

    returns: str = "minimal"
    count: bool = False
    resolution: str | None = None
    missing_default: bool = False
    is_strict: bool = False
    max_affected: int | None = None
    timezone: str | None = None
    applied: str = ""
    """The answer's `Preference-Applied` header; empty for none."""

    @property
    def wants_rows(self) -> bool:
        """Whether a write answers with the rows it wrote."""
        return self.returns == "representation"


NO_PREFERENCES = Preferences()


def read_preferences(header: str) -> Preferences:
    """Raises ApiError for what can't be honoured."""
    if not header:
        return NO_PREFERENCES
    given: dict[str, str] = {}
    unknown: list[str] = []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if _is_known(name, value):
            given.setdefault(name, value)
        elif name:
            unknown.append(part.strip())
    is_strict = given.get("handling") == "strict"
    if is_strict and unknown:
        details = f"Invalid preferences: {', '.join(unknown)}"
        raise ApiError(400, "PGRST122", "Invalid preferences given with handling=strict", details)
    if given.get("count") in ("planned", "estimated"):
        raise unsupported(f"count={given['count']}", "Use count=exact.")
    max_affected = int(given["max-affected"]) if is_strict and "max-affected" in given else None
    # The transaction's end is fixed on a hosted project: the preference has no effect and is not confirmed.
    applied = ", ".join(f"{name}={value}" for name, value in given.items() if name != "tx")
    return Preferences(
        returns=given.get("return", "minimal"),
        count="count" in given,
        resolution=given.get("resolution"),
        missing_default=given.get("missing") == "default",
        is_strict=is_strict,
        max_affected=max_affected,
        timezone=given.get("timezone"),
        applied=applied,
    )


def _is_known(name: str, value: str) -> bool:
    if name == "max-affected":
        return value.isascii() and value.isdecimal()
    if name == "timezone":
        return value in zoneinfo.available_timezones()
    return value in _KNOWN.get(name, ())
