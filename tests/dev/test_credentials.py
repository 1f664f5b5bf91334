"""The keys of a stack: made once, private, refused by production."""

from __future__ import annotations

import stat
from dataclasses import asdict
from pathlib import Path

import jwt

from devstack import credentials
from processors.settings import DEVELOPMENT_KEY_PREFIX


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    first = credentials.load_or_make(file)
    assert credentials.load_or_make(file) == first
    assert credentials.load(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_stacks_have_no_key_in_common() -> None:
    first, second = credentials.Credentials.generate(), credentials.Credentials.generate()
    assert not set(asdict(first).values()) & set(asdict(second).values())


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text('{"jwt_secret": "half', encoding="utf-8")
    made = credentials.load_or_make(file)
    assert credentials.load(file) == made


def test_api_keys_are_tokens_of_their_role() -> None:
    keys = credentials.Credentials.generate()
    for key, role in ((keys.anon_key, "anon"), (keys.service_role_key, "service_role")):
        assert jwt.decode(key, keys.jwt_secret, algorithms=["HS256"])["role"] == role


def test_production_would_refuse_every_key_of_our_routes_and_of_whatsapp() -> None:
    keys = credentials.Credentials.generate()
    for key in (keys.app_secret, keys.verify_token, keys.access_token, keys.developer_key, keys.service_key):
        assert key.startswith(DEVELOPMENT_KEY_PREFIX)
