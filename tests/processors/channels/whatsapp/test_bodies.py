"""Replies as Meta takes them: the right shape, and nothing over its limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.channels.whatsapp.bodies import build_body, split_reply
from processors.channels.whatsapp.limits import length
from processors.errors import ChannelError
from processors.model import Button, Reply, Row
from tests.processors.channels.whatsapp.samples import load

PHONE = "16505551234"


def body_of(reply: Reply | dict[str, Any], **changes: Any) -> dict[str, Any]:
    to: dict[str, Any] = {"phone": PHONE, "bsuid": None, "callback_data": None} | changes
    return build_body(reply.to_json() if isinstance(reply, Reply) else reply, **to)


def action_of(reply: Reply) -> dict[str, Any]:
    action: dict[str, Any] = body_of(reply)["interactive"]["action"]
    return action


def test_a_text_is_what_meta_documents() -> None:
    assert body_of(Reply(text="As requested: https://www.meta.com/quest/quest-3/")) == load("out_text.json")
    assert "preview_url" not in body_of(Reply(text="hello"))["text"]


def test_a_person_without_a_phone_is_addressed_by_user_id() -> None:
    bsuid = "US.13491208655302741918"
    assert body_of(Reply(text="hello"), phone=None, bsuid=bsuid) == load("out_text_to_bsuid.json")
    both = body_of(Reply(text="hello"), bsuid=bsuid)
    assert both["to"] == "+16505551234"
    assert "recipient" not in both


def test_a_quote_and_our_row_travel_along() -> None:
    expected = load("out_text_reply_with_callback.json")
    assert expected == body_of(
        Reply(text="quoting you"),
        callback_data="order:8812;attempt:1",
        context_id=expected["context"]["message_id"],
    )


def test_buttons() -> None:
    buttons = tuple(Button(id=i, title=i.title()) for i in ("confirm", "change", "cancel"))
    body = body_of(Reply(text="Confirm?", kind="buttons", buttons=buttons))
    expected = load("out_interactive_buttons.json")
    assert body["type"] == "interactive"
    assert body["interactive"]["type"] == "button"
    assert body["interactive"]["body"] == expected["interactive"]["body"]
    assert body["interactive"]["action"] == expected["interactive"]["action"]


def test_a_list() -> None:
    rows = (Row(id="a", title="Express", description="Next day"), Row(id="b", title="Ground"))
    body = body_of(Reply(text="Pick one", kind="list", rows=rows, list_button="Options"))
    assert body["interactive"] == {
        "type": "list",
        "body": {"text": "Pick one"},
        "action": {
            "button": "Options",
            "sections": [
                {
                    "rows": [
                        {"id": "a", "title": "Express", "description": "Next day"},
                        {"id": "b", "title": "Ground"},
                    ]
                }
            ],
        },
    }


def test_an_image() -> None:
    reply = Reply(text="max 1024", kind="image", link="https://example.com/a.jpg")
    assert body_of(reply) == load("out_image_link.json")
    assert "caption" not in body_of(Reply(text="", kind="image", link="https://example.com/a.jpg"))["image"]


def test_a_template_with_parameters_by_position() -> None:
    template = {"name": "order_confirmation", "language": "en_US", "params": ["Sheena", 8812]}
    assert body_of(Reply(text="", kind="template", template=template)) == load("out_template_text.json")


def test_a_template_with_named_parameters_and_buttons() -> None:
    template = {
        "name": "sale_oct",
        "language": "en_US",
        "params": [{"name": "first_name", "text": "Sheena"}],
        "button_payloads": ["STOP_PROMO"],
    }
    components = body_of(Reply(text="", kind="template", template=template))["template"]["components"]
    documented = load("out_template_named_media_buttons.json")["template"]["components"]
    assert components == documented[1:3]


def test_a_template_parameter_is_one_line_and_never_empty() -> None:
    template = {"name": "t", "language": "it", "params": ["a\n\tb     c", "", None]}
    body = body_of(Reply(text="", kind="template", template=template))
    texts = [p["text"] for p in body["template"]["components"][0]["parameters"]]
    assert texts == ["a b c", "-", "-"]


def test_a_template_without_parameters_has_no_components() -> None:
    body = body_of(Reply(text="", kind="template", template={"name": "hello", "language": "it"}))
    assert body["template"] == {"name": "hello", "language": {"code": "it"}}


def test_what_is_too_long_is_cut_with_an_ellipsis() -> None:
    assert len(body_of(Reply(text="x" * 5000))["text"]["body"]) == 4096
    button = Button(id="i" * 300, title="Conferma l'ordine adesso")
    body = body_of(Reply(text="y" * 2000, kind="buttons", buttons=(button,)))["interactive"]
    assert len(body["body"]["text"]) == 1024
    reply = body["action"]["buttons"][0]["reply"]
    assert reply["title"] == "Conferma l'ordine a…"
    assert len(reply["id"]) == 256


def test_rows_are_cut_to_their_lengths_and_to_ten() -> None:
    rows = tuple(Row(id=f"{n}" * 250, title="t" * 30, description="d" * 80) for n in range(10, 25))
    action = action_of(Reply(text="x", kind="list", rows=rows, list_button="b" * 30))
    (section,) = action["sections"]
    assert len(action["button"]) == 20
    assert len(section["rows"]) == 10
    assert {len(r["id"]) for r in section["rows"]} == {200}
    assert {len(r["title"]) for r in section["rows"]} == {24}
    assert {len(r["description"]) for r in section["rows"]} == {72}


def test_doubled_titles_get_numbers_and_doubled_ids_go() -> None:
    names = [("a", "Cuccia per cane grande rossa"), ("b", "Cuccia per cane grande blu"), ("a", "again")]
    rows = tuple(Row(id=i, title=t) for i, t in names)
    (section,) = action_of(Reply(text="x", kind="list", rows=rows, list_button="Menu"))["sections"]
    assert [(r["id"], r["title"]) for r in section["rows"]] == [
        ("a", "Cuccia per cane grande…"),
        ("b", "Cuccia per cane grand… 2"),
    ]


def test_a_fourth_button_turns_them_into_a_list() -> None:
    buttons = tuple(Button(id=str(n), title=f"Choice {n}") for n in range(4))
    interactive = body_of(Reply(text="x", kind="buttons", buttons=buttons))["interactive"]
    assert interactive["type"] == "list"
    assert len(interactive["action"]["sections"][0]["rows"]) == 4


def test_choices_without_a_title_or_a_body_are_still_sendable() -> None:
    body = body_of({"kind": "buttons", "text": "", "buttons": [{"id": "yes", "title": " \n "}]})
    assert body["interactive"]["body"] == {"text": "…"}
    assert body["interactive"]["action"]["buttons"][0]["reply"] == {"id": "yes", "title": "yes"}
    assert body_of({"kind": "list", "text": "no rows", "rows": []})["type"] == "text"


@pytest.mark.parametrize(
    "reply",
    [
        {"kind": "text", "text": ""},
        {"kind": "text", "text": " \n"},
        {"kind": "buttons", "text": "", "buttons": []},
        {"kind": "image", "text": "caption"},
        {"kind": "template", "text": ""},
        {"kind": "template", "text": "", "template": {"name": "x"}},
        {"kind": "hologram", "text": "x"},
    ],
)
def test_a_reply_that_says_nothing_is_refused_before_it_is_sent(reply: dict[str, Any]) -> None:
    with pytest.raises(ChannelError):
        body_of(reply)


def test_a_reply_to_nobody_is_refused() -> None:
    with pytest.raises(ChannelError):
        body_of(Reply(text="hello"), phone=None)


def test_a_short_reply_stays_one_bubble() -> None:
    for reply in (
        Reply(text="hello"),
        Reply(text="x" * 1024, kind="buttons", buttons=(Button(id="a", title="A"),)),
        Reply(text="", kind="template", template={"name": "t", "language": "it"}),
    ):
        assert split_reply(reply.to_json()) == [reply.to_json()]


def test_a_long_text_becomes_several() -> None:
    parts = split_reply(Reply(text="parola " * 1000).to_json())
    assert len(parts) == 2
    assert all(part["kind"] == "text" and len(part["text"]) <= 4096 for part in parts)


def test_a_long_question_keeps_its_buttons() -> None:
    text = "riga dell'ordine\n" * 100 + "\nConferma?"
    reply = Reply(text=text, kind="buttons", buttons=(Button(id="yes", title="Sì"),))
    first, last = split_reply(reply.to_json())
    assert first["kind"] == "text"
    assert (last["kind"], last["text"]) == ("buttons", "Conferma?")
    assert last["buttons"] == [{"id": "yes", "title": "Sì"}]


def test_a_long_caption_goes_before_its_image() -> None:
    first, last = split_reply(Reply(text="x" * 1500, kind="image", link="https://e.example/a.jpg").to_json())
    assert (first["kind"], first["text"]) == ("text", "x" * 1500)
    assert (last["kind"], last["text"], last["link"]) == ("image", "", "https://e.example/a.jpg")


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
choices = st.lists(st.fixed_dictionaries({"id": words, "title": words, "description": words}), max_size=15)


@given(
    st.sampled_from(["text", "buttons", "list"]),
    st.integers(0, 3000),
    st.sampled_from(["x", "parola. ", "😀", "è\n\n"]),
    choices,
)
def test_no_reply_ever_breaks_metas_limits(
    kind: str, size: int, unit: str, items: list[dict[str, str]]
) -> None:
    reply = {"kind": kind, "text": "Ciao " + unit * size, "buttons": items, "rows": items, "list_button": ""}
    parts = split_reply(reply)
    assert "".join("".join(p["text"] for p in parts).split()) == "".join(reply_text(reply).split())
    for part in parts:
        check(body_of(part))


def reply_text(reply: dict[str, Any]) -> str:
    return str(reply["text"])


def check(body: dict[str, Any]) -> None:
    if body["type"] == "text":
        assert 1 <= length(body["text"]["body"]) <= 4096
        return
    interactive = body["interactive"]
    assert 1 <= length(interactive["body"]["text"]) <= 1024
    if interactive["type"] == "button":
        choices = [b["reply"] for b in interactive["action"]["buttons"]]
        most, title_limit, id_limit = 3, 20, 256
    else:
        choices = interactive["action"]["sections"][0]["rows"]
        most, title_limit, id_limit = 10, 24, 200
        assert 1 <= length(interactive["action"]["button"]) <= 20
    assert 1 <= len(choices) <= most
    assert len({c["id"] for c in choices}) == len({c["title"] for c in choices}) == len(choices)
    assert all(1 <= length(c["title"]) <= title_limit for c in choices)
    assert all(1 <= len(c["id"]) <= id_limit for c in choices)
    assert all(length(c.get("description", "")) <= 72 for c in choices)


def test_buttons_may_stand_below_a_picture() -> None:
    reply = {
        "kind": "buttons",
        "text": "Guanto leva pelo: 8,90 €",
        "link": "https://shop.example/t06.jpg",
        "buttons": [{"id": "add:1", "title": "Aggiungi"}],
    }
    body = build_body(reply, phone="393470000001", bsuid=None, callback_data=None)
    header = {"type": "image", "image": {"link": "https://shop.example/t06.jpg"}}
    assert body["interactive"]["header"] == header
    assert body["interactive"]["type"] == "button"
