"""Reading filters of `postgres_changes`, whatever is written there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devstack.gateway.realtime.changes.filters import BadFilter, Filter, parse


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ()),
        ("  ", ()),
        ("a=eq.1", (Filter("a", "eq", ("1",), False),)),
        ("a=eq.", (Filter("a", "eq", ("",), False),)),
        ("a=eq.x=y", (Filter("a", "eq", ("x=y",), False),)),
        ("a=not.in.(1, 2)", (Filter("a", "in", ("1", "2"), True),)),
        ('a=in.("x,y","q\\"z",)', (Filter("a", "in", ("x,y", 'q"z'), False),)),
        ("a=in.()", (Filter("a", "in", (), False),)),
        ('a=eq."x,y",b=is.null', (Filter("a", "eq", ("x,y",), False), Filter("b", "is", ("null",), False))),
        ("a=like.%(b)%,c=gt.1", (Filter("a", "like", ("%(b)%",), False), Filter("c", "gt", ("1",), False))),
    ],
)
def test_what_is_read(text: str, read: tuple[Filter, ...]) -> None:
    assert parse(text) == read


@pytest.mark.parametrize(
    "text",
    ["undefined", "=eq.1", "a=", "a=eq", "a=foo.1", "a=in.1,2", "a=in.(1", "a=is.maybe", ",", "a=eq.1,"],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        parse(text)


@given(st.text(alphabet='ab=.,()"\\ \n\x00inoteqsul1', max_size=40))
def test_nothing_else_comes_of_any_text(text: str) -> None:
    try:
        filters = parse(text)
    except BadFilter:
        return
    for one in filters:
        # Only what we wrote ourselves and placeholders become SQL; values are parameters.
        sql = one.sql("c", "$2", "t")
        assert set(sql) <= set("abcdefghijklmnopqrstuvwxyz$2:[]() =<>~*1,")
