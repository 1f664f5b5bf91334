"""Cut a SQL file into its statements, as the Supabase CLI records them. Standard library only."""

from __future__ import annotations

import re

# What can hide a semicolon, longest first: comments, quoted text, quoted names, dollar-quoted bodies.
_TOKEN = re.compile(
    r"""
      (?P<line>--[^\n]*)
    | (?P<block>/\*)
    | (?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')
    | (?P<text>'(?:[^']|'')*')
    | (?P<name>"(?:[^"]|"")*")
    | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")


def split_statements(sql: str) -> list[str]:
    """The statements of a file, without their final semicolons; a comment stays with what follows it.

    Bodies written as `begin atomic … end` are cut at their semicolons too: the record is for reading, files
    are executed whole.
    """
    statements = []
    start = position = 0
    while (token := _TOKEN.search(sql, position)) is not None:
        position = token.end()
        if token.lastgroup == "dollar":
            closing = sql.find(token.group(), position)
            position = len(sql) if closing < 0 else closing + len(token.group())
        elif token.lastgroup == "block":
            position = _block_end(sql, position)
        elif token.lastgroup == "end":
            statements.append(sql[start : token.start()].strip())
            start = position
    statements.append(sql[start:].strip())
    return [statement for statement in statements if _says_something(statement)]


def _block_end(sql: str, position: int) -> int:
    """Comments nest in PostgreSQL."""
    depth = 1
    while depth and (edge := _BLOCK_EDGE.search(sql, position)) is not None:
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return len(sql) if depth else position


def _says_something(statement: str) -> bool:
    return any(line.strip() and not line.strip().startswith("--") for line in statement.splitlines())
