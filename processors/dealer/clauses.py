"""A dealer's text in clauses: "accetto la 1042, esaurito lo shampoo e le ciotole" are three."""

from __future__ import annotations

import re

_AND = r"(?:e|ed|and|dan|poi|then|lalu|ma|but|tapi)"
_ARTICLE = r"(?:il|lo|la|i|gli|le|l['’]|un|uno|una|un['’]|the|anche|pure|also|juga)"

_VERB = (
    r"(?:accett|rifiut|esaurit|finit|terminat|disponibil|arrivat|pront|consegnat|accept|declin|reject|"
    r"ready|deliver|sold|habis|terima|tolak|siap|ho\s|restan|rimast|quant|how\s)"
)

# "e" divides before a number, an article, a code or a verb; else it may belong to a name: "cannella e arancia".
_BREAK = re.compile(
    rf"\n|;|[.!](?=\s|$)|,(?!\d)|\s\+\s|\s&\s|\s{_AND}\s+(?=\d|[dD]\d|{_VERB}|{_ARTICLE}(?:\s|\b))",
    re.IGNORECASE,
)
_LEADING_AND = re.compile(rf"^\s*{_AND}\s+", re.IGNORECASE)


def clauses(text: str) -> list[str]:
    """The clauses of a text in order, without empty ones. A question keeps its question mark."""
    marked = text.replace("?", "?\n")
    found = (_LEADING_AND.sub("", part).strip(" \t-–•*:") for part in _BREAK.split(marked))
    return [clause for clause in found if clause.strip("?… ")]
