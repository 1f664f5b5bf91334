"""What a client accepts, and the SQL that makes it out of rows."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.gateway.rest.errors import ApiError


@dataclass(frozen=True, slots=True)
class Media:
    """A kind of answer."""

    content_type: str
    is_single: bool = False
    is_csv: bool = False
    strips_nulls: bool = False


JSON = Media("application/json; charset=utf-8")
SINGLE = Media("application/vnd.pgrst.object+json; charset=utf-8", is_single=True)
STRIPPED = Media("application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8", strips_nulls=True)
SINGLE_STRIPPED = Media(
    "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8", is_single=True, strips_nulls=True
)
CSV = Media("text/csv; charset=utf-8", is_csv=True)

_KNOWN = {
    "*/*": JSON,
    "application/*": JSON,
    "application/json": JSON,
    "application/vnd.pgrst.object+json": SINGLE,
    "application/vnd.pgrst.object": SINGLE,
    "application/vnd.pgrst.array+json": JSON,
    "application/vnd.pgrst.array": JSON,
    "text/csv": CSV,
}


def accepted(header: str) -> Media:
    """The first kind of the `Accept` header that is answered here. Raises PGRST107 when there is none."""
    if header in ("", "*/*"):
        return JSON
    for part in header.split(","):
        kind, *options = (piece.strip().lower() for piece in part.split(";"))
        if kind not in _KNOWN:
            continue
        # Weights and character sets change nothing, this does.
        if "nulls=stripped" in options and "vnd.pgrst" in kind:
            return SINGLE_STRIPPED if _KNOWN[kind].is_single else STRIPPED
        return _KNOWN[kind]
    raise ApiError(406, "PGRST107", f"None of these media types are available: {header}")


def body_sql(media: Media, rows: str = "result", *, scalar: bool = False) -> str:
    """An expression over all rows of `rows`; of each only the column `pgrst_scalar` when `scalar`."""
    if not media.is_csv:
        listed = f"json_agg({rows}{'.pgrst_scalar' if scalar else ''})"
        return f"coalesce({f'json_strip_nulls({listed})' if media.strips_nulls else listed}, '[]')::text"
    head = (
        "coalesce((select string_agg(name, ',') from json_object_keys("
        f"(select row_to_json(first) from {rows} first limit 1)) name), '')"
    )
    # PostgreSQL writes a row in parentheses; between them it is a line of CSV.
    lines = f"string_agg(substring({rows}::text, 2, length({rows}::text) - 2), chr(10))"
    return f"{head} || chr(10) || coalesce({lines}, '')"
