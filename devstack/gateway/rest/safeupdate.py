"""Which functions a hosted project would refuse: those with an UPDATE or DELETE without WHERE.

Sessions of the API load `safeupdate` there, a library that refuses such statements wherever they are parsed,
also deep inside of a function. It can't be loaded here, so the bodies of functions are read instead. That is
stricter: a statement counts even where a call would not have come by.

Source: pg-safeupdate, README; PostgREST v14, "Block Full-Table Operations".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""
      --[^\n]* | /\*.*?\*/
    | (?P<text>[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*')
    | (?P<dollar>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    | (?P<name>"(?:[^"]|"")*")
    | (?P<word>[^\W\d][\w$]*)
    | (?P<sign>[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)
_SUSPICIOUS = re.compile(r"\b(?:update|delete)\b", re.IGNORECASE)
_CALLED = re.compile(r"([^\W\d][\w$]*)\s*\(")
# `for update`, `on update`, `before update or delete`, `grant update`: words, not statements.
_NO_STATEMENT_AFTER = ("for", "key", "on", "or", "of", "before", "after", "grant", "revoke", ",", ".")


@dataclass(frozen=True, slots=True)
class Body:
    """The source of a function of the database."""

    oid: int
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement without WHERE, and the function that it stands in."""

    function: str
    verb: str
    statement: str

    @property
    def message(self) -> str:
        """What `safeupdate` says."""
        return f"{self.verb} requires a WHERE clause"


def findings(body: Body) -> Iterator[Finding]:
    """Every such statement of a function, also in the texts that it executes."""
    for verb, statement in _statements(body.source):
        yield Finding(body.name, verb, statement)


def reached(bodies: Iterable[Body]) -> Mapping[int, Finding]:
    """For each function that comes to such a statement, itself or through others, one of them."""
    known = list(bodies)
    found = {body.oid: finding for body in known for finding in findings(body)}
    if not found:
        return found
    calls = {body.oid: {name.lower() for name in _CALLED.findall(body.source)} for body in known}
    while True:
        dangerous = {body.name.rpartition(".")[2]: found[body.oid] for body in known if body.oid in found}
        new = {
            body.oid: dangerous[name]
            for body in known
            if body.oid not in found
            for name in calls[body.oid] & dangerous.keys()
        }
        if not new:
            return found
        found |= new


@lru_cache(maxsize=2048)
def _statements(source: str) -> tuple[tuple[str, str], ...]:
    """Verb and statement of what a body holds. Kept: a change of the schema leaves nearly all bodies as they were."""
    if _SUSPICIOUS.search(source) is None:
        return ()
    tokens = list(_tokens(source))
    return (*_unguarded(tokens), *_executed(tokens))


def _tokens(source: str) -> Iterator[str]:
    """Words in lower case, signs, and texts as they are; no comments."""
    for token in _TOKEN.finditer(source):
        if token.lastgroup == "word":
            yield token.group().lower()
        elif token.lastgroup is not None:
            yield token.group()


def _unguarded(tokens: list[str]) -> Iterator[tuple[str, str]]:
    for at, word in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        is_update = word == "update" and following not in ("set", "of", "on")
        is_delete = word == "delete" and following == "from"
        if not (is_update or is_delete) or (at > 0 and tokens[at - 1] in _NO_STATEMENT_AFTER):
            continue
        words = list(_outer_words(tokens[at:]))
        if "where" not in words and (is_delete or "set" in words):
            yield word.upper(), " ".join(words[:8]).replace(" . ", ".")


def _outer_words(tokens: list[str]) -> Iterator[str]:
    """The tokens of the statement that begins here, without those in parentheses."""
    depth = 0
    for word in tokens:
        depth += (word == "(") - (word == ")")
        if depth < 0 or (depth == 0 and word in (";", "loop")):
            return
        if depth == 0:
            yield word


def _executed(tokens: list[str]) -> Iterator[tuple[str, str]]:
    """Statements put together from texts: `execute 'delete from ' || …`, `execute format(…)`."""
    for at, word in enumerate(tokens):
        if word != "execute":
            continue
        texts = []
        for part in tokens[at + 1 :]:
            if part in (";", "into", "using", "on"):
                break
            if part[0] == "$" and len(part) > 1:
                texts.append(part.split("$", 2)[2].rpartition("$")[0].rpartition("$")[0])
            elif part[-1] == "'":
                texts.append(part[part.index("'") + 1 : -1].replace("''", "'"))
        yield from _unguarded(list(_tokens(" placeholder ".join(texts))))
