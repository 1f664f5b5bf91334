"""Every error that relaydesk raises on purpose, in one tree.

RelaydeskError
├── ConfigurationError      a setting is missing or malformed; the start stops
├── BadRequest              the caller sent something wrong; names the field and the remedy
│   ├── SignatureError      a webhook is not signed by its provider
│   ├── NotSignedIn         a key or an access token is missing or wrong
│   ├── NotAllowed          the caller's role does not permit it
│   ├── NotFound            what the caller names is not there, or not theirs
│   ├── Conflict            it can't be done as things stand
│   ├── PayloadTooLarge     a body is over its limit
│   └── TooManyRequests     somebody asks more often than they may
├── StorageError            the database refused a call
│   ├── StorageUnavailable  it can't be reached or is overloaded; try again later
│   └── StaleTurn           the lease was lost: somebody else owns this turn now
├── ChannelError            a provider refused a message
│   └── MediaError          a file can't be had from its provider, or must not be kept
├── PaymentError            a provider of payments gave no answer, or said no
└── ModelUnavailable        the language model gave nothing usable
"""

from __future__ import annotations

from typing import Literal


class RelaydeskError(Exception):
    """Base of all errors of this project."""


class ConfigurationError(RelaydeskError):
    """A setting is missing or malformed. The text names it and says what to do."""


class BadRequest(RelaydeskError):
    """The caller's input is wrong. `field` names what, the text and `remedy` say how to mend it."""

    def __init__(self, message: str, *, field: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.remedy = remedy


class SignatureError(BadRequest):
    """A webhook without a valid signature. Nothing of it is stored."""


class NotSignedIn(BadRequest):
    """A key or an access token is missing, wrong or expired."""


class NotAllowed(BadRequest):
    """The caller is known, but their role does not permit this."""


class NotFound(BadRequest):
    """What the caller names does not exist, or belongs to somebody else."""


class Conflict(BadRequest):
    """The state of things does not permit it now, such as a closed 24 h window."""


class PayloadTooLarge(BadRequest):
    """A request body over its limit."""


class TooManyRequests(BadRequest):
    """Somebody asks more often than they may; a while later it is possible again."""


class StorageError(RelaydeskError):
    """The database refused a call for a reason that repeating does not mend."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class StorageUnavailable(StorageError):
    """The database can't be reached or is overloaded; the same call may pass later."""


class StaleTurn(StorageError):
    """A turn's lease was lost, so nothing of its decision was written."""


class ChannelError(RelaydeskError):
    """A provider refused a message. `code` is the provider's own number."""

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class MediaError(ChannelError):
    """A file can't be fetched or must not be kept.

    `reason` is gone, too_large, type_refused, digest_mismatch or unavailable, as in `message_media.reason`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class PaymentError(RelaydeskError):
    """A provider of payments gave no answer, or said no.

    `kind` is retry (another try may help), refused (not in this form) or configuration (it does not know us).
    `code` is the provider's own word.
    """

    def __init__(
        self,
        kind: Literal["retry", "refused", "configuration"],
        message: str,
        *,
        code: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.retry_after_seconds = retry_after_seconds


class ModelUnavailable(RelaydeskError):
    """The language model gave nothing usable. `reason` is one short word for logs and metrics.

    `latency_ms` is how long it was waited for; `tokens` what it read and wrote all the same, which is paid.
    """

    def __init__(self, reason: str, *, latency_ms: int = 0, tokens: tuple[int, int] = (0, 0)) -> None:
        super().__init__(f"the language model is unavailable: {reason}")
        self.reason = reason
        self.latency_ms = latency_ms
        self.tokens = tokens
