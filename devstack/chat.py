"""`./dev chat`: talk to the service as a customer or a dealer, over the simulated WhatsApp.

What is typed goes in by the simulator's `_inbound`, as a phone would send it; what the service answers is
read from the simulator's `_log`, which holds every message it accepted. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import select
import shutil
import sys
import textwrap
import time
import urllib.error
import urllib.request
from typing import Any

from devstack import status
from devstack.chat_view import Choice, render
from devstack.places import Places, UsageError

ANSWER_POLL_SECONDS = 0.15
IDLE_POLL_SECONDS = 1.0
ANSWER_LIMIT_SECONDS = 30.0
"""How long a piped conversation waits for an answer before it goes on."""

SETTLE_SECONDS = 1.0
"""A second bubble follows the first within this time."""

HINTS = {
    "it": {
        "customer": "Scrivi come cliente. Prova: Ciao, vorrei due shampoo per cani",
        "dealer": "Scrivi come rivenditore. Prova: quali ordini ho aperti?",
        "rider": "Scrivi come rider. Prova: i miei ordini",
        "keys": "Un numero tocca il pulsante con quel numero. /quit per uscire.",
        "waiting": "…",
        "silent": "(nessuna risposta; il processo worker è attivo? ./dev logs worker)",
    },
    "en": {
        "customer": "Write as a customer. Try: Hi, I'd like two dog shampoos",
        "dealer": "Write as a dealer. Try: which orders are open?",
        "rider": "Write as a rider. Try: my orders",
        "keys": "A number taps the button of that number. /quit to leave.",
        "waiting": "…",
        "silent": "(no answer; is the worker running? ./dev logs worker)",
    },
    "id": {
        "customer": "Tulis sebagai pelanggan. Coba: Halo, saya mau dua sampo anjing",
        "dealer": "Tulis sebagai penjual. Coba: pesanan apa yang masih terbuka?",
        "rider": "Tulis sebagai kurir. Coba: pesanan saya",
        "keys": "Angka menekan tombol dengan nomor itu. /quit untuk keluar.",
        "waiting": "…",
        "silent": "(tidak ada jawaban; apakah worker berjalan? ./dev logs worker)",
    },
}

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(places: Places, *, role: str, language: str, phone: str | None) -> int:
    """Chat until the end of input or /quit.

    Raises UsageError when the stack is not ready.
    """
    reason = status.problem(places)
    if reason is not None:
        raise UsageError(f"the stack is not ready ({reason}). Start it with ./dev up.")
    known = status.known_facts(places)
    sender = phone or known[f"{role}_phone"]
    chat = Chat(str(known["simulators_url"]), str(sender), HINTS[language])
    print(f"+{sender} · {HINTS[language][role]}\n{HINTS[language]['keys']}\n")
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        chat.run()
    print()
    return 0


class Chat:
    """One phone in a terminal."""

    def __init__(self, simulators_url: str, phone: str, hints: dict[str, str]) -> None:
        self._graph = f"{simulators_url}/graph"
        self._phone = phone
        self._hints = hints
        self._choices: list[Choice] = []
        self._seen = len(self._log(since=0))
        self._waiting_since: float | None = None
        self._last_shown = 0.0

    def run(self) -> None:
        """Read lines and show answers as they come, until the end of input."""
        self._prompt()
        while True:
            is_waiting = self._waiting_since is not None
            # A person may type at any time; a file's next line waits for the answer to the last one.
            sources = [sys.stdin] if sys.stdin.isatty() or not is_waiting else []
            readable, _, _ = select.select(
                sources, [], [], ANSWER_POLL_SECONDS if is_waiting else IDLE_POLL_SECONDS
            )
            self._show_new()
            if readable and not self._handle(sys.stdin.readline()):
                return

    def _handle(self, line: str) -> bool:
        """Send one typed line. False when it ends the chat."""
        text = line.strip()
        if not line or text == "/quit":
            return False
        if not text:
            self._prompt()
            return True
        if not sys.stdin.isatty():
            print(text)
        self._deliver(text)
        return True

    def _deliver(self, text: str) -> None:
        choice = next((choice for choice in self._choices if text == str(choice.number)), None)
        body: dict[str, Any] = {"from": self._phone}
        body |= {"message": choice.as_message()} if choice else {"text": text}
        if choice:
            print(f"  ⤷ {choice.title}")
        answer = self._post("_inbound", body)
        if not 200 <= int(answer.get("status") or 0) < 300:
            print(f"  ! the webhook answered {answer.get('status')}: {answer.get('body')}")
            self._prompt()
            return
        self._waiting_since, self._last_shown = time.monotonic(), 0.0

    def _show_new(self) -> None:
        added = self._log(since=self._seen)
        self._seen += len(added)
        fresh = [entry for entry in added if self._is_for_me(entry)]
        for entry in fresh:
            self._show(entry)
        self._settle(shown=bool(fresh))

    def _is_for_me(self, entry: dict[str, Any]) -> bool:
        body = entry.get("body")
        if not isinstance(body, dict) or not body.get("type") or not entry.get("wamid"):
            return False
        return str(body.get("to", "")).lstrip("+") == self._phone

    def _show(self, entry: dict[str, Any]) -> None:
        lines, choices = render(entry["body"], wamid=str(entry["wamid"]))
        if choices:
            self._choices = choices
        width = max(40, min(100, shutil.get_terminal_size().columns) - 6)
        print("\r\033[K" if sys.stdout.isatty() else "", end="")
        for number, line in enumerate(lines):
            for part in textwrap.wrap(line, width) or [""]:
                print(f"  {'◂' if number == 0 else ' '} {part}".rstrip())
                number = 1
        self._last_shown = time.monotonic()

    def _settle(self, *, shown: bool) -> None:
        """Ask for the next line when the answer is complete, or when none comes."""
        if self._waiting_since is None:
            if shown:
                self._prompt()
            return
        now = time.monotonic()
        if self._last_shown and now - self._last_shown > SETTLE_SECONDS:
            self._waiting_since = None
            self._prompt()
        elif not self._last_shown and now - self._waiting_since > ANSWER_LIMIT_SECONDS:
            self._waiting_since = None
            print(f"  {self._hints['silent']}")
            self._prompt()

    def _prompt(self) -> None:
        print("▸ ", end="", flush=True)

    def _log(self, *, since: int) -> list[dict[str, Any]]:
        log = self._request(f"_log?since={since}", None)
        return log if isinstance(log, list) else []

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._request(path, json.dumps(body).encode())
        return answer if isinstance(answer, dict) else {}

    def _request(self, path: str, body: bytes | None) -> Any:
        request = urllib.request.Request(  # noqa: S310  # The address of our own simulator.
            f"{self._graph}/{path}", data=body, headers={"Content-Type": "application/json"}
        )
        try:
            with _OPENER.open(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            detail = error.read(300).decode(errors="replace")
            raise UsageError(f"the simulator refused: {error.code} {detail}") from None
        except OSError as error:
            raise UsageError(f"the simulator does not answer ({error}).") from None
