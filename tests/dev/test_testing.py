"""What `./dev test` makes of its arguments."""

from __future__ import annotations

import pytest

from devstack.testing import in_parallel, with_database_tests_only


@pytest.mark.parametrize("given", [["--postgres", "postgresql://x"], ["--postgres=postgresql://x", "-q"]])
def test_another_server_gets_the_tests_of_the_database(given: list[str]) -> None:
    assert with_database_tests_only(given) == ["-m", "database", *given]


@pytest.mark.parametrize(
    "given", [[], ["tests/api", "-q"], ["--postgres", "postgresql://x", "-m", "database or stack"]]
)
def test_other_arguments_stay_as_they_are(given: list[str]) -> None:
    assert with_database_tests_only(given) == given


def test_a_run_of_everything_uses_several_processes() -> None:
    assert in_parallel([])[0] == "-n"


@pytest.mark.parametrize("given", [["tests/api"], ["-x"], ["-k", "turn"]])
def test_a_chosen_run_stays_in_one_process(given: list[str]) -> None:
    assert in_parallel(given) == given
