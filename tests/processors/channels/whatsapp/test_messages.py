"""What a message says, who sent it, and whether somebody waits for an answer."""

from __future__ import annotations

from typing import Any

import pytest

from processors.channels.base import IdentityChange, MessageEvent, Sender
from tests.processors.channels.whatsapp.samples import (
    NUMBER_ID,
    manifest,
    message_of,
    parse_value,
    text_message,
)

PHONE, BSUID = "16505551234", "US.13491208655302741918"
MESSAGE_KEYS = {
    *("kind", "channel", "account", "external_id", "type", "content", "payload", "context_id"),
    *("provider_time", "sender", "group_id", "wants_turn", "raw", "identity_change", "target_id"),
}


def one(item: dict[str, Any], **beside: Any) -> MessageEvent:
    (event,) = parse_value({"messages": [item], **beside})
    assert isinstance(event, MessageEvent)
    return event


def test_a_text_message_in_full() -> None:
    event = message_of("in_text.json")
    json = event.to_json()
    assert set(json) == MESSAGE_KEYS
    assert (json["kind"], json["channel"], json["account"]) == ("message", "whatsapp", NUMBER_ID)
    assert json["external_id"] == event.raw["id"]
    assert (json["type"], json["content"], json["payload"]) == ("text", "Does it come in another color?", {})
    assert json["provider_time"] == 1793520000
    assert json["wants_turn"] is True
    assert json["sender"] == {
        "phone": PHONE,
        "bsuid": BSUID,
        "parent_bsuid": None,
        "name": "Sheena Nelson",
        "username": None,
    }
    assert [json[k] for k in ("context_id", "group_id", "identity_change", "target_id")] == [None] * 4


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("in_image.json", "image", "Taj Mahal"),
        ("in_image_no_url_no_caption.json", "image", ""),
        ("in_audio_voice.json", "audio", ""),
        ("in_document.json", "document", "Invoice"),
        ("in_video.json", "video", "watch this"),
        ("in_sticker_animated.json", "sticker", ""),
        ("in_location_pin.json", "location", "37.442163, -122.161536"),
        ("in_location_place.json", "location", "37.442163, -122.161536 Philz Coffee"),
        (
            "in_contacts.json",
            "contacts",
            "Barbara J. Johnson +1 (650) 555-9999, +1 (415) 555-0100; Monica +16505550666",
        ),
        ("in_contacts_request_info.json", "contacts", "+16505551234"),
        ("in_button_template_quick_reply.json", "button", "Unsubscribe"),
        ("in_interactive_button_reply.json", "interactive", "Cancel"),
        ("in_interactive_list_reply.json", "interactive", "Priority Mail Express"),
        ("in_interactive_nfm_reply_flow.json", "interactive", "Sent"),
        ("in_interactive_nfm_reply_address.json", "interactive", "Asha\n Sunrise, Mumbai"),
        ("in_interactive_call_permission_reply.json", "interactive", ""),
        ("in_interactive_unknown_subtype.json", "interactive", ""),
        ("in_order.json", "order", "Love these!\n2 × di9ozbzfi4, 1 × nqryix03ez"),
        ("in_reaction.json", "reaction", "👍"),
        ("in_reaction_removed_empty.json", "reaction", ""),
        ("in_edit_text.json", "edit", "Does it come in another colour?"),
        ("in_edit_image_caption.json", "edit", "Updated image caption"),
        ("in_revoke.json", "revoke", ""),
        ("in_unsupported_131051_poll.json", "unsupported", ""),
        ("in_unknown_future_type.json", "hologram", ""),
        ("in_request_welcome_retired.json", "request_welcome", ""),
        ("in_text_unicode.json", "text", "Grüße äöå 😀 שלום עולם\nline two <b>&amp; a/b"),
    ],
)
def test_the_plain_line_of_each_type(name: str, kind: str, content: str) -> None:
    event = message_of(name)
    assert (event.type, event.content) == (kind, content)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("in_interactive_button_reply.json", {"choice_id": "cancel-button", "choice_title": "Cancel"}),
        (
            "in_interactive_list_reply_no_description.json",
            {"choice_id": "mail", "choice_title": "Mail"},
        ),
        (
            "in_button_template_quick_reply.json",
            {"choice_id": "Unsubscribe", "choice_title": "Unsubscribe"},
        ),
        (
            "in_audio_voice.json",
            {
                "media": {
                    "id": "1203781017005635",
                    "mime_type": "audio/ogg; codecs=opus",
                    "sha256": "xX1+kgGXCLYUyQ+jaFzWRPVDpgFT+5nsm2fDgaJF+yo=",
                    "voice": True,
                }
            },
        ),
        (
            "in_order.json",
            {
                "order": {
                    "catalog_id": "194836987003835",
                    "text": "Love these!",
                    "items": [
                        {"retailer_id": "di9ozbzfi4", "quantity": 2, "item_price": 30, "currency": "USD"},
                        {"retailer_id": "nqryix03ez", "quantity": 1, "item_price": 25.5, "currency": "USD"},
                    ],
                }
            },
        ),
        (
            "in_interactive_nfm_reply_flow.json",
            {
                "flow": {
                    "name": "flow",
                    "body": "Sent",
                    "response": {
                        "flow_token": "AQAAAAACS5FpgQ_cAAAAAD0QI3s.",
                        "delivery_rating": "4",
                        "comment_text": 'All "good"',
                    },
                }
            },
        ),
        ("in_reaction.json", {"reaction": {"emoji": "👍"}}),
        ("in_edit_text.json", {"edit": {"type": "text"}}),
        ("in_unknown_future_type.json", {"unsupported": {"type": "hologram"}}),
        ("in_interactive_unknown_subtype.json", {"unsupported": {"type": "product_inquiry_v9"}}),
        ("in_text_forwarded.json", {"forwarded": True}),
        ("in_text_frequently_forwarded.json", {"forwarded": True}),
        (
            "in_text_referred_product.json",
            {"referred_product": {"catalog_id": "194836987003835", "product_retailer_id": "di9ozbzfi4"}},
        ),
    ],
)
def test_the_structured_part_of_each_type(name: str, payload: dict[str, Any]) -> None:
    assert message_of(name).payload == payload


