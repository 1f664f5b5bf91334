"""The `Prefer` header.

Source: PostgREST v14, "Prefer Header". Unknown preferences are an error only under `handling=strict`.
"""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field

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
    count: str | None = None
    """exact, planned or estimated."""
    resolution: str | None = None
    missing_default: bool = False
    is_strict: bool = False
    max_affected: int | None = None
    timezone: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def wants_rows(self) -> bool:
        """Whether a write answers with the rows it wrote."""
        return self.returns == "representation"

    def applied(self, *names: str) -> dict[str, str]:
        """The answer's `Preference-Applied` header: what was given of `names`, and of what holds everywhere."""
        honoured = {*names, "count", "handling", "timezone"}
        said = [f"{name}={self.given[name]}" for name in _ORDER if name in honoured and name in self.given]
        return {"preference-applied": ", ".join(said)} if said else {}


NO_PREFERENCES = Preferences()
_ORDER = ("resolution", "missing", "return", "count", "handling", "timezone", "max-affected")


@functools.lru_cache(maxsize=200)
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
    if given.get("tx") == "rollback":
        raise unsupported(
            "tx=rollback", "A hosted project commits all the same. Write a function that raises."
        )
    if given.get("return") == "headers-only":
        raise unsupported("return=headers-only", "Use return=representation with select.")
    if not is_strict:
        given.pop("max-affected", None)
    max_affected = int(given["max-affected"]) if "max-affected" in given else None
    return Preferences(
        returns=given.get("return", "minimal"),
        count=given.get("count"),
        resolution=given.get("resolution"),
        missing_default=given.get("missing") == "default",
        is_strict=is_strict,
        max_affected=max_affected,
        timezone=given.get("timezone"),
        given=given,
    )


def _is_known(name: str, value: str) -> bool:
    if name == "max-affected":
        return value.isascii() and value.isdecimal() and len(value) < 19
    if name == "timezone":
        return value in zoneinfo.available_timezones()
    return value in _KNOWN.get(name, ())
