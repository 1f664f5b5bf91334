"""Read SQL: outside of quotes there may be only what the gateway itself writes."""

from __future__ import annotations

import re

_QUOTES = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_WORD = re.compile(r"[^\W\d]\w*|\$\d+|\d+")
_SIGNS = re.compile(r"[\s()\[\],.:=<>@&|~*?+\-!]*")
_TEXTS = frozenset(
    ("'[]'", "''", "','", "'0'", "'response.updated'", "'response.headers'", "'response.status'")
)
_WORDS = frozenset(
    """
    all and any as asc begin bigint body by called char_length checked chr coalesce conflict count counted
    cross current_setting default delete desc distinct do element excluded explain false first format from
    group having headers ilike in insert into is isolation join json json_agg json_array_elements
    json_object_keys json_strip_nulls json_to_record json_to_recordset jsonb jsonb_agg jsonb_array_elements
    jsonb_build_object jsonb_to_recordset last lateral left length level like limit materialized name not
    nothing null nullif nulls offset on only or order page pgrst_scalar phraseto_tsquery plainto_tsquery
    read regconfig repeatable reset result returning role row_to_json select serializable set set_config
    status string_agg substring text to_json to_jsonb to_tsquery to_tsvector total true unknown update value
    variadic websearch_to_tsquery where with write written
    """.split()  # noqa: SIM905  # A hundred quoted words in a list are harder to read.
)
_ALIAS = re.compile(r"[rjx]*t\d+|\$\d+|\d+")


class Leaked(AssertionError):
    """A piece of a request stands in SQL outside of quotes, or something else that must never be."""


def inspect(sql: str, words: frozenset[str] = frozenset()) -> None:
    """Raise Leaked unless all outside of quotes is the gateway's own; `words` are names of types."""
    is_begin = sql.startswith("reset all; reset role; begin ")
    for token in _QUOTES.findall(sql):
        if token.startswith("'") and token not in _TEXTS and not is_begin:
            known = re.fullmatch(r"'[\w ]+'", token)
            if known is None or (f"jsonb_build_object({token}" not in sql and f", {token}, " not in sql):
                raise Leaked(f"the text {token} in {sql}")
    outside = _QUOTES.sub(" ", sql)
    for word in _WORD.findall(outside):
        if word not in _WORDS and word not in words and _ALIAS.fullmatch(word) is None:
            raise Leaked(f"the word {word!r} in {sql}")
    signs = _WORD.sub("", outside)
    if "--" in signs or "/*" in signs or not _SIGNS.fullmatch(signs.replace(";", "", 3 if is_begin else 0)):
        raise Leaked(f"the signs {signs!r} in {sql}")


def words_of(kinds: set[str]) -> frozenset[str]:
    """The words of the names of types, which come from the catalogue."""
    return frozenset(word for kind in kinds for word in _WORD.findall(_QUOTES.sub(" ", kind)))
