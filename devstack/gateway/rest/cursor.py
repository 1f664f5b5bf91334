"""A place in a text that is being read: the few moves that the grammar is made of."""

from __future__ import annotations

import re

from devstack.gateway.rest.errors import ApiError, bad_query

MAX_DEPTH = 32
"""Parentheses inside of each other; more is somebody's attack, not a question."""

# PostgREST's names: letters, digits, underscore, space, dollar; dashes between them, but not the arrow of JSON.
_NAME = re.compile(r"[\w $]+(?:-(?!>)[\w $]+)*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def unescaped(text: str) -> str:
    """What stands between double quotes: a backslash keeps the character after it."""
    return _ESCAPE.sub(r"\1", text)


class Cursor:
    """Reads `text` from left to right. `what` names it in errors."""

    def __init__(self, text: str, what: str) -> None:
        self.text = text
        self.what = what
        self.position = 0
        self.depth = 0

    @property
    def is_at_end(self) -> bool:
        """Whether everything has been read."""
        return self.position >= len(self.text)

    def fail(self, expected: str) -> ApiError:
        """The error for something else than `expected` here."""
        found = (
            f'unexpected "{self.text[self.position]}"' if not self.is_at_end else "unexpected end of input"
        )
        return bad_query(self.what, self.text, self.position, f"{found} expecting {expected}")

    def sees(self, token: str) -> bool:
        """Whether `token` comes next."""
        return self.text.startswith(token, self.position)

    def takes(self, token: str) -> bool:
        """Step over `token` if it comes next."""
        if not self.sees(token):
            return False
        self.position += len(token)
        return True

    def expect(self, token: str) -> None:
        """Step over `token`, which must come next."""
        if not self.takes(token):
            raise self.fail(f'"{token}"')

    def expect_end(self) -> None:
        """Nothing may be left."""
        if not self.is_at_end:
            raise self.fail("end of input")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Step over what `pattern` finds here."""
        found = pattern.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
        return found

    def name(self) -> str:
        """A name, plain or in double quotes."""
        if self.sees('"'):
            return self.quoted()
        found = self.match(_NAME)
        name = found.group().strip() if found is not None else ""
        if not name:
            raise self.fail("a name")
        return name

    def quoted(self) -> str:
        """Text in double quotes; a backslash keeps the character after it."""
        found = self.match(_QUOTED)
        if found is None:
            raise self.fail('text in double quotes (")')
        return unescaped(found.group(1))

    def enter(self) -> None:
        """Go one parenthesis deeper."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise bad_query(self.what, self.text, self.position, f"nested deeper than {MAX_DEPTH}")

    def leave(self) -> None:
        """Come back."""
        self.depth -= 1
