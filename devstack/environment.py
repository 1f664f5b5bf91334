"""What the processes of a stack find in their environment.

Every value is a default: the caller's environment wins over `.env`, and both over what is composed here. With
the address and keys of a hosted or `supabase start` project among them, the stack runs against that project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from devstack.credentials import Credentials
from devstack.facts import facts
from devstack.places import ROOT, Places, UsageError
from processors.settings import Settings, describe_problems

ENV_FILE_VARIABLE = "ENV_FILE"
"""Names the file of settings; the caller may set it empty so that none is read."""

SUPABASE_KEYS = ("SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY")
TUNING = {
    "PYTHONUNBUFFERED": "1",
    # Threads of glibc's allocator keep arenas of their own: two are enough and save tens of megabytes.
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The composed environment, and whether its Supabase is somebody else's."""

    values: dict[str, str]
    is_hosted: bool

    def facts(self, places: Places, credentials: Credentials) -> dict[str, str | None]:
        """What `./dev status --json` prints, from what the processes were really given."""
        values = self.values
        secrets = [part.strip() for part in values["WHATSAPP_APP_SECRETS"].split(",") if part.strip()]
        given: dict[str, str | None] = {
            "supabase_url": values["SUPABASE_URL"].rstrip("/"),
            "anon_key": values["SUPABASE_ANON_KEY"],
            "service_role_key": values["SUPABASE_SERVICE_ROLE_KEY"],
            "app_secret": secrets[0] if secrets else "",
            "verify_token": values["WHATSAPP_VERIFY_TOKEN"],
            "developer_key": values["DEVELOPER_KEY"],
            "service_key": values["SERVICE_KEY"],
        }
        if self.is_hosted:
            given |= {
                "jwt_secret": values.get("SUPABASE_JWT_SECRET"),
                "database_url": values.get("DATABASE_URL"),
            }
        return facts(places, credentials) | given


def given_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """What the person gave: the file of settings, then the environment over it."""
    name = environ.get(ENV_FILE_VARIABLE, ".env")
    from_file = dotenv_values(ROOT / Path(name).expanduser()) if name else {}
    return {**{key: value or "" for key, value in from_file.items()}, **environ}


def compose(places: Places, credentials: Credentials, environ: Mapping[str, str]) -> Environment:
    """The environment of every process of the stack.

    Raises UsageError when a Supabase address is given without its keys, or a setting is malformed.
    """
    given = given_settings(environ)
    is_hosted = bool(given.get("SUPABASE_URL"))
    if is_hosted:
        _refuse_missing_keys(given)
    ours = {
        **_keys(credentials),
        **_simulated(places, credentials, given),
        **({} if is_hosted else _own_supabase(places, credentials)),
        "DESK_URL": places.url("desk"),
        "DESK_API_URL": places.url("api"),
    }
    # An empty value for something the stack provides means "not set"; elsewhere it is a choice.
    chosen = {key: value for key, value in given.items() if value or key not in ours}
    if not is_hosted:
        # An address and its keys belong together: keys of another project are no use here.
        chosen = {key: value for key, value in chosen.items() if key not in SUPABASE_KEYS}
    # The file has been read here; read again by a process it could undo what the caller set to nothing.
    values = {**TUNING, **ours, **chosen, ENV_FILE_VARIABLE: ""}
    _refuse_wrong_settings(values)
    return Environment(values=values, is_hosted=is_hosted)


def _refuse_wrong_settings(values: Mapping[str, str]) -> None:
    """What no process would start with is told before any is started."""
    given = {name: values[name.upper()] for name in Settings.model_fields if name.upper() in values}
    try:
        Settings(_env_file=None, **given)  # type: ignore[arg-type, call-arg]  # Texts, as in the environment.
    except ValidationError as error:
        raise UsageError(f"settings are wrong, see .env.example:\n{describe_problems(error)}") from None


def _refuse_missing_keys(given: Mapping[str, str]) -> None:
    missing = [name for name in SUPABASE_KEYS if not given.get(name)]
    if missing:
        raise UsageError(
            f"SUPABASE_URL is set, so {' and '.join(missing)} must be set too. "
            "Unset SUPABASE_URL to use the database of this stack."
        )


def _keys(credentials: Credentials) -> dict[str, str]:
    return {
        "WHATSAPP_APP_SECRETS": credentials.app_secret,
        "WHATSAPP_VERIFY_TOKEN": credentials.verify_token,
        "WHATSAPP_ACCESS_TOKEN": credentials.access_token,
        "DEVELOPER_KEY": credentials.developer_key,
        "SERVICE_KEY": credentials.service_key,
    }


def _own_supabase(places: Places, credentials: Credentials) -> dict[str, str]:
    return {
        "SUPABASE_URL": places.url("gateway"),
        "SUPABASE_ANON_KEY": credentials.anon_key,
        "SUPABASE_SERVICE_ROLE_KEY": credentials.service_role_key,
    }


def _simulated(places: Places, credentials: Credentials, given: Mapping[str, str]) -> dict[str, str]:
    """Point WhatsApp, FCM and Stripe to the simulators, unless an account of the real service is given."""
    values = {}
    if not given.get("WHATSAPP_ACCESS_TOKEN"):
        values["WHATSAPP_API_URL"] = f"{places.url('simulators')}/graph"
    if not (given.get("FCM_PROJECT_ID") or given.get("FCM_CREDENTIALS_JSON")):
        values |= {"FCM_PROJECT_ID": "relaydesk-dev", "FCM_API_URL": f"{places.url('simulators')}/fcm"}
    if not given.get("STRIPE_SECRET_KEY"):
        values |= {
            "STRIPE_SECRET_KEY": credentials.derived("stripe"),
            "STRIPE_WEBHOOK_SECRETS": credentials.derived("stripe-webhook"),
            "STRIPE_API_URL": f"{places.url('simulators')}/stripe",
        }
    return values
