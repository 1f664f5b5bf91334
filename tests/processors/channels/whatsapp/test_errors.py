"""Each of Meta's codes has one verdict, and it agrees with the table of codes."""

from __future__ import annotations

from typing import Any

import pytest

from processors.channels.whatsapp.errors import DAY, HOUR, classify
from tests.processors.channels.whatsapp.samples import load

CODES: list[dict[str, Any]] = load("wa_error_codes.json")


def first_code(row: dict[str, Any]) -> int:
    return int(str(row["code"]).partition("-")[0])


@pytest.mark.parametrize("row", CODES, ids=lambda row: str(row["code"]))
def test_every_code_of_the_table_has_its_verdict(row: dict[str, Any]) -> None:
    verdict = classify(first_code(row))
    assert verdict.remedy != "look_at_error"
    match row["retry"]:
        case "yes":
            assert verdict.retry
            assert 0 < verdict.delay_seconds < HOUR
        case "later":
            assert verdict.retry
            assert verdict.delay_seconds >= HOUR
        case "no":
            assert not verdict.retry
            assert verdict.delay_seconds == 0


@pytest.mark.parametrize(
    ("code", "scope"),
    [
        (190, "account"),
        (4, "account"),
        (131042, "account"),
        (131031, "account"),
        (130429, "number"),
        (131048, "number"),
        (131057, "number"),
        (131056, "pair"),
        (131047, "message"),
        (131026, "message"),
        (132001, "message"),
    ],
)
def test_the_pause_reaches_as_far_as_the_trouble(code: int, scope: str) -> None:
    assert classify(code).scope == scope


def test_the_pair_rate_backs_off_by_powers_of_four() -> None:
    delays = [classify(131056, attempt=n).delay_seconds for n in (1, 2, 3, 4, 5)]
    assert delays == [4, 16, 64, 256, 1024]
    assert not classify(131056, attempt=6).retry


@pytest.mark.parametrize("code", [1, 2, 4, 130429, 131000, 131016, 131056, 131049, 132015])
def test_tries_end_and_pauses_never_shrink_nor_pass_a_day(code: int) -> None:
    tries = classify(code).max_tries
    verdicts = [classify(code, attempt=n) for n in range(1, tries + 1)]
    assert [v.retry for v in verdicts] == [True] * (tries - 1) + [False]
    delays = [v.delay_seconds for v in verdicts[:-1]]
    assert delays == sorted(delays)
    assert all(0 < delay <= DAY for delay in delays)


def test_an_unknown_fault_is_tried_two_or_three_times() -> None:
    assert classify(131000).max_tries == classify(1).max_tries == 3


def test_the_engagement_limit_waits_a_day() -> None:
    assert classify(131049).delay_seconds >= DAY


def test_flags_of_single_codes() -> None:
    flagged = {first_code(row) for row in CODES if classify(first_code(row)).opt_out}
    assert flagged == {131050}
    closed = {first_code(row) for row in CODES if classify(first_code(row)).window_closed}
    assert closed == {131047}


@pytest.mark.parametrize("code", [200, 210, 299])
def test_a_range_of_codes_means_missing_permissions(code: int) -> None:
    assert classify(code).remedy == "grant_permission"


def test_the_subcode_tells_an_unknown_number_from_a_bad_parameter() -> None:
    assert classify(100).remedy == "fix_request"
    assert classify(100, subcode=33).remedy == classify(33).remedy == "register_number"


def test_a_code_that_is_not_listed_is_tried_again_only_where_the_fault_is_transient() -> None:
    assert not classify(999_999).retry
    assert not classify(None).retry
    assert classify(999_999, transient=True).retry
    assert not classify(999_999, transient=True, attempt=3).retry


def test_a_listed_code_is_not_swayed_by_the_transient_flag() -> None:
    assert not classify(131047, transient=True).retry


def test_metas_details_are_appended() -> None:
    assert classify(131009, "title too long").explanation.endswith("(title too long)")


@pytest.mark.parametrize("attempt", [-5, 0, 10**9])
def test_absurd_attempts_break_nothing(attempt: int) -> None:
    assert 0 <= classify(131056, attempt=attempt).delay_seconds <= DAY
