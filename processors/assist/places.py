"""The places of a canned reply, such as {nome}, filled in. The desk does the same in `components/inbox/canned.js`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

CUSTOMER: Final = frozenset({"nome", "name", "nama"})
AGENT: Final = frozenset({"operatore", "agent", "petugas"})

_PLACE = re.compile(r"^\{([^\W\d_]+)\}(,? *)|( *)\{([^\W\d_]+)\}")


def filled(body: str, *, customer: str, agent: str) -> str:
    """The text with their first names in its places; a place without a name goes, with what held it."""
    names = dict.fromkeys(CUSTOMER, called(customer)) | dict.fromkeys(AGENT, called(agent))
    return _PLACE.sub(lambda match: _said(match, names), body)


def called(name: str) -> str:
    """How somebody is spoken to: the first of their names, nothing when it does not look like one."""
    first = name.split()[0] if name.split() else ""
    return first if 1 < len(first) <= 20 and first.isalpha() else ""


def _said(match: re.Match[str], names: Mapping[str, str]) -> str:
    first, after, before, other = match.groups(default="")
    name = names.get((first or other).lower())
    if name is None:
        return match[0]
    return name and f"{before}{name}{after}"
