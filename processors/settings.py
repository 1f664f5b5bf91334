"""The one typed settings object. Every field is an environment variable of the same name in capitals."""

from __future__ import annotations

import base64
import json
import os
import re
from functools import lru_cache
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from processors.errors import ConfigurationError

DEVELOPMENT_KEY_PREFIX = "dev-"
"""Keys that the development stack makes begin so; production refuses them."""

DEVELOPMENT_PROJECT = "relaydesk"
"""The project that the development stack's API keys name; the demo keys of `supabase start` name an issuer."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|[0-9a-f]*:[0-9a-f:.]+(?:%.+)?")
"""A name or an address as `urlsplit` gives it. Anything else raises deep inside the HTTP client."""

ENV_FILE = os.environ.get("ENV_FILE", ".env")
"""Read for what the environment lacks. Another file by ENV_FILE; none when that is empty."""


class Settings(BaseSettings):
    """What api, worker and desk read at their start. Units are in the names; see `.env.example`."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", frozen=True)

    environment: Literal["development", "test", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # Supabase: the only door to storage.
    supabase_url: str
    supabase_anon_key: SecretStr = Field(min_length=1)
    supabase_service_role_key: SecretStr = Field(min_length=1)
    supabase_timeout_seconds: float = Field(default=10.0, gt=0, le=60)

    # WhatsApp Cloud API.
    whatsapp_app_secrets: str = ""
    whatsapp_verify_token: SecretStr = SecretStr("")
    whatsapp_access_token: SecretStr = SecretStr("")
    whatsapp_api_url: str = "https://graph.facebook.com"
    whatsapp_api_version: str = Field(default="v25.0", pattern=r"^v[1-9][0-9]*\.[0-9]+$")
    whatsapp_send_timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    webhook_max_body_bytes: int = Field(default=3 * 1024 * 1024, ge=1024)

    # Keys of our own routes.
    developer_key: SecretStr = SecretStr("")
    service_key: SecretStr = SecretStr("")

    # Ingest and the api's own turns.
    ingest_shards: int = Field(default=1, ge=1, le=16)
    ingest_max_waiting: int = Field(default=2000, ge=1, le=100_000)
    ingest_deadline_seconds: float = Field(default=15.0, gt=0, le=120)
    inline_deadline_seconds: float = Field(default=30.0, gt=0, le=300)

    # Turns and limits.
    quiet_window_ms: int = Field(default=1200, ge=0, le=60_000)
    quiet_window_max_ms: int = Field(default=6000, ge=0, le=300_000)
    rate_limit_per_minute: int = Field(default=10, ge=1)
    rate_limit_per_hour: int = Field(default=100, ge=1)
    turn_lease_seconds: int = Field(default=30, ge=1, le=600)
    turn_deadline_seconds: float = Field(default=20.0, gt=0, le=300)
    turn_max_attempts: int = Field(default=4, ge=1, le=20)
    worker_concurrency: int = Field(default=16, ge=1, le=256)
    worker_poll_ms: int = Field(default=1000, ge=20, le=60_000)

    # Outbox.
    outbox_lease_seconds: int = Field(default=30, ge=1, le=600)
    outbox_settle_seconds: int = Field(default=120, ge=1, le=3600)
    outbox_max_attempts: int = Field(default=6, ge=1, le=50)
    outbox_concurrency: int = Field(default=16, ge=1, le=256)
    number_messages_per_second: int = Field(default=80, ge=1, le=1000)

    # Files of messages.
    media_max_bytes: int = Field(default=16 * 1024 * 1024, ge=1024, le=100 * 1024 * 1024)
    media_max_document_bytes: int = Field(default=100 * 1024 * 1024, ge=1024, le=100 * 1024 * 1024)
    media_concurrency: int = Field(default=4, ge=1, le=64)
    media_lease_seconds: int = Field(default=120, ge=15, le=3600)
    media_max_attempts: int = Field(default=10, ge=1, le=50)

    # Language model. Off without a key.
    ai_provider: Literal["openai", "compatible", "offline"] = "openai"
    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: str = ""
    ai_chat_model: str = "gpt-6-luna"
    ai_embed_model: str = "text-embedding-3-small"
    ai_embed_dimensions: int = Field(default=512, ge=64, le=512)
    ai_timeout_seconds: float = Field(default=8.0, gt=0, le=60)
    ai_transcribe_model: str = "gpt-transcribe"
    ai_transcribe_max_bytes: int = Field(default=4 * 1024 * 1024, ge=1024, le=25_000_000)
    voice_wait_seconds: float = Field(default=12.0, gt=0, le=60)
    ai_prices: str = Field(default="", pattern=r"^(\d+(\.\d+)?,\d+(\.\d+)?)?$")
    ai_transcribe_prices: str = Field(default="", pattern=r"^(\d+(\.\d+)?(,\d+(\.\d+)?)?)?$")
    ai_daily_usd: float = Field(default=5.0, ge=0)
    ai_daily_calls: int = Field(default=20_000, ge=0)
    ai_contact_daily_usd: float = Field(default=0.25, ge=0)
    ai_contact_daily_calls: int = Field(default=100, ge=0)

    # Firebase Cloud Messaging. Off without a project.
    fcm_project_id: str = ""
    fcm_credentials_json: SecretStr = SecretStr("")
    fcm_api_url: str = ""

    # Payments by card through Stripe. Off without a key.
    stripe_secret_key: SecretStr = SecretStr("")
    stripe_webhook_secrets: str = ""
    stripe_api_url: str = ""
    stripe_timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    stripe_poll_seconds: int = Field(default=120, ge=1, le=3600)

    # Texts.
    privacy_url: str = "https://example.com/privacy"
    desk_url: str = "http://127.0.0.1:8501"

    @field_validator("supabase_url", "whatsapp_api_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        _host(value)
        return value.rstrip("/")

    @field_validator("openai_base_url", "fcm_api_url", "stripe_api_url", "privacy_url", "desk_url")
    @classmethod
    def _url_or_nothing(cls, value: str) -> str:
        if value:
            _host(value)
        return value

    @field_validator("fcm_credentials_json")
    @classmethod
    def _json_or_nothing(cls, value: SecretStr) -> SecretStr:
        try:
            is_object = isinstance(json.loads(value.get_secret_value() or "{}"), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise ValueError("must be the JSON of a service account")
        return value

    @model_validator(mode="after")
    def _production_is_strict(self) -> Settings:
        if self.environment != "production":
            return self
        problems = [*self._weak_keys(), *self._simulated_urls()]
        if self.stripe_enabled and not self.stripe_secrets:
            problems.append("STRIPE_WEBHOOK_SECRETS is empty: Stripe could not report payments")
        if not self.app_secrets:
            problems.append("WHATSAPP_APP_SECRETS is empty: webhooks could not be verified")
        if problems:
            raise ValueError("ENVIRONMENT=production refuses to start: " + "; ".join(problems))
        return self

    def _weak_keys(self) -> list[str]:
        keys = {
            "WHATSAPP_VERIFY_TOKEN": self.whatsapp_verify_token,
            "WHATSAPP_ACCESS_TOKEN": self.whatsapp_access_token,
            "DEVELOPER_KEY": self.developer_key,
            "SERVICE_KEY": self.service_key,
        }
        problems = [f"{name} is empty" for name, key in keys.items() if not key.get_secret_value()]
        keys |= {f"WHATSAPP_APP_SECRETS ({i + 1})": SecretStr(s) for i, s in enumerate(self.app_secrets)}
        keys |= {f"STRIPE_WEBHOOK_SECRETS ({i + 1})": SecretStr(s) for i, s in enumerate(self.stripe_secrets)}
        keys |= {
            "STRIPE_SECRET_KEY": self.stripe_secret_key,
            "SUPABASE_ANON_KEY": self.supabase_anon_key,
            "SUPABASE_SERVICE_ROLE_KEY": self.supabase_service_role_key,
        }
        return problems + [
            f"{name} is a development key"
            for name, key in keys.items()
            if _is_development_key(key.get_secret_value())
        ]

    def _simulated_urls(self) -> list[str]:
        urls = {
            "WHATSAPP_API_URL": self.whatsapp_api_url,
            "FCM_API_URL": self.fcm_api_url,
            "STRIPE_API_URL": self.stripe_api_url,
            "SUPABASE_URL": self.supabase_url,
            "OPENAI_BASE_URL": self.openai_base_url if self.ai_provider == "openai" else "",
        }
        return [f"{name} points to this machine" for name, url in urls.items() if url and _is_local(url)]

    @property
    def app_secrets(self) -> tuple[str, ...]:
        """The app secrets that webhooks may be signed with; WHATSAPP_APP_SECRETS separates them by commas."""
        return tuple(part.strip() for part in self.whatsapp_app_secrets.split(",") if part.strip())

    @property
    def stripe_secrets(self) -> tuple[str, ...]:
        """The secrets that Stripe may sign webhooks with, several while one is being replaced."""
        return tuple(part.strip() for part in self.stripe_webhook_secrets.split(",") if part.strip())

    @property
    def stripe_enabled(self) -> bool:
        """Whether customers can be asked to pay by card at all."""
        return bool(self.stripe_secret_key.get_secret_value())

    @property
    def model_enabled(self) -> bool:
        """Whether a language model may be called at all."""
        return self.ai_provider != "offline" and bool(self.openai_api_key.get_secret_value())

    @property
    def model_limits(self) -> dict[str, str]:
        """The daily limits of a business that set none, by the names of `businesses.limits`."""
        return {
            "model_usd_per_day": str(self.ai_daily_usd),
            "model_calls_per_day": str(self.ai_daily_calls),
            "contact_model_usd_per_day": str(self.ai_contact_daily_usd),
            "contact_model_calls_per_day": str(self.ai_contact_daily_calls),
        }

    @property
    def transcription_enabled(self) -> bool:
        """Whether voice notes are written down."""
        return self.model_enabled and bool(self.ai_transcribe_model)

    @property
    def voice_wait_ms(self) -> int:
        """How long a turn waits for the words of a voice note; 0 when nobody writes them down."""
        return round(self.voice_wait_seconds * 1000) if self.transcription_enabled else 0


def _host(url: str) -> str:
    """The host of a web address. Raises ValueError that never quotes the address: it may hold a password."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or not _HOST.fullmatch(host):
        raise ValueError("must be an address that starts with http:// or https://")
    return host


def _is_local(url: str) -> bool:
    host = _host(url)
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _is_development_key(key: str) -> bool:
    """One of the development stack's keys, or a token of a project on somebody's own machine."""
    if key.startswith(DEVELOPMENT_KEY_PREFIX):
        return True
    try:
        encoded = key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (IndexError, ValueError):
        return False
    return isinstance(claims, dict) and (
        claims.get("ref") == DEVELOPMENT_PROJECT or claims.get("iss") == "supabase-demo"
    )


def describe_problems(error: ValidationError) -> str:
    """One line per wrong setting: its variable name and what is wrong. Never holds a value."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in problem["loc"]).upper() or "settings"
        lines.append(f"{name}: {problem['msg']}")
    return "\n".join(lines)


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the environment once.

    Raises ConfigurationError that names every missing or malformed variable.
    """
    try:
        return Settings()  # type: ignore[call-arg]  # Values come from the environment.
    except ValidationError as error:
        text = describe_problems(error)
        raise ConfigurationError(f"relaydesk can't start, see .env.example:\n{text}") from None
