"""What the desk reads at its start: the address of storage and the public key, never the service key."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from processors.errors import ConfigurationError
from processors.settings import ENV_FILE, describe_problems

DEFAULT_PORT = 8501
DEFAULT_API_PORT = 8000


class DeskSettings(BaseSettings):
    """Every field is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    supabase_url: str
    supabase_anon_key: SecretStr
    supabase_timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    desk_url: str = ""
    desk_api_url: str = ""
    desk_host: str = "127.0.0.1"
    desk_port: int = Field(default=0, ge=0, le=65535)
    desk_session_hours: float = Field(default=12.0, gt=0, le=24 * 30)
    relaydesk_port_offset: int = 0

    @field_validator("supabase_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("supabase_anon_key")
    @classmethod
    def _public_key(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if key.startswith("sb_secret_") or _role_of(key) == "service_role":
            raise ValueError("is a service key; the desk takes the anon or publishable key only")
        return value

    @property
    def port(self) -> int:
        """The TCP port to listen on: DESK_PORT, else 8501 shifted by RELAYDESK_PORT_OFFSET."""
        return self.desk_port or DEFAULT_PORT + self.relaydesk_port_offset

    @property
    def api_url(self) -> str:
        """Where our api answers, which has the keys that the desk has not: DESK_API_URL, else beside this desk."""
        return (
            self.desk_api_url.rstrip("/")
            or f"http://127.0.0.1:{DEFAULT_API_PORT + self.relaydesk_port_offset}"
        )

    @property
    def cookie_name(self) -> str:
        """One name per port: browsers keep one jar for all ports of a host, and two desks may share it."""
        return f"relaydesk_session_{self.port}"

    @property
    def is_https(self) -> bool:
        """Whether people reach the desk over https, so that its cookie must never travel without."""
        return self.desk_url.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """What a browser may write into `Host` and `Origin` when it really is on the desk."""
        own = {f"127.0.0.1:{self.port}", f"localhost:{self.port}", f"[::1]:{self.port}"}
        named = urlsplit(self.desk_url).netloc.lower()
        return frozenset(own | ({named} if named else set()))


def load_settings() -> DeskSettings:
    """Read the environment.

    Raises ConfigurationError that names every missing or malformed variable.
    """
    try:
        return DeskSettings()  # type: ignore[call-arg]  # Values come from the environment.
    except ValidationError as error:
        raise ConfigurationError(f"the desk can't start:\n{describe_problems(error)}") from None


def _role_of(key: str) -> str | None:
    """The role that a legacy key, a JWT, claims; None for any other key."""
    parts = key.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    role = claims.get("role") if isinstance(claims, dict) else None
    return role if isinstance(role, str) else None
