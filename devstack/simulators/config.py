"""What the simulators are told by their environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_PORT = 8900
DEFAULT_WEBHOOK_URL = "http://127.0.0.1:8000/functions/v1/whatsapp-webhook"
DEFAULT_STRIPE_WEBHOOK_URL = "http://127.0.0.1:8000/functions/v1/stripe-webhook"
DEFAULT_PHONE_NUMBER_ID = "106540352242922"
SECOND_PHONE_NUMBER_ID = "106540352242933"
DEFAULT_WABA_ID = "102290129340398"


class ConfigError(ValueError):
    """A variable is missing or malformed; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """One business number. `display` is digits with country code, as `metadata.display_phone_number`."""

    id: str
    display: str
    country_code: str


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where to listen, where webhooks go and how they are signed, and which business account is simulated."""

    port: int
    webhook_url: str
    app_secret: str
    waba_id: str
    numbers: tuple[Number, ...]
    stripe_webhook_url: str = DEFAULT_STRIPE_WEBHOOK_URL
    stripe_webhook_secret: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """Read the SIMULATORS_* variables; only SIMULATORS_APP_SECRET has no default.

        Raises ConfigError.
        """
        secret = environ.get("SIMULATORS_APP_SECRET", "")
        if not secret:
            raise ConfigError("SIMULATORS_APP_SECRET must be set: webhooks are signed with it")
        first = environ.get("SIMULATORS_PHONE_NUMBER_ID") or DEFAULT_PHONE_NUMBER_ID
        return cls(
            port=_port(environ.get("SIMULATORS_PORT", "")),
            webhook_url=environ.get("SIMULATORS_WEBHOOK_URL") or DEFAULT_WEBHOOK_URL,
            app_secret=secret,
            waba_id=environ.get("SIMULATORS_WABA_ID") or DEFAULT_WABA_ID,
            numbers=(
                Number(id=first, display="15550783881", country_code="1"),
                Number(id=SECOND_PHONE_NUMBER_ID, display="15550783882", country_code="1"),
            ),
            stripe_webhook_url=environ.get("SIMULATORS_STRIPE_WEBHOOK_URL") or DEFAULT_STRIPE_WEBHOOK_URL,
            stripe_webhook_secret=environ.get("SIMULATORS_STRIPE_WEBHOOK_SECRET", ""),
        )

    def number(self, phone_number_id: str) -> Number | None:
        """The business number with this id, if it is one of ours."""
        return next((number for number in self.numbers if number.id == phone_number_id), None)


def _port(text: str) -> int:
    if not text:
        return DEFAULT_PORT
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise ConfigError("SIMULATORS_PORT must be a TCP port number")
    return int(text)
