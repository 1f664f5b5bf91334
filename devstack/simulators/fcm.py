"""Firebase Cloud Messaging, HTTP v1: `POST /fcm/v1/projects/{project}/messages:send`.

Source: firebase.google.com/docs/reference/fcm/rest/v1 (projects.messages, ErrorCode) and firebase-admin 7.7.0.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Any, Literal

import orjson
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator
from starlette.responses import JSONResponse, Response

from devstack.simulators.journal import Journal
from devstack.simulators.service import Call, Control, Dropped, Service

PAYLOAD_BYTES_MAX = 4096
TOPIC_PAYLOAD_BYTES_MAX = 2048
TARGETS = ("token", "fid", "topic", "condition")
MESSAGE_KEYS = frozenset(
    {"name", "data", "notification", "android", "webpush", "apns", "fcm_options", "fcmOptions", *TARGETS}
)
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"

Kind = Literal[
    "UNREGISTERED",
    "INVALID_ARGUMENT",
    "SENDER_ID_MISMATCH",
    "QUOTA_EXCEEDED",
    "UNAVAILABLE",
    "INTERNAL",
    "THIRD_PARTY_AUTH_ERROR",
]
KINDS: dict[str, tuple[int, str, str]] = {
    "UNREGISTERED": (404, "NOT_FOUND", "Requested entity was not found."),
    "INVALID_ARGUMENT": (
        400,
        "INVALID_ARGUMENT",
        "The registration token is not a valid FCM registration token",
    ),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED", "SenderId mismatch"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric"),
    "UNAVAILABLE": (503, "UNAVAILABLE", "The service is currently unavailable."),
    "INTERNAL": (500, "INTERNAL", "Internal error encountered."),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service"),
}
PREFIXES: dict[str, Kind] = {
    "unregistered-": "UNREGISTERED",
    "invalid-": "INVALID_ARGUMENT",
    "mismatch-": "SENDER_ID_MISMATCH",
    "quota-": "QUOTA_EXCEEDED",
    "unavailable-": "UNAVAILABLE",
    "internal-": "INTERNAL",
    "auth-": "THIRD_PARTY_AUTH_ERROR",
}
"""What a token (or installation id) that begins so is answered."""

SEND_PATH = re.compile(r"/v1/projects/([^/]+)/messages:send")
_RESERVED_DATA_KEY = re.compile(r"(from|message_type|(google|gcm)\..*)")


class Failure(BaseModel):
    """How one send is refused: by `kind`, or by the HTTP `status` alone.

    `status` beside a kind overrides its usual one; `retry_after_seconds` adds the header of that name.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    kind: Kind = Field(validation_alias=AliasChoices("kind", "code"))
    status: int | None = Field(default=None, ge=400, le=599)
    retry_after_seconds: int | None = Field(default=None, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _kind_of_status(cls, given: Any) -> Any:
        if isinstance(given, dict) and not {"kind", "code"} & given.keys():
            kinds = (kind for kind, (status, *_) in KINDS.items() if status == given.get("status"))
            return {**given, "kind": next(kinds, "INTERNAL")}
        return given

    def response(self) -> Response:
        """The documented error body."""
        status, name, message = KINDS[self.kind]
        headers = None if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}
        detail = {"@type": FCM_ERROR, "errorCode": self.kind}
        return _error(self.status or status, name, message, detail, headers=headers)


class FcmControl(Control):
    """The switches. `fail_next` is used up by sends in order; `dead_tokens` are UNREGISTERED for good.

    Of the next sends, `drop_next` break in the middle of the answer and `hang_next` are never answered.
    """

    drop_next: int = Field(default=0, ge=0)
    hang_next: int = Field(default=0, ge=0)
    fail_next: list[Failure] = Field(default_factory=list)
    dead_tokens: list[str] = Field(default_factory=list)


class BadMessage(Exception):
    """The message is not of the documented form: our fault, and the detail is a BadRequest, not an FcmError."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__(f"{field}: {description}")
        self.field = field
        self.description = description

    def response(self) -> Response:
        """The documented error body."""
        violation = {"field": self.field, "description": self.description}
        detail = {"@type": BAD_REQUEST, "fieldViolations": [violation]}
        return _error(400, "INVALID_ARGUMENT", self.description, detail)


class Fcm(Service[FcmControl]):
    """The simulated service."""

    prefix = "/fcm"
    control_type = FcmControl

    def __init__(self) -> None:
        super().__init__(Journal())

    async def answer(self, call: Call) -> Response | None:
        """Answer one request."""
        path = SEND_PATH.fullmatch(call.path)
        if path is None or call.request.method != "POST":
            return _error(404, "NOT_FOUND", "The requested URL was not found on this server.")
        if not call.token:
            return _error(401, "UNAUTHENTICATED", "Request is missing required authentication credential.")
        if self.control.hang_next:
            self.control.hang_next -= 1
            await call.closed_by_client()
            return None
        if self.control.drop_next:
            self.control.drop_next -= 1
            return Dropped()
        if self.control.fail_next:
            return self.control.fail_next.pop(0).response()
        try:
            target = checked_target(call.body)
        except BadMessage as error:
            return error.response()
        failure = self._failure_of(target)
        if failure is not None:
            return Failure(kind=failure).response()
        unique = f"0:{time.time_ns() // 1000}%{secrets.token_hex(8)}"
        return JSONResponse({"name": f"projects/{path[1]}/messages/{unique}"})

    def _failure_of(self, target: str) -> Kind | None:
        if target in self.control.dead_tokens:
            return "UNREGISTERED"
        return next((kind for prefix, kind in PREFIXES.items() if target.startswith(prefix)), None)


def checked_target(body: Any) -> str:
    """The token, installation id, topic or condition of a request. Raises BadMessage."""
    if not isinstance(body, dict) or not isinstance(body.get("message"), dict):
        raise BadMessage("message", "Message is required.")
    message = body["message"]
    unknown = message.keys() - MESSAGE_KEYS
    if unknown:
        raise BadMessage("message", f"Unknown name \"{min(unknown)}\" at 'message': Cannot find field.")
    targets = [key for key in TARGETS if message.get(key)]
    if len(targets) != 1:
        raise BadMessage("message", "Exactly one of token, fid, topic or condition must be set.")
    (key,) = targets
    target = message[key]
    if not isinstance(target, str):
        raise BadMessage(f"message.{key}", "Invalid value (string expected).")
    _check_data(message.get("data", {}))
    _check_size(message, TOPIC_PAYLOAD_BYTES_MAX if key in ("topic", "condition") else PAYLOAD_BYTES_MAX)
    return target


def _check_data(data: Any) -> None:
    if not isinstance(data, dict):
        raise BadMessage("message.data", "Invalid value (object expected).")
    for key, value in data.items():
        if not isinstance(value, str):
            raise BadMessage(f"message.data[{key}]", "Invalid value (string expected).")
        if _RESERVED_DATA_KEY.fullmatch(key):
            raise BadMessage(f"message.data[{key}]", f"Invalid data payload key: {key}")


def _check_size(message: dict[str, Any], most: int) -> None:
    """What counts is what the device gets: notification and data."""
    payload = {key: message[key] for key in ("notification", "data") if key in message}
    if len(orjson.dumps(payload)) > most:
        raise BadMessage("message", "Android message is too big")


def _error(
    status: int, name: str, message: str, *details: dict[str, Any], headers: dict[str, str] | None = None
) -> Response:
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = list(details)
    return JSONResponse({"error": error}, status_code=status, headers=headers)
