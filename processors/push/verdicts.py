"""What an error of firebase-admin means for a delivery: again later, never, and is the device gone?

Codes: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode. Only the code is kept, since a
message of Google's may quote the request.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from typing import Any, Literal

from processors.logs import describe

log = logging.getLogger(__name__)

_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"

DEAD = frozenset({"UNREGISTERED", "SENDER_ID_MISMATCH"})
"""The app is gone from the device, or the address belongs to another project: no push will ever arrive."""

BUSY_SECONDS = {
    "UNAVAILABLE": 1.0,
    "INTERNAL": 1.0,
    "DEADLINE_EXCEEDED": 1.0,
    "UNKNOWN": 1.0,
    "QUOTA_EXCEEDED": 10.0,
    "RESOURCE_EXHAUSTED": 10.0,
}
"""First pause after a passing failure; it doubles with each try."""

OURS_SECONDS = {
    "THIRD_PARTY_AUTH_ERROR": 300.0,
    "APNS_AUTH_ERROR": 300.0,
    "UNAUTHENTICATED": 300.0,
    "PERMISSION_DENIED": 300.0,
    "NOT_FOUND": 300.0,
    "CREDENTIAL_REFUSED": 300.0,
}
"""Keys or project are wrong: a person must mend the configuration, then the pushes still go out.

NOT_FOUND without FCM's own code is a wrong project or address, not a lost device.
"""

LONGEST_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of one push. `dead` disables the device.

    `pause_seconds` is the pause before the next try: fixed when `told_pause`, else it doubles with each try.
    """

    outcome: Literal["sent", "retry", "failed"]
    external_id: str | None = None
    error: str | None = None
    dead: bool = False
    pause_seconds: float | None = None
    told_pause: bool = False


def judge(error: Exception) -> Verdict:
    """The verdict on an exception of `firebase_admin.messaging.send`."""
    from firebase_admin.exceptions import FirebaseError
    from google.auth.exceptions import GoogleAuthError, TransportError

    if isinstance(error, FirebaseError):
        return _judge_code(_code(error), error)
    if isinstance(error, TransportError):
        return Verdict(outcome="retry", error="UNAVAILABLE", pause_seconds=BUSY_SECONDS["UNAVAILABLE"])
    if isinstance(error, GoogleAuthError):
        return misconfigured("CREDENTIAL_REFUSED")
    if isinstance(error, ValueError):
        # The SDK refuses the message before it leaves: a defect of ours, repeating does not mend it.
        log.error("a push could not be built: %s", describe(error))
        return Verdict(outcome="failed", error="INVALID_MESSAGE")
    log.error("a push failed unexpectedly: %s", describe(error))
    return Verdict(outcome="retry", error=type(error).__name__, pause_seconds=BUSY_SECONDS["UNKNOWN"])


def _judge_code(code: str, error: Any) -> Verdict:
    if code in DEAD:
        return Verdict(outcome="failed", error=code, dead=True)
    if code == "INVALID_ARGUMENT":
        return _invalid_argument(error)
    if code in OURS_SECONDS:
        return misconfigured(code)
    if code in BUSY_SECONDS:
        told = _retry_after(error)
        return Verdict(
            outcome="retry",
            error=code,
            pause_seconds=BUSY_SECONDS[code] if told is None else told,
            told_pause=told is not None,
        )
    return Verdict(outcome="failed", error=code)


def _invalid_argument(error: Any) -> Verdict:
    """FCM says this of a malformed address as well as of a malformed message; the latter names the field."""
    if any(detail.get("@type") == _BAD_REQUEST for detail in _details(error)):
        log.error("FCM refused a push as malformed")
        return Verdict(outcome="failed", error="INVALID_ARGUMENT (message)")
    return Verdict(outcome="failed", error="INVALID_ARGUMENT (address)", dead=True)


def misconfigured(code: str) -> Verdict:
    """Nothing is wrong with the push or the device, a person must mend our side."""
    log.error("FCM refuses our keys or project: %s", code)
    return Verdict(outcome="retry", error=code, pause_seconds=OURS_SECONDS[code], told_pause=True)


def _code(error: Any) -> str:
    """FCM's own code if it gave one, else the platform's status, as the SDK read it."""
    for detail in _details(error):
        if detail.get("@type") == _FCM_ERROR and detail.get("errorCode"):
            return str(detail["errorCode"])
    return str(error.code)


def _details(error: Any) -> list[dict[str, Any]]:
    response = error.http_response
    if response is None:
        return []
    try:
        found = response.json()["error"]["details"]
    except (ValueError, KeyError, TypeError):
        return []
    return [detail for detail in found if isinstance(detail, dict)] if isinstance(found, list) else []


def _retry_after(error: Any) -> float | None:
    header = error.http_response.headers.get("Retry-After", "") if error.http_response is not None else ""
    return min(float(header), LONGEST_SECONDS) if header.isascii() and header.isdigit() else None


def pause_after(verdict: Verdict, attempts: int) -> float:
    """Seconds until the next try after `attempts` tries: what FCM told, else doubling, a little spread."""
    pause = verdict.pause_seconds or 0.0
    if not verdict.told_pause:
        pause = min(pause * 2 ** min(attempts - 1, 16), LONGEST_SECONDS)
    return pause * random.uniform(1.0, 1.25)  # noqa: S311  # Jitter, not a secret.
