"""The desk's settings: the public key only, one port, the hosts it answers to."""

from __future__ import annotations

import pytest

from dashboard.settings import DeskSettings, load_settings
from devstack.credentials import api_key
from processors.errors import ConfigurationError

ANON = api_key("anon", "x" * 32)


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with nothing but what a desk needs."""
    for name in DeskSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(DeskSettings.model_config, "env_file", None)
    monkeypatch.setenv("SUPABASE_URL", "http://127.0.0.1:54321/")
    monkeypatch.setenv("SUPABASE_ANON_KEY", ANON)
    return monkeypatch


@pytest.mark.parametrize("key", [api_key("service_role", "x" * 32), "sb_secret_abcdef"])
def test_a_service_key_is_refused_and_not_repeated(environ: pytest.MonkeyPatch, key: str) -> None:
    environ.setenv("SUPABASE_ANON_KEY", key)
    with pytest.raises(ConfigurationError, match=r"SUPABASE_ANON_KEY: .*is a service key") as caught:
        load_settings()
    assert key not in str(caught.value)


def test_a_missing_key_is_named(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("SUPABASE_ANON_KEY", "")
    with pytest.raises(ConfigurationError, match="SUPABASE_ANON_KEY"):
        load_settings()


def test_the_port_follows_the_offset_unless_it_is_given(environ: pytest.MonkeyPatch) -> None:
    assert load_settings().port == 8501
    environ.setenv("DESK_PORT", "")
    environ.setenv("RELAYDESK_PORT_OFFSET", "120")
    assert load_settings().port == 8621
    environ.setenv("DESK_PORT", "9000")
    assert load_settings().port == 9000


def test_two_desks_on_one_host_do_not_share_a_cookie(environ: pytest.MonkeyPatch) -> None:
    first = load_settings().cookie_name
    environ.setenv("DESK_PORT", "9000")
    assert load_settings().cookie_name != first


def test_the_public_address_is_a_host_of_the_desk(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("DESK_URL", "https://Desk.Example")
    settings = load_settings()
    assert {"desk.example", "127.0.0.1:8501", "localhost:8501"} <= settings.hosts
    assert settings.is_https
