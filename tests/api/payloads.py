"""The captured webhooks, and what the manifest says of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "payloads" / "whatsapp"
UNKNOWN_NUMBER = "batch_unknown_phone_number_id.json"


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One webhook body. `messages` and `statuses` are the rows that it must leave behind."""

    name: str
    body: bytes
    messages: int
    statuses: int


def webhook_payloads() -> list[Payload]:
    """Every body that a webhook may bring, each with message ids of its own.

    Samples of different files share ids; with a prefix per file their rows can be counted together.
    """
    files: dict[str, dict[str, Any]] = json.loads((FOLDER / "_manifest.json").read_text("utf-8"))["files"]
    found = []
    for number, (name, facts) in enumerate(sorted(files.items())):
        if facts.get("kind") not in ("inbound", "status", "batch", "field") and not name.startswith(
            "raw_in_"
        ):
            continue
        body = (FOLDER / name).read_bytes().replace(b'"wamid.', f'"wamid.{number}.'.encode())
        unknown = name == UNKNOWN_NUMBER
        messages = facts.get("unique_messages", facts.get("messages", int(name.startswith("raw_in_"))))
        found.append(
            Payload(
                name=name,
                body=body,
                messages=0 if unknown else messages,
                statuses=facts.get("unique_statuses", facts.get("statuses", 0)),
            )
        )
    return found
