"""What `./dev test` makes of its arguments."""

from __future__ import annotations

import pytest

from devstack.testing import (
    CONTRACT_VARIABLE,
    contract_target,
    in_parallel,
    may_need_browser,
    paths,
    with_database_tests_only,
)
from tests.fixtures.parallel import FRESH, LONG, ROOT, STACK, group, in_order


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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], True),
        (["-q", "-x"], True),
        (["-k", "inbox"], True),
        (["tests/desk"], True),
        (["tests/api", "-q"], False),
        (["-m", "database", "tests/api"], False),
        (["--postgres", "postgresql://x", "-m", "database"], False),
        (["--postgres=postgresql://x"], False),
    ],
)
def test_a_browser_is_looked_for_where_it_may_be_used(given: list[str], expected: bool) -> None:
    assert may_need_browser(given) is expected


def test_values_of_options_are_no_paths() -> None:
    assert paths(["--postgres", "a", "tests/x", "-k", "b", "-q", "tests/y::c", "-m"]) == [
        "tests/x",
        "tests/y::c",
    ]


def test_another_project_is_asked_only_when_the_contract_was_chosen() -> None:
    keys = {"SUPABASE_ANON_KEY": "a", "SUPABASE_SERVICE_ROLE_KEY": "s"}
    environ = {"SUPABASE_URL": "https://x.supabase.co", **keys}
    assert contract_target(["tests/contract"], environ) == {CONTRACT_VARIABLE: "https://x.supabase.co"}
    for arguments in ([], ["tests/api"], ["-k", "contract"]):
        assert contract_target(arguments, environ) == {CONTRACT_VARIABLE: ""}
    assert contract_target(["tests/contract"], {}) == {CONTRACT_VARIABLE: ""}
    with pytest.raises(SystemExit, match="SUPABASE_ANON_KEY"):
        contract_target(["tests/contract"], {"SUPABASE_URL": "https://x.supabase.co"})


def test_what_takes_longest_begins_first_and_the_stack_s_tests_stay_together() -> None:
    assert [path for path in LONG if not (ROOT / path).is_file()] == []
    pages = ["tests/desk/test_team.py::a", "tests/chaos/test_worker_kill.py::b"]
    assert {group(page) for page in pages} == {STACK}
    nodeids = ["tests/x.py::a", "tests/y.py::a", f"{LONG[1]}::a", pages[0], f"{LONG[0]}::a", "tests/y.py::b"]
    needs_database = [True, False, False, False, False, True]
    assert in_order([*nodeids, pages[1]], [*needs_database, False]) == [3, 6, 4, 2, 1, 5, 0]
    assert in_order([pages[0], f"{FRESH}::a"], [False, False]) == [1, 0]
