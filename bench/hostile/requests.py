"""A strategy for requests: the grammar of REST, hostile texts in every place of it, and bent bytes."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import orjson
from hypothesis import strategies as st

from devstack.gateway.http import Request

HOSTILE = (
    *(
        "'; drop table public.fuzz_canary; --",
        '"; delete from public.fuzz_canary; --',
        "x') or 1=1 --",
        "\\'; --",
    ),
    *(
        "$1",
        "$$; truncate public.fuzz_canary; $$",
        "/* */ union select secret from public.fuzz_canary",
        "%00",
    ),
    *(
        "id) from public.fuzz_canary; select (1",
        '"',
        "'",
        "\\",
        "\0",
        "é",
        "\U0001f600",
        "",
        " ",
        "*",
        "null",
    ),
    *(
        "eq.1",
        "(",
        ")",
        ",",
        ".",
        "->",
        "::",
        "{",
        "}",
        "{a,b}",
        '{"k":1}',
        "[1,2]",
        "not",
        "and",
        "\x85",
        "\u2028",
    ),
    *("1;select pg_sleep(9)", "pg_sleep(9)", "public.fuzz_canary", "fuzz_canary", "٣", "1e999", "-1", "NaN"),
)
COLUMNS = (
    "id",
    "name",
    "mood",
    "tags",
    "details",
    "at",
    "rating",
    "place_id",
    "note",
    '"odd \\"n\\" x"',
    "*",
)
TABLES = ("fuzz_places", "fuzz_visits", "fuzz_labels", "fuzz_place_labels")
FUNCTIONS = ("fuzz_echo", "fuzz_found", "fuzz_many")
OPERATORS = (
    *("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "in", "is", "isdistinct"),
    *("cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj", "fts", "plfts", "phfts", "wfts"),
    *("eq(any)", "like(all)", "fts(english)", "not.eq", "not.in", "not.is", "fts(')", "nope"),
)
TYPES = ("text", "int", "double precision", "jsonb", "fuzz_mood", "regclass", "nothing", "int;--", "char")
HEADERS: dict[str, tuple[str, ...]] = {
    "prefer": (
        *("count=exact", "count=planned", "count=estimated", "return=representation", "missing=default"),
        *("resolution=merge-duplicates", "resolution=ignore-duplicates", "handling=strict", "tx=rollback"),
        *("handling=strict, max-affected=1", "timezone=Europe/Rome", "timezone='; --"),
    ),
    "accept": ("*/*", "application/json", "text/csv", "application/vnd.pgrst.object+json", "text/html"),
    "range": ("0-1", "1-", "5-2", "0-0'"),
    "content-profile": ("public", "auth", "'; --"),
    "content-type": ("application/json", "text/plain", "text/csv", "application/octet-stream"),
    "x-anything": ("'; select 1; --", "\\", "é"),
    "cookie": ("a='; --", "a=b; c=\\"),
}

_text = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12), st.from_regex(r"\A[\w $'\"\\;.-]{0,12}\Z"))
_quoted = _text.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
_name = st.one_of(st.sampled_from(COLUMNS), st.sampled_from(COLUMNS), _quoted, _text)
_key = st.one_of(st.sampled_from(("k", "0", "-1", "z")), _quoted, _text)
_arrow = st.tuples(st.sampled_from(("->", "->>")), _key).map("".join)
_field = st.one_of(
    _name, _name, st.tuples(_name, st.lists(_arrow, min_size=1, max_size=3).map("".join)).map("".join)
)
_value = st.one_of(
    *(
        st.sampled_from(("1", "a", "null", "{a,b}", "{1,2}", "(1,2)", '("a","b")', "calm", "2026-01-01")),
        _text,
    ),
    st.lists(st.one_of(_text, _quoted), max_size=4).map(lambda values: f"({','.join(values)})"),
)
_condition = st.tuples(st.sampled_from(OPERATORS), _value).map(".".join)
_tree = st.recursive(
    st.tuples(_field, _condition).map(".".join),
    lambda inner: st.tuples(st.sampled_from(("and", "or", "not.and")), st.lists(inner, max_size=3)).map(
        lambda pair: f"{pair[0]}({','.join(pair[1])})"
    ),
    max_leaves=6,
)
_selected = st.one_of(
    *(
        _field,
        st.tuples(_name, _field).map(":".join),
        st.tuples(_field, st.sampled_from(TYPES)).map("::".join),
    ),
    st.sampled_from(("count()", "id.sum()", "...fuzz_visits(id)")),
)
_embed = st.tuples(
    st.sampled_from(("", "e:", '"; --":')),
    st.sampled_from((*TABLES, "place_id", "fuzz_canary", "x")),
    st.sampled_from(("", "!inner", "!fuzz_visits_place_id_fkey", "!place_id", "!left", "!'")),
    st.lists(_selected, max_size=2),
).map(lambda parts: f"{parts[0]}{parts[1]}{parts[2]}({','.join(parts[3])})")
_select = st.lists(st.one_of(_selected, _embed), max_size=4).map(",".join)
_order = st.lists(
    st.tuples(
        st.one_of(
            _field, st.tuples(st.sampled_from(("fuzz_places", "e")), _field).map(lambda p: f"{p[0]}({p[1]})")
        ),
        st.sampled_from(("", ".asc", ".desc", ".desc.nullslast", ".nullsfirst", ".down")),
    ).map("".join),
    max_size=3,
).map(",".join)
_prefix = st.sampled_from(("", "", "", "fuzz_visits.", "fuzz_labels.", "e.", "x."))
_number = st.sampled_from(("0", "1", "3", "1000", "99999999999999999999", "-1", "x", "1;"))
_parameter = st.one_of(
    st.tuples(_field, _condition),
    st.tuples(st.tuples(_prefix, _field).map("".join), _condition),
    st.tuples(
        st.tuples(_prefix, st.sampled_from(("or", "and", "not.or"))).map("".join),
        st.lists(_tree, max_size=3).map(lambda members: f"({','.join(members)})"),
    ),
    st.tuples(st.just("select"), _select),
    st.tuples(st.tuples(_prefix, st.just("order")).map("".join), _order),
    st.tuples(st.tuples(_prefix, st.sampled_from(("limit", "offset"))).map("".join), _number),
    st.tuples(st.sampled_from(("on_conflict", "columns")), st.lists(_name, max_size=3).map(",".join)),
    st.tuples(st.sampled_from(("p_text", "p_number", "p_json", "p_mood", "p_texts")), _text),
)
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), _text),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_text, inner, max_size=3)),
    max_leaves=5,
)
_object = st.dictionaries(
    st.sampled_from(
        ("id", "name", "mood", "tags", "details", "place_id", "note", "p_text", "p_number", "'; --")
    ),
    _json,
    max_size=4,
)
_body = st.one_of(
    *(_object, _object, st.lists(_object, max_size=3), _json),
).map(lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)) | st.binary(max_size=20)


# Requests that are read to their end: names that exist, hostile texts as values, aliases and keys.
_REAL: dict[str, tuple[str, ...]] = {
    "fuzz_places": ("id", "name", "mood", "tags", "details", "at", "rating", '"odd \\"n\\" x"'),
    "fuzz_visits": ("id", "place_id", "note"),
    "fuzz_labels": ("id", "name"),
    "fuzz_place_labels": ("place_id", "label_id"),
}
_RELATED = {
    "fuzz_places": ("fuzz_visits", "fuzz_labels", "fuzz_place_labels"),
    "fuzz_visits": ("fuzz_places",),
    "fuzz_labels": ("fuzz_places", "fuzz_place_labels"),
    "fuzz_place_labels": ("fuzz_places", "fuzz_labels"),
}
_TEXT_COLUMN = {"fuzz_places": "name", "fuzz_visits": "note", "fuzz_labels": "name"}
_TEXT_OPERATORS = (
    "eq",
    "neq",
    "gt",
    "like",
    "ilike",
    "not.lte",
    "isdistinct",
    "plfts",
    "wfts",
    "not.phfts(simple)",
)
_clean = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12)).filter(lambda text: "\0" not in text)
_clean_quoted = _clean.filter(bool).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)


@st.composite
def _real_condition(draw: st.DrawFn, table: str, *, in_tree: bool) -> tuple[str, str]:
    """A field and a condition that the database can answer."""
    column = draw(st.sampled_from(_REAL[table]))
    text = draw(_clean)
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if column == "details":
        path = "".join(
            draw(st.lists(_clean_quoted, max_size=2).map(lambda keys: ["->" + key for key in keys]))
        )
        operator = draw(st.sampled_from(_TEXT_OPERATORS))
        return f"details{path}->>{draw(_clean_quoted)}", f"{operator}.{quoted if in_tree else text}"
    if column in ("name", "note") or column.startswith('"'):
        if draw(st.booleans()):
            return column, f"in.({','.join(draw(st.lists(_clean_quoted, min_size=1, max_size=3)))})"
        return column, f"{draw(st.sampled_from(_TEXT_OPERATORS))}.{quoted if in_tree else text}"
    return column, draw(st.sampled_from(("is.null", "not.is.null", "is.not_null", "in.()")))


@st.composite
def _real_tree(draw: st.DrawFn, table: str, depth: int = 0) -> str:
    if depth > 3 or draw(st.integers(0, 2)):
        return ".".join(draw(_real_condition(table, in_tree=True)))
    members = draw(st.lists(_real_tree(table, depth + 1), min_size=1, max_size=3))
    return f"{draw(st.sampled_from(('and', 'or', 'not.and', 'not.or')))}({','.join(members)})"


@st.composite
def _real_select(draw: st.DrawFn, table: str, depth: int = 0) -> str:
    items = []
    for column in draw(st.lists(st.sampled_from((*_REAL[table], "*")), max_size=3)):
        alias = f"{draw(_clean_quoted)}:" if column != "*" and draw(st.booleans()) else ""
        path = f"->{draw(_clean_quoted)}" if column == "details" else ""
        cast = draw(st.sampled_from(("", "", "::text"))) if column != "*" else ""
        items.append(f"{alias}{column}{path}{cast}")
    if depth < 2 and draw(st.booleans()):
        child = draw(st.sampled_from(_RELATED[table]))
        alias = draw(st.sampled_from(("", "e:"))) or (
            f"{draw(_clean_quoted)}:" if draw(st.booleans()) else ""
        )
        inner = draw(_real_select(child, depth + 1))
        items.append(f"{alias}{child}{draw(st.sampled_from(('', '!inner')))}({inner})")
    return ",".join(items)


@st.composite
def _real_pairs(draw: st.DrawFn, table: str) -> list[tuple[str, str]]:
    pairs = [draw(_real_condition(table, in_tree=False)) for _ in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()):
        pairs.append((draw(st.sampled_from(("or", "not.and"))), f"({draw(_real_tree(table))})"))
    if draw(st.booleans()):
        pairs.append(("select", draw(_real_select(table))))
    if draw(st.booleans()):
        key = f"details->>{draw(_clean_quoted)}.desc" if table == "fuzz_places" else _REAL[table][0]
        pairs.append(("order", key))
    return pairs


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request, its headers without keys."""
    method = draw(st.sampled_from(("GET", "GET", "GET", "HEAD", "POST", "PATCH", "DELETE", "PUT")))
    table = draw(st.sampled_from(TABLES))
    kind = draw(st.integers(0, 9))
    resource = table
    if kind < 6:
        method = draw(st.sampled_from(("GET", "GET", "PATCH", "DELETE")))
        pairs = draw(_real_pairs(table))
    else:
        pairs = draw(st.lists(_parameter, max_size=5))
        if kind > 7:
            resource = f"rpc/{draw(st.sampled_from(FUNCTIONS))}" if kind == 8 else draw(_text)
    escape: Callable[[str], str] = draw(
        st.sampled_from((_all, _all, _least, _twice) if kind > 5 else (_all, _least))
    )
    query = "&".join(f"{escape(name)}={escape(value)}" for name, value in pairs)
    bend = draw(st.integers(0, 9)) if kind > 4 else 9
    if bend == 0:
        query = draw(st.binary(max_size=60)).decode("latin-1")
    elif bend < 3 and query:
        at = draw(st.integers(0, len(query) - 1))
        bent = draw(st.sampled_from(("%", "&", "=", "(", '"', ".", "%27", "%22", "\xff")))
        query = query[:at] + bent + query[at + 1 :]
    names = draw(st.lists(st.sampled_from(tuple(HEADERS)), max_size=3, unique=True)) if kind > 4 else []
    headers = {name: draw(st.sampled_from(HEADERS[name])) for name in names}
    body = b""
    if method in ("POST", "PATCH", "PUT"):
        body = draw(_body) if kind > 4 else orjson.dumps({_TEXT_COLUMN.get(table, "label_id"): draw(_clean)})
    return Request(method, f"/rest/v1/{resource}", query, headers, body, "127.0.0.1")


def _all(text: str) -> str:
    return quote(text, safe="")


def _least(text: str) -> str:
    return quote(text, safe="!$'()*,;:@/?\"\\{}[]|<>.->`^~")


def _twice(text: str) -> str:
    return quote(quote(text, safe=""), safe="%")