def test_a_location_keeps_its_exact_numbers() -> None:
    assert message_of("in_location_place.json").payload["location"] == {
        "latitude": 37.44216251868683,
        "longitude": -122.16153582049394,
        "name": "Philz Coffee",
        "address": "101 Forest Ave, Palo Alto, CA 94301",
    }


def test_errors_and_advertisements_travel_in_the_payload() -> None:
    poll = message_of("in_unsupported_131051_poll.json").payload
    assert poll["unsupported"] == {"type": "poll_creation"}
    assert poll["errors"][0]["code"] == 131051
    assert message_of("in_text_referral_ctwa.json").payload["referral"]["source_type"] == "ad"


def test_a_reply_names_the_message_it_answers() -> None:
    event = message_of("in_text_reply_context.json")
    assert event.context_id == event.raw["context"]["id"]
    assert message_of("in_text_forwarded.json").context_id is None


@pytest.mark.parametrize("name", ["in_reaction.json", "in_edit_text.json", "in_revoke.json"])
def test_what_speaks_of_another_message_names_it(name: str) -> None:
    event = message_of(name)
    assert event.target_id
    assert event.target_id.startswith("wamid.")
    assert event.target_id != event.external_id


SILENT = ("reaction", "edit", "revoke", "system", "request_welcome", "group")


@pytest.mark.parametrize("name", [n for n, about in manifest().items() if about.get("kind") == "inbound"])
def test_only_what_calls_for_an_answer_wants_a_turn(name: str) -> None:
    silent = any(name.startswith(f"in_{kind}") for kind in SILENT)
    assert message_of(name).wants_turn is not silent


def test_a_placeholder_wants_no_turn() -> None:
    as_unsupported = text_message(type="unsupported", unsupported={"type": "media_placeholder"})
    assert not one(as_unsupported).wants_turn
    assert not one(text_message(type="media_placeholder")).wants_turn


def test_a_call_permission_can_not_be_taken_for_a_yes() -> None:
    event = message_of("in_interactive_call_permission_reply.json")
    assert event.content == ""
    assert "choice_id" not in event.payload


def test_a_person_without_a_phone_is_known_by_user_id() -> None:
    assert message_of("in_bsuid_no_phone_parent.json").sender == Sender(
        bsuid=BSUID,
        parent_bsuid="US.ENT.11815799212886844830",
        name="Sheena Nelson",
        username="realsheenanelson",
    )


