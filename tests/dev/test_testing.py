"""What `./dev test` makes of its arguments."""

from __future__ import annotations

import pytest

from devstack.testing import with_database_tests_only


@pytest.mark.parametrize("given", [["--postgres", "postgresql://x"], ["--postgres=postgresql://x", "-q"]])
def test_another_server_gets_the_tests_of_the_database(given: list[str]) -> None:
    assert with_database_tests_only(given) == ["-m", "database", *given]


@pytest.mark.parametrize(
    "given", [[], ["tests/api", "-q"], ["--postgres", "postgresql://x", "-m", "database or stack"]]
)
def test_other_arguments_stay_as_they_are(given: list[str]) -> None:
    assert with_database_tests_only(given) == given
