"""Meta's documented limits of a body: the longest allowed passes, one more is refused with Meta's error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.devstack.simulators.graph_client import GraphClient, sample, text


def changed(name: str, path: str, value: Any) -> dict[str, Any]:
    """A sample with one field replaced, or removed when the value is `...`."""
    body = sample(name)
    *parents, last = path.split("/")
    here: Any = body
    for part in parents:
        here = here[int(part)] if isinstance(here, list) else here[part]
    if value is ...:
        del here[last]
    elif isinstance(here, list):
        here[int(last)] = value
    else:
        here[last] = value
    return body


def button(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": f"id{number}", "title": f"Button {number}", **more}}


def buttons(*given: dict[str, Any]) -> dict[str, Any]:
    return changed("out_interactive_buttons", "interactive/action/buttons", list(given))


def rows(count: int, start: int = 0, **more: Any) -> list[dict[str, Any]]:
    return [{"id": f"r{n}", "title": f"Row {n}", **more} for n in range(start, start + count)]


def sections(*given: dict[str, Any]) -> dict[str, Any]:
    return changed("out_interactive_list", "interactive/action/sections", list(given))


def section(count: int = 1, start: int = 0, **more: Any) -> dict[str, Any]:
    return {"title": f"From {start}", "rows": rows(count, start), **more}


def products(*counts: int) -> dict[str, Any]:
    given = [
        {"title": f"Section {n}", "product_items": [{"product_retailer_id": f"p{k}"} for k in range(count)]}
        for n, count in enumerate(counts)
    ]
    return changed("out_interactive_product_list", "interactive/action/sections", given)


def carousel(cards: int) -> dict[str, Any]:
    interactive = {"type": "carousel", "body": {"text": "Look"}, "action": {"cards": [{}] * cards}}
    return changed("out_interactive_buttons", "interactive", interactive)


BUTTONS, LIST = "out_interactive_buttons", "out_interactive_list"
CTA, FLOW = "out_interactive_cta_url", "out_interactive_flow"

LONGEST = [
    text("è" * 4096),
    text(biz_opaque_callback_data="x" * 512),
    changed(BUTTONS, "interactive/header/text", "x" * 60),
    changed(BUTTONS, "interactive/body/text", "x" * 1024),
    changed(BUTTONS, "interactive/footer/text", "x" * 60),
    buttons(button(title="x" * 20), button(2, id="y" * 256), button(3)),
    buttons(button()),
    changed(LIST, "interactive/body/text", "x" * 4096),
    changed(LIST, "interactive/action/button", "x" * 20),
    sections(section(10)),
    sections(*(section(1, n) for n in range(10))),
    sections({"rows": rows(1)}),
    sections(section(title="x" * 24)),
    sections({"rows": [{"id": "i" * 200, "title": "t" * 24, "description": "d" * 72}]}),
    changed(CTA, "interactive/action/parameters/display_text", "x" * 20),
    products(15, 15),
    carousel(10),
    changed("out_image_id", "image/caption", "x" * 1024),
    changed("out_contacts", "contacts", sample("out_contacts")["contacts"] * 257),
    changed("out_reaction", "reaction/emoji", ""),
    changed("out_template_text", "template/name", "x" * 512),
    changed("out_template_text", "template/components/0/parameters/0/text", "x" * 1024),
]


@pytest.mark.parametrize("body", LONGEST, ids=range(len(LONGEST)))
async def test_the_most_that_is_allowed_is_accepted(graph: GraphClient, body: dict[str, Any]) -> None:
    await graph.accepted(body)


TOO_MUCH: list[tuple[int, dict[str, Any]]] = [
    # The body as a whole.
    (100, changed("out_text", "messaging_product", ...)),
    (100, changed("out_text", "recipient_type", "group")),
    (100, changed("out_text", "to", ...)),
    (100, changed("out_text", "to", 393331112223)),
    (100, changed("out_text", "type", "telegram")),
    (100, changed("out_text", "type", ["text"])),
    (100, text(image={"id": "1"})),
    (100, text(biz_opaque_callback_data="x" * 513)),
    (131008, changed("out_text", "text", ...)),
    (131008, text(context={})),
    (131009, text(to="+39333")),
    (131009, text(to="+3933311122233344")),
    (131009, text(to="+39333abc4567")),
    (131009, changed("out_text_to_bsuid", "recipient", "393331112223")),
    (131021, text(to="+15550783881")),
    # Text.
    (100, text("è" * 4097)),
    (131009, text("")),
    (131008, text(" \n ")),
    (131008, changed("out_text", "text", {})),
    (131009, changed("out_text", "text", "Ciao")),
    # Buttons.
    (131009, changed(BUTTONS, "interactive/header/text", "x" * 61)),
    (131009, changed(BUTTONS, "interactive/header/type", "sticker")),
    (131009, changed(BUTTONS, "interactive/body/text", "x" * 1025)),
    (131008, changed(BUTTONS, "interactive/body", ...)),
    (131009, changed(BUTTONS, "interactive/footer/text", "x" * 61)),
    (131008, changed(BUTTONS, "interactive/action", ...)),
    (131009, changed(BUTTONS, "interactive/type", "poll")),
    (131009, buttons()),
    (131009, buttons(*(button(n) for n in range(4)))),
    (131009, buttons(button(title="x" * 21))),
    (131009, buttons(button(title=""))),
    (131009, buttons(button(id="x" * 257))),
    (131009, buttons(button(1), button(2, title="Button 1"))),
    (131009, buttons(button(1), button(2, id="id1"))),
    (131009, buttons(button() | {"type": "url"})),
    # Lists.
    (131009, changed(LIST, "interactive/body/text", "x" * 4097)),
    (131009, changed(LIST, "interactive/header", {"type": "image", "image": {"id": "1"}})),
    (131009, changed(LIST, "interactive/action/button", "x" * 21)),
    (131009, sections()),
    (131009, sections(section(0))),
    (131009, sections(section(11))),
    (131009, sections(section(6), section(5, 6))),
    (131009, sections(*(section(1, n) for n in range(11)))),
    (131008, sections(section(), {"rows": rows(1, 1)})),
    (131009, sections(section(title="x" * 25))),
    (131009, sections({"rows": [{"id": "i" * 201, "title": "t"}]})),
    (131009, sections({"rows": [{"id": "i", "title": "t" * 25}]})),
    (131009, sections({"rows": [{"id": "i", "title": "t", "description": "d" * 73}]})),
    (131009, sections({"rows": rows(1) * 2})),
    # Other interactive messages.
    (131009, changed(CTA, "interactive/action/parameters/display_text", "x" * 21)),
    (131009, changed(CTA, "interactive/action/parameters/url", "example.com")),
    (131009, changed(FLOW, "interactive/action/parameters/flow_message_version", "2")),
    (131009, changed(FLOW, "interactive/action/parameters/flow_action", "close")),
    (131009, changed("out_interactive_location_request", "interactive/action/name", "send")),
    (131008, changed("out_interactive_product", "interactive/action/catalog_id", ...)),
    (131008, changed("out_interactive_product_list", "interactive/header", ...)),
    (131009, products(16, 15)),
    (131009, products(*[1] * 11)),
    (131009, carousel(1)),
    (131009, carousel(11)),
    # Media, places, contacts, reactions.
    (131009, changed("out_image_id", "image/caption", "x" * 1025)),
    (131009, changed("out_image_id", "image/link", "https://example.com/a.jpg")),
    (131009, changed("out_image_id", "image", {})),
    (131009, changed("out_image_link", "image/link", "file:///a.jpg")),
    (131009, changed("out_audio_voice", "audio/caption", "no")),
    (131009, changed("out_audio_voice", "audio/voice", "yes")),
    (131009, changed("out_image_id", "image/filename", "a.jpg")),
    (131009, changed("out_location", "location/latitude", "91")),
    (131008, changed("out_location", "location/longitude", ...)),
    (131009, changed("out_contacts", "contacts", [])),
    (131009, changed("out_contacts", "contacts", sample("out_contacts")["contacts"] * 258)),
    (131008, changed("out_contacts", "contacts/0/name", {"formatted_name": "Barbara"})),
    (131008, changed("out_reaction", "reaction/emoji", ...)),
    # Templates.
    (132001, changed("out_template_text", "template/name", "Order_Confirmation")),
    (132001, changed("out_template_text", "template/name", "x" * 513)),
    (132001, changed("out_template_text", "template/name", "an_unknown_one")),
    (131008, changed("out_template_text", "template/language", ...)),
    (131009, changed("out_template_text", "template/components/0/type", "sidebar")),
    (132018, changed("out_template_text", "template/components/0/parameters/0/text", "a\nb")),
    (132018, changed("out_template_text", "template/components/0/parameters/0/text", "a     b")),
    (132005, changed("out_template_text", "template/components/0/parameters/0/text", "x" * 1025)),
    # Read marks.
    (100, changed("out_mark_read", "status", "delivered")),
    (131008, changed("out_mark_read", "message_id", ...)),
    (131009, changed("out_mark_read_typing", "typing_indicator/type", "voice")),
]


@pytest.mark.parametrize(("code", "body"), TOO_MUCH, ids=range(len(TOO_MUCH)))
async def test_one_more_is_refused_as_meta_does(graph: GraphClient, code: int, body: dict[str, Any]) -> None:
    error = await graph.refusal(body)
    assert error["code"] == code
    assert error["message"].startswith(f"(#{code}) ")
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["error_data"]["details"]
    assert error["fbtrace_id"]
    (entry,) = await graph.log()
    assert (entry["status"], entry["wamid"]) == (error["http"], None)


async def test_error_bodies_equal_the_documented_ones(graph: GraphClient) -> None:
    title = await graph.refusal(buttons(button(title="x" * 21)))
    assert _without_trace(title) == _without_trace(sample("err_131009_bad_value")["error"])
    length = await graph.refusal(text("x" * 4097))
    assert _without_trace(length) == _without_trace(sample("err_100_invalid_parameter")["error"])


async def test_body_that_is_no_object_is_refused(graph: GraphClient) -> None:
    assert (await graph.refusal(["text"]))["code"] == 100
    assert (await graph.refusal({"messaging_product": "whatsapp"}))["code"] == 100


async def test_registered_template_has_its_parameters_and_language_checked(graph: GraphClient) -> None:
    await graph.control(templates={"order_confirmation": {"language": "en_US", "params": 2}})
    await graph.accepted(sample("out_template_text"))
    one = changed("out_template_text", "template/components/0/parameters", [{"type": "text", "text": "x"}])
    expected = sample("err_132000_param_count")["error"]
    assert _without_trace(await graph.refusal(one)) == _without_trace(expected)
    british = changed("out_template_text", "template/language/code", "en_GB")
    error = await graph.refusal(british)
    assert error["http"] == 404
    assert _without_trace(error) == _without_trace(sample("err_132001_no_template")["error"])


async def test_authentication_template_needs_a_phone(graph: GraphClient) -> None:
    await graph.control(templates={"code": {"language": "it", "params": 0, "category": "authentication"}})
    template = {"name": "code", "language": {"code": "it"}}
    body = {"messaging_product": "whatsapp", "recipient": "IT.1", "type": "template", "template": template}
    error = await graph.refusal(body)
    assert _without_trace(error) == _without_trace(sample("err_131062_bsuid_not_supported")["error"])


def _without_trace(error: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in error.items() if key not in ("fbtrace_id", "http")}
