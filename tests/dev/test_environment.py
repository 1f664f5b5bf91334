"""What the processes of a stack find in their environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack import facts
from devstack.credentials import Credentials
from devstack.environment import compose
from devstack.places import Places, UsageError
from processors.settings import Settings

PLACES = Places(state_dir=Path("/nowhere"), offset=500)
KEYS = Credentials.generate()
HOSTED = {
    "SUPABASE_URL": "https://abc.supabase.co",
    "SUPABASE_ANON_KEY": "sb_publishable_x",
    "SUPABASE_SERVICE_ROLE_KEY": "sb_secret_x",
}
NO_FILE = {"ENV_FILE": ""}


def test_without_settings_everything_points_to_this_stack() -> None:
    environment = compose(PLACES, KEYS, NO_FILE)
    assert not environment.is_hosted
    expected = {
        "SUPABASE_URL": "http://127.0.0.1:54821",
        "WHATSAPP_API_URL": "http://127.0.0.1:9400/graph",
        "FCM_API_URL": "http://127.0.0.1:9400/fcm",
        "DESK_URL": "http://127.0.0.1:9001",
        "SUPABASE_ANON_KEY": KEYS.anon_key,
        "WHATSAPP_APP_SECRETS": KEYS.app_secret,
        "DEVELOPER_KEY": KEYS.developer_key,
    }
    assert expected.items() <= environment.values.items()


def test_what_the_caller_sets_is_passed_on() -> None:
    given = {
        **NO_FILE,
        "OPENAI_API_KEY": "sk-x",
        "QUIET_WINDOW_MS": "0",
        "SERVICE_KEY": "mine",
        "PATH": "/bin",
    }
    assert given.items() <= compose(PLACES, KEYS, given).values.items()


def test_an_empty_value_does_not_take_away_what_the_stack_provides() -> None:
    values = compose(PLACES, KEYS, {**NO_FILE, "SUPABASE_URL": "", "DEVELOPER_KEY": ""}).values
    assert values["SUPABASE_URL"] == PLACES.url("gateway")
    assert values["DEVELOPER_KEY"] == KEYS.developer_key


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("QUIET_WINDOW_MS=5\nOPENAI_API_KEY=from-file\n", encoding="utf-8")
    values = compose(PLACES, KEYS, {"ENV_FILE": str(file), "OPENAI_API_KEY": ""}).values
    assert values["QUIET_WINDOW_MS"] == "5"
    assert values["OPENAI_API_KEY"] == ""
    # What was read here must not be read again by a process, which would undo the caller's empty key.
    assert values["ENV_FILE"] == ""


def test_a_hosted_project_is_used_with_its_own_keys() -> None:
    environment = compose(PLACES, KEYS, {**NO_FILE, **HOSTED})
    assert environment.is_hosted
    assert HOSTED.items() <= environment.values.items()
    shown = environment.facts(PLACES, KEYS)
    assert shown["supabase_url"] == "https://abc.supabase.co"
    assert shown["jwt_secret"] is None
    assert shown["database_url"] is None


def test_a_project_without_its_keys_is_refused_by_their_names() -> None:
    given = {**NO_FILE, **HOSTED, "SUPABASE_ANON_KEY": ""}
    with pytest.raises(UsageError, match="SUPABASE_ANON_KEY must be set"):
        compose(PLACES, KEYS, given)


def test_keys_without_an_address_are_not_mixed_with_the_own_database() -> None:
    values = compose(PLACES, KEYS, {**NO_FILE, "SUPABASE_SERVICE_ROLE_KEY": "sb_secret_x"}).values
    assert values["SUPABASE_SERVICE_ROLE_KEY"] == KEYS.service_role_key


def test_a_real_account_is_never_pointed_to_a_simulator() -> None:
    given = {**NO_FILE, "WHATSAPP_ACCESS_TOKEN": "EAAG", "FCM_PROJECT_ID": "shop"}
    values = compose(PLACES, KEYS, given).values
    assert "WHATSAPP_API_URL" not in values
    assert "FCM_API_URL" not in values


@pytest.mark.parametrize(
    ("name", "value"),
    [("RATE_LIMIT_PER_MINUTE", "many"), ("QUIET_WINDOW_MS", "-1"), ("ENVIRONMENT", "production")],
)
def test_a_setting_that_no_process_would_start_with_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        compose(PLACES, KEYS, {**NO_FILE, name: value})


def test_the_first_app_secret_signs_what_the_simulator_delivers() -> None:
    environment = compose(PLACES, KEYS, {**NO_FILE, "WHATSAPP_APP_SECRETS": "new, old"})
    assert environment.facts(PLACES, KEYS)["app_secret"] == "new"


def test_the_settings_object_accepts_what_is_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in compose(PLACES, KEYS, NO_FILE).values.items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]  # Values come from the environment.
    assert settings.supabase_url == PLACES.url("gateway")
    assert settings.app_secrets == (KEYS.app_secret,)


def test_the_facts_have_exactly_the_promised_names() -> None:
    shown = compose(PLACES, KEYS, NO_FILE).facts(PLACES, KEYS)
    assert set(shown) == set(facts.NAMES)
    assert all(shown.values())
