"""The programs of a stack: what is run, with which environment, and how to see that it is ready."""

from __future__ import annotations

import sys

from devstack.credentials import Credentials
from devstack.environment import Environment
from devstack.facts import PHONE_NUMBER_ID, database_url
from devstack.places import HOST, Places
from devstack.postgres import SUPERUSER
from devstack.supervisor import Program

NOT_FOR_THE_DESK = frozenset(
    {
        *("SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_JWT_SECRET", "DATABASE_URL", "DEVELOPER_KEY", "SERVICE_KEY"),
        *("WHATSAPP_APP_SECRETS", "WHATSAPP_ACCESS_TOKEN", "WHATSAPP_VERIFY_TOKEN"),
        *("OPENAI_API_KEY", "FCM_CREDENTIALS_JSON", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"),
    }
)
"""Secrets that the desk has no use for: it does everything as the agent who signed in."""


def gateway(places: Places, credentials: Credentials, environment: Environment) -> Program:
    """What stands in for a hosted Supabase project; not run when there is a real one."""
    password = credentials.database_password
    own = {
        "GATEWAY_HOST": HOST,
        "GATEWAY_PORT": str(places.port("gateway")),
        "GATEWAY_DATABASE_URL": database_url(places, "authenticator", password),
        "GATEWAY_AUTH_DATABASE_URL": database_url(places, SUPERUSER, password),
        "GATEWAY_JWT_SECRET": credentials.jwt_secret,
        "GATEWAY_ANON_KEY": credentials.anon_key,
        "GATEWAY_SERVICE_ROLE_KEY": credentials.service_role_key,
        "GATEWAY_API_URL": places.url("api"),
        "GATEWAY_STORAGE_DIR": str(places.storage_dir),
        "GATEWAY_SITE_URL": places.url("desk"),
        # Everybody who tries this stack, and every test, comes from one address.
        "GATEWAY_SIGN_INS_PER_5_MIN": "150",
    }
    return Program(
        name="gateway",
        command=_python("devstack.gateway"),
        environ=environment.values | own,
        probe_url=f"{places.url('gateway')}/health",
    )


def simulators(places: Places, environment: Environment) -> Program:
    """What stands in for WhatsApp, OpenAI, FCM and Stripe."""
    values = environment.values
    own = {
        "SIMULATORS_PORT": str(places.port("simulators")),
        "SIMULATORS_WEBHOOK_URL": f"{places.url('api')}/functions/v1/whatsapp-webhook",
        "SIMULATORS_APP_SECRET": values["WHATSAPP_APP_SECRETS"].split(",")[0].strip(),
        "SIMULATORS_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "SIMULATORS_STRIPE_WEBHOOK_URL": f"{places.url('api')}/functions/v1/stripe-webhook",
        "SIMULATORS_STRIPE_WEBHOOK_SECRET": values.get("STRIPE_WEBHOOK_SECRETS", "").split(",")[0].strip(),
    }
    return Program(
        name="simulators",
        command=_python("devstack.simulators"),
        environ=values | own,
        probe_url=f"{places.url('simulators')}/health",
    )


def api(places: Places, environment: Environment) -> Program:
    """The web service."""
    command = (
        *_python("uvicorn", "api.app:create_app", "--factory"),
        *("--host", HOST, "--port", str(places.port("api"))),
        *("--no-access-log", "--http", "httptools", "--loop", "uvloop"),
    )
    return Program(
        name="api", command=command, environ=environment.values, probe_url=f"{places.url('api')}/readyz"
    )


def worker(environment: Environment) -> Program:
    """Turns, outbox, notifications, schedules. It listens nowhere, but says when it begins to work."""
    return Program(
        name="worker",
        command=_python("processors.worker"),
        environ=environment.values,
        ready_text="worker ready",
    )


def desk(places: Places, environment: Environment) -> Program:
    """The support desk."""
    own = {"DESK_HOST": HOST, "DESK_PORT": str(places.port("desk"))}
    values = {name: value for name, value in environment.values.items() if name not in NOT_FOR_THE_DESK}
    return Program(
        name="desk",
        command=_python("dashboard"),
        environ=values | own,
        probe_url=f"{places.url('desk')}/healthz",
    )


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
