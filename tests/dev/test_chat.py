"""The terminal chat shows what a phone would show, and taps what a phone would tap."""

from __future__ import annotations

from typing import Any

from devstack.chat_view import render


def _lines(body: dict[str, Any]) -> list[str]:
    return render(body, wamid="wamid.1")[0]


def _interactive(kind: str, action: dict[str, Any], **parts: Any) -> dict[str, Any]:
    content = {"type": kind, "body": {"text": "Confermi?"}, "action": action, **parts}
    return {"type": "interactive", "interactive": content}


def test_a_text_is_shown_line_by_line() -> None:
    assert _lines({"type": "text", "text": {"body": "Ciao!\nCome va?"}}) == ["Ciao!", "Come va?"]


def test_buttons_are_numbered_and_tapped_as_a_phone_does() -> None:
    buttons = [
        {"type": "reply", "reply": {"id": "cart:yes", "title": "Confermo"}},
        {"type": "reply", "reply": {"id": "cart:no", "title": "Annulla"}},
    ]
    body = _interactive("button", {"buttons": buttons}, footer={"text": "Dloop"})
    lines, choices = render(body, wamid="wamid.1")
    assert lines == ["Confermi?", "Dloop", "[1] Confermo", "[2] Annulla"]
    assert choices[1].as_message() == {
        "type": "interactive",
        "context": {"id": "wamid.1"},
        "interactive": {"type": "button_reply", "button_reply": {"id": "cart:no", "title": "Annulla"}},
    }


def test_list_rows_are_numbered_across_sections() -> None:
    sections = [
        {"title": "Cani", "rows": [{"id": "p1", "title": "Shampoo", "description": "9,90 €"}]},
        {"title": "Gatti", "rows": [{"id": "p2", "title": "Cuccia"}]},
    ]
    lines, choices = render(_interactive("list", {"button": "Vedi", "sections": sections}), wamid="wamid.1")
    assert lines == ["Confermi?", "— Vedi —", "Cani", "[1] Shampoo — 9,90 €", "Gatti", "[2] Cuccia"]
    assert choices[1].as_message()["interactive"] == {
        "type": "list_reply",
        "list_reply": {"id": "p2", "title": "Cuccia"},
    }


def test_a_template_shows_its_values_and_buttons() -> None:
    components = [
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "Anna"}, {"type": "text", "text": "12,00 €"}],
        },
        {"type": "button", "parameters": [{"type": "payload", "payload": "offer:accept:7"}]},
    ]
    template = {"name": "new_order", "language": {"code": "it"}, "components": components}
    lines, choices = render({"type": "template", "template": template}, wamid="wamid.1")
    assert lines == ["[template new_order · it]", "Anna", "12,00 €", "[1] offer:accept:7"]
    assert choices[0].as_message()["button"]["payload"] == "offer:accept:7"


def test_media_and_unknown_types_are_shown_plainly() -> None:
    image = {"type": "image", "image": {"link": "https://x/1.jpg", "caption": "La cuccia"}}
    assert _lines(image) == ["[image] https://x/1.jpg", "La cuccia"]
    assert _lines({"type": "hologram"}) == ["[hologram] "]
    assert _lines(_interactive("cta_url", {"parameters": {"url": "https://x", "display_text": "Paga"}})) == [
        *("Confermi?", "↗ Paga https://x")
    ]
