"""Only what the app's secret signed gets in."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from processors.channels.whatsapp.signature import challenge, sign, verify
from tests.processors.channels.whatsapp.samples import load, read

SECRET = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6"
BODY = b'{"object":"whatsapp_business_account"}'


def test_the_published_vector_verifies_over_the_raw_escaped_bytes() -> None:
    vector = load("vec_wa_signature.json")
    body, header = read(vector["body_file"]), vector["x_hub_signature_256"]
    assert verify(body, header, [vector["app_secret"]])
    assert sign(body, vector["app_secret"]) == header


def test_a_signature_of_the_same_json_written_anew_is_refused() -> None:
    vector = load("vec_wa_signature.json")
    header = vector["wrong_if_reserialised_as_utf8"]
    assert not verify(read(vector["body_file"]), header, [vector["app_secret"]])


def test_any_of_several_secrets_will_do() -> None:
    header = sign(BODY, SECRET)
    assert verify(BODY, header, ["other", SECRET])
    assert verify(BODY, header, [SECRET, "other"])
    assert not verify(BODY, header, ["other", "another"])


def test_the_header_may_be_bytes() -> None:
    assert verify(BODY, sign(BODY, SECRET).encode(), [SECRET])


@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_without_a_secret_nothing_verifies(secrets: list[str]) -> None:
    assert not verify(BODY, sign(BODY, ""), secrets)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha256=00",
        "sha1=" + "0" * 40,
        "sha256=é" + "0" * 63,
        b"\xff\xfe",
        "sha256=\ud800",
        sign(BODY, SECRET)[len("sha256=") :],
        sign(BODY, SECRET) + "0",
        sign(BODY + b" ", SECRET),
    ],
)
def test_a_missing_odd_or_wrong_header_is_refused(header: str | bytes | None) -> None:
    assert not verify(BODY, header, [SECRET])


def test_the_handshake_returns_the_challenge_alone() -> None:
    example = load("vec_wa_signature.json")["verify_get"]
    params = dict(parse_qsl(example["query"]))
    assert challenge(params, example["verify_token"]) == example["expect_body"]


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "tökén"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
        {"hub.challenge": ""},
    ],
)
def test_the_handshake_refuses_anything_else(changes: dict[str, str]) -> None:
    sound = {"hub.mode": "subscribe", "hub.verify_token": "token", "hub.challenge": "123"}
    assert challenge(sound, "token") == "123"
    assert challenge(sound | changes, "token") is None


def test_an_empty_verify_token_opens_nothing() -> None:
    assert challenge({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}, "") is None
    assert challenge({}, "") is None
