"""The facts that scripts rely on: what `./dev status --json` prints. Standard library only."""

from __future__ import annotations

from dataclasses import asdict

from devstack.credentials import Credentials
from devstack.places import HOST, Places

PHONE_NUMBER_ID = "106540352242922"
AGENT_EMAIL = "agente@dloop.example"
ADMIN_EMAIL = "admin@dloop.example"
AGENT_PASSWORD = "relaydesk-demo"  # noqa: S105  # The published log-in of the seed, good on this machine only.
CUSTOMER_PHONE = "393471234567"
DEALER_PHONE = "393331000001"
RIDER_PHONE = "393332000001"
"""Rows of `supabase/seed.sql` that scripts and people start from; the customer has no history."""

NAMES = (
    *("api_url", "supabase_url", "anon_key", "service_role_key", "jwt_secret", "database_url", "desk_url"),
    *("simulators_url", "app_secret", "verify_token", "phone_number_id", "developer_key", "service_key"),
    *("agent_email", "agent_password", "customer_phone", "dealer_phone", "rider_phone"),
)
"""Every key, in the order printed."""

DATABASE_ROLE = "postgres"
"""The role of `database_url`: it owns the project and reads every table, as on a hosted project."""


def facts(places: Places, credentials: Credentials | None) -> dict[str, str | None]:
    """The facts of a stack that runs on its own database; None for keys that are not made yet."""
    keys: dict[str, str] = asdict(credentials) if credentials else {}
    password = keys.get("database_password")
    return {
        "api_url": places.url("api"),
        "supabase_url": places.url("gateway"),
        "anon_key": keys.get("anon_key"),
        "service_role_key": keys.get("service_role_key"),
        "jwt_secret": keys.get("jwt_secret"),
        "database_url": password and database_url(places, DATABASE_ROLE, password),
        "desk_url": places.url("desk"),
        "simulators_url": places.url("simulators"),
        "app_secret": keys.get("app_secret"),
        "verify_token": keys.get("verify_token"),
        "phone_number_id": PHONE_NUMBER_ID,
        "developer_key": keys.get("developer_key"),
        "service_key": keys.get("service_key"),
        "agent_email": AGENT_EMAIL,
        "agent_password": AGENT_PASSWORD,
        "customer_phone": CUSTOMER_PHONE,
        "dealer_phone": DEALER_PHONE,
        "rider_phone": RIDER_PHONE,
    }


def database_url(places: Places, role: str, password: str) -> str:
    """The address of the stack's own database for a role, by TCP."""
    return f"postgresql://{role}:{password}@{HOST}:{places.port('postgres')}/postgres"
