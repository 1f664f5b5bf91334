"""What relaydesk relies on, or could, and no contract test checks; with the reason."""

from __future__ import annotations

NOT_COVERED = {
    "realtime: heartbeat": "the client sends one each 25 s, longer than a test waits",
    "rows beyond 1000": "a project would need so many rows of test data",
    "statement timeouts of the roles (3 s, 8 s)": "the settings of a hosted project may differ",
    "safeupdate inside functions": "not in the embedded server; test_safeupdate.py reads the functions instead",
    "limits per address and of connections": "reaching them on a shared project would shut others out",
    "tokens after one hour": "no test waits so long; expired tokens are signed where the secret is known",
    "mails": "a hosted project sends them, and nobody reads them in a test",
    "reconnects after the server ends": "a hosted server can't be ended; tests of the gateway do it",
}
