"""Meta's error codes and bodies.

Source: developers.facebook.com, WhatsApp Cloud API, support/error-codes (copy of September 2026). The HTTP
status per code is from older copies of that page: Meta no longer documents it.
"""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

from starlette.responses import JSONResponse, Response


class Known(NamedTuple):
    """One code: its usual HTTP status, its title and the usual `error_data.details`."""

    status: int
    title: str
    details: str


GENERIC = Known(400, "Generic user error", "Generic user error")

KNOWN: dict[int, Known] = {
    0: Known(401, "AuthException", "We were unable to authenticate the app user."),
    1: Known(500, "API Unknown", "Invalid request or possible server error."),
    2: Known(503, "API Service", "Temporary due to downtime or due to being overloaded."),
    3: Known(403, "API Method", "Capability or permissions issue."),
    4: Known(400, "Application request limit reached", "The app has reached its API call rate limit."),
    10: Known(403, "Permission Denied", "Permission is either not granted or has been removed."),
    33: Known(400, "Parameter value is not valid", "The business phone number has been deleted."),
    100: Known(400, "Invalid parameter", "Invalid parameter"),
    190: Known(401, "Error validating access token: Session has expired", "Your access token has expired."),
    368: Known(403, "Temporarily blocked for policies violations", "The account violates a platform policy."),
    80007: Known(400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130403: Known(400, "Recipient is blocked", "The business has blocked this user."),
    130429: Known(429, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: Known(
        400, "User's number is part of an experiment", "Message was not sent as part of an experiment."
    ),
    130497: Known(
        403,
        "Business account is restricted from messaging users in this country.",
        "Business account is restricted from messaging users in this country.",
    ),
    131000: Known(500, "Something went wrong", "Something went wrong."),
    131005: Known(403, "Access denied", "Permission is either not granted or has been removed."),
    131008: Known(400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: Known(400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: Known(503, "Service unavailable", "Service temporarily unavailable."),
    131021: Known(400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: Known(400, "Message undeliverable", "Message Undeliverable."),
    131030: Known(
        400, "Recipient phone number not in allowed list", "Recipient phone number not in allowed list."
    ),
    131031: Known(403, "Business Account locked", "Business Account has been locked"),
    131037: Known(400, "Display name approval needed", "The number's display name has not been approved."),
    131042: Known(
        400,
        "Business eligibility payment issue",
        "Message failed to send because there were one or more errors related to your payment method.",
    ),
    131045: Known(500, "Incorrect certificate", "Message failed due to a phone number registration error."),
    131047: Known(
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied "
        "to this number.",
    ),
    131048: Known(
        400,
        "Spam rate limit hit",
        "Message failed to send because there are restrictions on how many messages can be sent from this "
        "phone number. This may be because too many previous messages were blocked or flagged as spam.",
    ),
    131049: Known(
        400,
        "This message was not delivered to maintain healthy ecosystem engagement.",
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131050: Known(
        400,
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on "
        "WhatsApp from your business",
        "The recipient has stopped marketing messages from your business.",
    ),
    131051: Known(400, "Unsupported message type", "Message type is currently not supported."),
    131052: Known(400, "Media download error", "Unable to download the media sent by the user."),
    131053: Known(400, "Media upload error", "Unable to upload the media used in the message."),
    131056: Known(
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the "
        "same phone number in a short period of time.",
    ),
    131057: Known(500, "Account in maintenance mode", "Business Account is in maintenance mode."),
    131062: Known(
        400,
        "BSUID recipients not supported",
        "Business-scoped User ID (BSUID) recipients are not supported for this message.",
    ),
    132000: Known(
        400,
        "Number of parameters does not match the expected number of params",
        "The number of variable parameter values does not match the number of variables in the template.",
    ),
    132001: Known(
        404, "Template name does not exist in the translation", "The template does not exist in the language."
    ),
    132005: Known(400, "Translated text too long", "The translated text is too long."),
    132007: Known(400, "Template content policy violated", "Template content violates a WhatsApp policy."),
    132012: Known(400, "Parameter format does not match format in the created template", "Parameter format."),
    132015: Known(400, "Template is Paused", "Template is paused due to low quality."),
    132016: Known(400, "Template is Disabled", "Template has been paused too many times and is disabled."),
    132018: Known(
        400,
        "There was an issue with the parameters in your template",
        "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
    ),
    133004: Known(503, "Server Temporarily Unavailable", "Server is temporarily unavailable."),
    133010: Known(400, "Account not registered", "Phone number is not registered on the platform."),
    135000: Known(400, "Generic user error", "Message failed because of an unknown request parameter error."),
}

TRANSIENT = frozenset({1, 2, 4, 80007})
WITHOUT_DETAILS = frozenset({0, 1, 2, 3, 4, 10, 190})
"""Codes of Graph itself, not of WhatsApp: their bodies have no `error_data`."""

SUBCODES = {130429: 2494055, 190: 463}


class GraphError(Exception):
    """A request Meta would refuse with this code. `status` overrides the code's usual HTTP status."""

    def __init__(self, code: int, details: str | None = None, *, status: int | None = None) -> None:
        known = KNOWN.get(code, GENERIC)
        super().__init__(f"{code}: {details or known.details}")
        self.code = code
        self.details = details or known.details
        self.title = known.title
        self.status = status or known.status

    def body(self) -> dict[str, Any]:
        """The JSON body, in the shape of the documented examples."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
        }
        if self.code not in WITHOUT_DETAILS:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.code in SUBCODES:
            error["error_subcode"] = SUBCODES[self.code]
        if self.code in TRANSIENT:
            error["is_transient"] = True
        return {"error": error | {"fbtrace_id": _trace()}}

    def response(self) -> Response:
        """The answer to the refused request."""
        return JSONResponse(self.body(), status_code=self.status)


class PlainGraphError(GraphError):
    """An error whose message stands alone, without `(#code)` and details."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int,
        kind: str = "OAuthException",
        subcode: int | None = None,
    ) -> None:
        super().__init__(code, message, status=status)
        self._kind = kind
        self._subcode = subcode

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        error: dict[str, Any] = {"message": self.details, "type": self._kind, "code": self.code}
        if self._subcode is not None:
            error["error_subcode"] = self._subcode
        return {"error": error | {"fbtrace_id": _trace()}}


def no_token() -> GraphError:
    """The bearer token is missing or empty."""
    return PlainGraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)


def unknown_object(node: str) -> GraphError:
    """The id in the path is not ours: 100 with subcode 33."""
    message = (
        f"Unsupported post request. Object with ID '{node}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation"
    )
    return PlainGraphError(100, message, status=400, kind="GraphMethodException", subcode=33)


def unknown_path(path: str) -> GraphError:
    """No such version or edge: 2500, which is also what an expired version answers."""
    return PlainGraphError(2500, f"Unknown path components: {path}", status=400)


def _trace() -> str:
    return "A" + secrets.token_urlsafe(16)
