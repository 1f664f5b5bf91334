"""A morning at the demonstration shop: customers and dealers write over the simulated WhatsApp, one after the other.

The words are always the same, so that pictures of the desk can be made again. Standard library only.
"""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

REPLY_SECONDS = 90.0
DEALER = "393331000001"
TALK: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("393510000702", "Davide Ferri", ("Avete un guinzaglio in pelle?",)),
    ("393510000703", "Irene Fabbri", ("Consegnate anche di sabato?",)),
    ("393510000701", "Elisa Marchetti", ("Buongiorno! Vorrei 2 candele alla lavanda", "sì, confermo")),
    (DEALER, "Dloop Store Milano", ("accetto",)),
    ("393510000704", "Paolo Rinaldi", ("Ciao, vorrei due shampoo per cani", "2", "sì, confermo")),
    ("393510000705", "Oliver Grant", ("Hi! Do you have a scented candle?",)),
    ("393510000706", "Marta Lodi", ("Vorrei un acquario da 30 litri con filtro", "sì, confermo")),
    ("393510000707", "Wayan Putra", ("Halo, ada lilin lavender?",)),
    ("393510000708", "Nadia Costa", ("Il diffusore è arrivato rotto", "Vorrei parlare con una persona")),
    ("393510000709", "Sara Neri", ("Buongiorno, quanto costa l'acqua profumata per capelli?",)),
)
ORDER = "D1001"
"""What Elisa orders: nobody does before her."""


def hold(simulators_url: str) -> None:
    """Let them talk; each waits for the answer. Raises TimeoutError when none comes."""
    for phone, name, texts in TALK:
        for text in texts:
            known = _answers(simulators_url, phone)
            _call(f"{simulators_url}/graph/_inbound", {"from": phone, "name": name, "text": text})
            _wait(simulators_url, phone, known)


def _wait(url: str, phone: str, known: int) -> None:
    until = time.monotonic() + REPLY_SECONDS
    while _answers(url, phone) <= known:
        if time.monotonic() > until:
            raise TimeoutError(f"{phone} got no answer within {REPLY_SECONDS:.0f} s")
        time.sleep(0.2)


def _answers(url: str, phone: str) -> int:
    """How many messages this phone has been sent."""
    entries = _call(f"{url}/graph/_log?to={phone}")
    return sum(bool(entry["wamid"]) and bool(entry["body"].get("type")) for entry in entries)


def _call(url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310  # Our own simulator.
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  # Our own simulator.
        return json.loads(response.read() or b"null")
