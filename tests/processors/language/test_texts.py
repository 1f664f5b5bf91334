"""The catalogue is complete in every language."""

from __future__ import annotations

import pytest

from processors.language.texts import DEFAULT_LANGUAGE, LANGUAGES, catalogue, placeholders, say


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_with_the_same_placeholders(language: str) -> None:
    wanted = {key: placeholders(text) for key, text in catalogue(DEFAULT_LANGUAGE).items()}
    assert {key: placeholders(text) for key, text in catalogue(language).items()} == wanted


def test_the_fallback_texts_are_the_agreed_ones() -> None:
    assert say("it", "fallback.processing") == "Mi scusi, non ho potuto elaborare. Riprova tra poco."
    assert say("it", "fallback.connection") == "Errore di connessione. Il supporto verrà contattato."


def test_an_unknown_language_is_answered_in_italian() -> None:
    assert say("fr", "opt.out") == say("it", "opt.out")
    assert say(None, "opt.out") == say("it", "opt.out")


def test_placeholders_without_a_value_stay_for_the_database() -> None:
    assert "{privacy_url}" in say("it", "privacy")
    assert "https://x.example" in say("it", "privacy", privacy_url="https://x.example")


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("it", "no.such.text")
