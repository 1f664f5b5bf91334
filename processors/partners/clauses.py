"""A text in clauses: "accetto la 1042, esaurito lo shampoo e le ciotole" are three; and the orders they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

_AND = r"(?:e|ed|and|dan|poi|then|lalu|ma|but|tapi)"
_ARTICLE = r"(?:il|lo|la|i|gli|le|l['’]|un|uno|una|un['’]|the|anche|pure|also|juga)"

_VERB = (
    r"(?:accett|rifiut|esaurit|finit|terminat|disponibil|arrivat|pront|consegnat|ritirat|pres[oaie]\s|nessuno|non\s|accept|declin|reject|"
    r"mancan?o?|posso\s|possiamo|riesco|bisa\s|ready|deliver|sold|habis|terima|tolak|siap|ho\s|restan|rimast|quant|how\s)"
)

# "e" divides before a number, an article, a code or a verb; else it may belong to a name: "cannella e arancia".
_BREAK = re.compile(
    rf"\n|;|[.!](?=\s|$)|,(?!\d)|\s\+\s|\s&\s|\s{_AND}\s+(?=\d|[dD]\d|{_VERB}|{_ARTICLE}(?:\s|\b))",
    re.IGNORECASE,
)
_LEADING_AND = re.compile(rf"^\s*{_AND}\s+", re.IGNORECASE)

_CODE = re.compile(
    r"(?<![\w-])(?P<sign>[dD]\s?-?|#|[nN][.°]\s?)?(?P<number>\d{3,7})(?P<part>-\d{1,2})?(?![\w-])"
)


@dataclass(frozen=True, kw_only=True)
class Clause:
    """What one clause asks for. `codes` are spelled as orders are: D1042, or D1042-2 for a part."""

    text: str
    verb: str | None
    codes: tuple[str, ...]


C = TypeVar("C", bound=Clause)


def clauses(text: str) -> list[str]:
    """The clauses of a text in order, without empty ones. A question keeps its question mark."""
    marked = text.replace("?", "?\n")
    found = (_LEADING_AND.sub("", part).strip(" \t-–•*:") for part in _BREAK.split(marked))
    return [clause for clause in found if clause.strip("?… ")]


def codes_in(clause: str, is_code: Callable[[str], bool]) -> tuple[str, ...]:
    """The order codes of a clause. `is_code` knows which orders exist: only then is a bare number a code."""
    found = []
    for match in _CODE.finditer(clause):
        code = f"D{match['number']}{match['part'] or ''}"
        # A code with its letter is one even if nobody knows it; then its reader is told so.
        if match["sign"] or is_code(code):
            found.append(code)
    return tuple(dict.fromkeys(found))


def with_verbs(said: Sequence[C], doable: Collection[str], asked: object = None) -> list[C]:
    """Gives clauses that only name an order the verb beside them: "accetto 1042 e 1043", "D1042, pronto".

    `doable` are the verbs that are done to an order, `asked` the one about which a question was left open.
    """
    last = asked if isinstance(asked, str) and asked in doable else None
    result: list[C] = []
    named: list[C] = []
    for clause in said:
        if clause.codes and clause.verb is None:
            if last is None:
                named.append(clause)
            else:
                result.append(replace(clause, verb=last))
            continue
        if clause.verb in doable:
            last = clause.verb
            if named and not clause.codes:
                clause = replace(clause, codes=tuple(code for n in named for code in n.codes))
                named = []
        result += [*named, clause]
        named = []
    return result + named
