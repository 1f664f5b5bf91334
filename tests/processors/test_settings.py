"""What stops a start: every wrong value is named, and production takes nothing from a developer's machine."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from pydantic import ValidationError

from processors.settings import Settings, describe_problems

PRODUCTION = {
    "environment": "production",
    "supabase_url": "https://abc.supabase.co",
    "supabase_anon_key": "sb_publishable_1",
    "supabase_service_role_key": "sb_secret_1",
    "whatsapp_app_secrets": "secret",
    "whatsapp_verify_token": "verify",
    "whatsapp_access_token": "EAAG",
    "developer_key": "developer",
    "service_key": "service",
}


def token(**claims: str) -> str:
    return jwt.encode({"iss": "supabase", "role": "service_role"} | claims, "s" * 32, algorithm="HS256")


def problems(**changed: Any) -> str:
    """What a start with these settings says; '' when it starts."""
    try:
        Settings.model_validate(PRODUCTION | changed)
    except ValidationError as error:
        return describe_problems(error)
    return ""


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("supabase_url", v)
            for v in ("", "ftp://x", "http://", "https://x:port", "http://a..b", "abc.supabase.co")
        ),
        *(("supabase_anon_key", ""), ("supabase_service_role_key", "")),
        *(("whatsapp_api_version", v) for v in ("", "25", "latest", "v25.0/x")),
        *(("openai_base_url", "api.openai.com"), ("fcm_api_url", "x"), ("privacy_url", "javascript:x")),
        *(("fcm_credentials_json", v) for v in ("{", "[]", "/path/to/key.json")),
        *(("quiet_window_ms", ""), ("rate_limit_per_minute", 0), ("log_level", "loud")),
    ],
)
def test_a_wrong_value_is_named(name: str, value: Any) -> None:
    assert problems(**{name: value}).startswith(f"{name.upper()}: ")


def test_no_problem_quotes_a_value() -> None:
    said = problems(supabase_url="ftp://user:hunter2@x", fcm_credentials_json='{"private_key":"hunter2"')
    assert "SUPABASE_URL" in said
    assert "FCM_CREDENTIALS_JSON" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"supabase_service_role_key": token(ref="abcdefghijklmnopqrst")},
        {"fcm_credentials_json": '{"type":"service_account"}', "fcm_project_id": "shop"},
        {"ai_provider": "compatible", "openai_base_url": "http://127.0.0.1:11434/v1"},
    ],
    ids=["keys", "token", "push", "own model"],
)
def test_production_starts_with_real_things(changed: dict[str, str]) -> None:
    assert problems(**changed) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("whatsapp_app_secrets", v) for v in ("", " , ", "dev-app", "real,dev-app")),
        *(
            (name, v)
            for name in ("developer_key", "service_key", "whatsapp_verify_token")
            for v in ("", "dev-1")
        ),
        ("supabase_service_role_key", token(ref="relaydesk")),
        ("supabase_anon_key", token(iss="supabase-demo")),
        *(
            ("whatsapp_api_url", f"http://{host}:8900/graph")
            for host in ("127.0.0.1", "127.0.1.1", "0.0.0.0", "LOCALHOST", "x.localhost", "[::1]")
        ),
        ("openai_base_url", "http://127.0.0.1:8900/openai/v1"),
        ("fcm_api_url", "http://localhost:8900/fcm"),
        ("supabase_url", "http://127.0.0.1:54321"),
    ],
)
def test_production_refuses_by_name(name: str, value: str) -> None:
    said = problems(**{name: value})
    assert "ENVIRONMENT=production refuses to start" in said
    assert name.upper() in said
