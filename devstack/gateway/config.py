"""How the gateway is set up: by environment variables, each of them documented here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devstack.gateway.realtime.limits import PLANS, Limits

MAX_ROWS = 1000
"""Reads and calls are cut silently after so many rows, as on a hosted project."""


class ConfigError(Exception):
    """A variable is missing or malformed; the message names it."""


@dataclass(frozen=True, kw_only=True)
class GatewayConfig:
    """Everything the gateway needs to know."""

    database_url: str
    """GATEWAY_DATABASE_URL: as `authenticator`, for every request of a client."""
    admin_url: str
    """GATEWAY_AUTH_DATABASE_URL: as superuser, for what Auth, Storage and Realtime do themselves."""
    jwt_secret: str
    """GATEWAY_JWT_SECRET: signs and verifies keys and tokens of scripts (HS256); those of users are signed by a key
    that follows from it (ES256)."""
    anon_key: str
    """GATEWAY_ANON_KEY: the key of clients."""
    service_role_key: str
    """GATEWAY_SERVICE_ROLE_KEY: the key of servers; passes row security."""
    publishable_key: str = ""
    """GATEWAY_PUBLISHABLE_KEY: the new form of the anon key (sb_publishable_…); none by default."""
    secret_key: str = ""
    """GATEWAY_SECRET_KEY: the new form of the service key (sb_secret_…); none by default."""
    host: str = "127.0.0.1"
    """GATEWAY_HOST: the address to listen on."""
    port: int = 54321
    """GATEWAY_PORT: the port to listen on."""
    public_url: str = ""
    """GATEWAY_PUBLIC_URL: the address clients use; http://host:port by default."""
    api_url: str = ""
    """GATEWAY_API_URL: where /functions/v1/* is forwarded; calls are answered 503 without it."""
    storage_dir: Path = Path(".devstack/storage")
    """GATEWAY_STORAGE_DIR: the folder of uploaded files."""
    pool_size: int = 10
    """GATEWAY_POOL_SIZE: connections for requests of clients."""
    sign_ins_per_5_min: int = 30
    """GATEWAY_SIGN_INS_PER_5_MIN: sign-ins of one address, as on a hosted project unless set otherwise."""
    site_url: str = "http://127.0.0.1:8501"
    """GATEWAY_SITE_URL: where links of mails lead to, that is: the desk."""
    mail_interval_seconds: float = 60.0
    """GATEWAY_MAIL_INTERVAL_SECONDS: how soon the same person may ask for another mail."""
    join_error_seconds: float = 5.0
    """GATEWAY_JOIN_ERROR_SECONDS: hosted Realtime answers a refused join so much later."""
    realtime_plan: str = "pro"
    """GATEWAY_REALTIME_PLAN: `free` or `pro`; how many connections, messages and joins Realtime allows."""
    realtime_limits: Limits | None = None
    """Limits of a test's own, instead of those of a plan."""
    record_file: Path | None = None
    """GATEWAY_RECORD: a file to which the shape of each new call is appended; nothing is recorded without it."""
    schemas: tuple[str, ...] = ("public", "graphql_public")
    """Schemas that requests may name; the first is the default."""

    @property
    def url(self) -> str:
        """The address of this gateway without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> GatewayConfig:
        """Read the variables. Raises ConfigError that names the first that is missing or malformed."""
        return cls(
            database_url=_required(environ, "GATEWAY_DATABASE_URL"),
            admin_url=_required(environ, "GATEWAY_AUTH_DATABASE_URL"),
            jwt_secret=_required(environ, "GATEWAY_JWT_SECRET"),
            anon_key=_required(environ, "GATEWAY_ANON_KEY"),
            service_role_key=_required(environ, "GATEWAY_SERVICE_ROLE_KEY"),
            publishable_key=environ.get("GATEWAY_PUBLISHABLE_KEY", ""),
            secret_key=environ.get("GATEWAY_SECRET_KEY", ""),
            host=environ.get("GATEWAY_HOST", cls.host),
            port=int(_number(environ, "GATEWAY_PORT", cls.port)),
            public_url=environ.get("GATEWAY_PUBLIC_URL", ""),
            api_url=environ.get("GATEWAY_API_URL", "").rstrip("/"),
            storage_dir=Path(environ.get("GATEWAY_STORAGE_DIR", str(cls.storage_dir))),
            pool_size=int(_number(environ, "GATEWAY_POOL_SIZE", cls.pool_size)),
            sign_ins_per_5_min=int(_number(environ, "GATEWAY_SIGN_INS_PER_5_MIN", cls.sign_ins_per_5_min)),
            record_file=Path(environ["GATEWAY_RECORD"]) if environ.get("GATEWAY_RECORD") else None,
            site_url=(environ.get("GATEWAY_SITE_URL") or cls.site_url).rstrip("/"),
            mail_interval_seconds=_number(
                environ, "GATEWAY_MAIL_INTERVAL_SECONDS", cls.mail_interval_seconds
            ),
            join_error_seconds=_number(environ, "GATEWAY_JOIN_ERROR_SECONDS", cls.join_error_seconds),
            realtime_plan=_one_of(environ, "GATEWAY_REALTIME_PLAN", cls.realtime_plan, tuple(PLANS)),
        )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set")
    return value


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        raise ConfigError(f"{name}={text!r} is not a number") from None
    if value < 0:
        raise ConfigError(f"{name}={text!r} is negative")
    return value


def _one_of(environ: Mapping[str, str], name: str, default: str, known: tuple[str, ...]) -> str:
    value = environ.get(name, "") or default
    if value not in known:
        raise ConfigError(f"{name}={value!r} is none of {', '.join(known)}")
    return value
