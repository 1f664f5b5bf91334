"""`python -m devstack.calls RECORD…`: write `docs/gateway-calls.md` from what gateways have recorded.

rm -f /tmp/calls.jsonl
GATEWAY_RECORD=/tmp/calls.jsonl ./dev test tests/flows tests/desk tests/api tests/processors
python -m devstack.calls /tmp/calls.jsonl
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson

from devstack.gateway.recording import Call
from devstack.places import ROOT

DOCUMENT = ROOT / "docs" / "gateway-calls.md"
SERVICES = {
    "rest": "REST",
    "auth": "Auth",
    "storage": "Storage",
    "realtime": "Realtime",
    "functions": "Functions",
}

_HEAD = """\
# The calls relaydesk makes of Supabase

Recorded by the gateway while the suite ran, values left out; written by `python -m devstack.calls`, whose first lines
say how. A *kind* is a feature of the platform that a call relies on. `tests/contract/` checks each kind against the
embedded gateway or any other project; a test fails when one is neither checked nor listed as not covered.

"""
_KIND = re.compile(r"^- `(?P<kind>[a-z]+: [^`]+)`$", re.MULTILINE)


def read(files: Iterable[Path]) -> list[Call]:
    """The distinct calls of records, sorted."""
    lines = {line for file in files for line in file.read_bytes().splitlines()}
    calls = {Call(**{**row, "kinds": tuple(row["kinds"])}) for row in map(orjson.loads, lines)}
    order = list(SERVICES)
    return sorted(calls, key=lambda call: (order.index(call.service), call.what, call.detail))


def render(calls: Sequence[Call]) -> str:
    """The document."""
    kinds = sorted({kind for call in calls for kind in call.kinds})
    parts = [_HEAD, "## Kinds\n", *(f"- `{kind}`\n" for kind in kinds)]
    for service, title in SERVICES.items():
        ours = [call for call in calls if call.service == service]
        if ours:
            parts.append(f"\n## {title}\n")
            parts += (
                _with_columns(ours) if service == "rest" else [_line(call.what, call.detail) for call in ours]
            )
    return "".join(parts)


def _with_columns(calls: Sequence[Call]) -> list[str]:
    """Calls that read the same columns stand together, so that the columns are told once."""
    groups: dict[tuple[str, str], list[str]] = {}
    for call in calls:
        words = call.detail.split(" ")
        columns = next((word for word in words if word.startswith("select=")), "")
        rest = " ".join(word for word in words if word != columns)
        groups.setdefault((call.what, columns), []).append(rest)
    parts = []
    for (what, columns), others in groups.items():
        if columns:
            parts.append(_line(what, columns))
            parts += [f"  - `{rest}`\n" for rest in others if rest]
        else:
            parts += [_line(what, rest) for rest in others]
    return parts


def _line(what: str, detail: str) -> str:
    return f"- `{what}`" + (f" `{detail}`" if detail else "") + "\n"


def documented_kinds(text: str) -> set[str]:
    """The kinds that a rendered document lists."""
    return {found["kind"] for found in _KIND.finditer(text)}


def main(arguments: Sequence[str]) -> int:
    """Write the document; returns the exit code."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    DOCUMENT.write_text(render(read(map(Path, arguments))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