def test_older_shapes_without_user_id_or_contacts_are_read() -> None:
    assert message_of("in_text_legacy_no_bsuid.json").sender.bsuid is None
    assert message_of("in_missing_contacts.json").sender == Sender(phone=PHONE, bsuid=BSUID)
    assert message_of("in_text_empty_profile_name.json").sender.name == ""


def test_a_profile_is_matched_by_id_and_never_by_position() -> None:
    contacts = [
        "junk",
        {"wa_id": "39333", "user_id": "IT.2", "profile": {"name": "Bruno"}},
        {"wa_id": "39111111", "user_id": "IT.1", "profile": {"name": "Anna"}},
    ]
    assert one(text_message(**{"from": "39111111"}), contacts=contacts).sender.name == "Anna"
    assert one(text_message(**{"from": "39111111"}), contacts=contacts).sender.bsuid == "IT.1"
    assert one(text_message(**{"from": "39222222"}), contacts=contacts).sender == Sender(phone="39222222")


def test_a_user_id_in_the_place_of_the_phone_is_not_a_phone() -> None:
    assert one(text_message(**{"from": BSUID})).sender == Sender(bsuid=BSUID)


@pytest.mark.parametrize("beside", [{"contacts": "junk"}, {"contacts": [{"wa_id": PHONE, "profile": []}]}])
def test_odd_decorations_do_not_lose_the_words(beside: dict[str, Any]) -> None:
    item = text_message(context=["x"], referral="y", errors={"z": 1})
    event = one(item, **beside)
    assert (event.content, event.payload, event.context_id) == ("hello", {}, None)


def test_a_number_change_joins_the_old_and_the_new_identity() -> None:
    event = message_of("in_system_user_changed_number.json")
    assert event.identity_change == IdentityChange(
        old_phone=PHONE, old_bsuid=BSUID, new_phone="12195555358", new_bsuid="US.99887766554433221100"
    )
    assert event.sender == Sender(phone=PHONE, bsuid=BSUID)
    legacy = message_of("in_system_user_changed_number_legacy.json")
    assert legacy.identity_change == IdentityChange(old_phone=PHONE, new_phone="12195555358")


def test_a_changed_user_id_without_any_phone_is_read() -> None:
    system = {"type": "user_changed_user_id", "user_id": "IT.new", "previous_user_id": "IT.old"}
    event = one(text_message(**{"from": None}, type="system", system=system))
    assert event.identity_change == IdentityChange(old_bsuid="IT.old", new_bsuid="IT.new")
    assert event.sender == Sender(bsuid="IT.old")


def test_the_oldest_shape_of_a_number_change_is_read() -> None:
    system = {"type": "customer_changed_number", "customer": "39111111", "new_wa_id": "39222222"}
    event = one(text_message(**{"from": None}, type="system", system=system))
    assert event.identity_change == IdentityChange(old_phone="39111111", new_phone="39222222")


def test_a_changed_security_code_changes_no_identity() -> None:
    assert message_of("in_system_customer_identity_changed.json").identity_change is None


def test_a_shared_own_number_is_linked_to_the_user_id() -> None:
    event = message_of("in_contacts_request_info.json")
    assert event.identity_change == IdentityChange(old_bsuid=BSUID, new_bsuid=BSUID, new_phone=PHONE)


@pytest.mark.parametrize("origin", ["other", None])
def test_another_persons_card_is_never_linked(origin: str | None) -> None:
    cards = [{"origin": origin, "phones": [{"wa_id": "39999999"}]}]
    item = text_message(**{"from": None}, from_user_id="IT.1", type="contacts", contacts=cards)
    assert one(item).identity_change is None


def test_a_group_message_names_its_group() -> None:
    event = message_of("in_group_text.json")
    assert event.group_id
    assert event.wants_turn is False


def test_a_flow_answer_that_is_no_object_stays_a_string() -> None:
    interactive = {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "[1"}}
    assert one(text_message(type="interactive", interactive=interactive)).payload["flow"]["response"] == "[1"


def test_a_very_long_text_is_bounded_and_kept_raw() -> None:
    event = one(text_message(text={"body": "x" * 100_000}))
    assert len(event.content) == 16_384
    assert len(event.raw["text"]["body"]) == 100_000
