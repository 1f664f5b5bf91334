"""Voice notes: the turn waits for the words, orders by them, and is honest when there are none."""

from __future__ import annotations

from typing import Any

from processors import router
from processors.model import Turn
from tests.flows.phone import index_products
from tests.media.files import JPEG, Files

ORDER = "Vorrei ordinare due candele alla lavanda"


async def due_turns(files: Files) -> list[Turn]:
    """What a worker would be given now."""
    return await files.phone.services.store.claim_turns(limit=5, lease_seconds=30)


async def let_the_wait_end(files: Files) -> None:
    await files.phone.rows("update turn_queue set run_at = now() - interval '1 second'")


async def calls(files: Files) -> list[tuple[Any, ...]]:
    rows = await files.phone.rows(
        "select purpose, model, outcome, error, cost_usd > 0, latency_ms > 0 from ai_calls order by id"
    )
    return [tuple(row) for row in rows]


async def test_an_order_by_voice(files: Files) -> None:
    await index_products(files.phone.services)
    await files.send_voice(ORDER)
    assert await due_turns(files) == [], "the turn waits for the words"
    await files.work()
    [turn] = await due_turns(files)
    assert turn.text == ORDER
    await files.phone.services.store.fail_turn(turn.token, retry_ms=0)
    answer = await files.phone.answered()
    assert answer.decision.intent == "order_request"
    assert "lavanda" in answer.text.lower()
    [line] = await files.phone.cart()
    assert line[1] == 2
    assert await calls(files) == [("transcription", "gpt-transcribe", "ok", "", True, True)]
    [entry] = [e for e in await files.log("openai") if "transcriptions" in e["path"]]
    assert entry["body"]["file"] == ["voice.ogg"]
    assert entry["body"]["languages[]"] == ["it", "en", "id"]
    assert any("avanda" in name for name in entry["body"]["keywords[]"])
    row = await files.row()
    assert (row["state"], row["transcription"], row["run_at"]) == ("stored", "done", None)
    preview = await files.phone.value(
        "select preview from whatsapp_conversations where phone = $1", files.phone.number
    )
    assert preview != "[audio]"


async def test_words_that_follow_a_note_are_answered_with_it(files: Files) -> None:
    await files.send_voice("due candele alla lavanda")
    await files.phone.send(content="e un guinzaglio")
    assert await due_turns(files) == []
    await files.work()
    [turn] = await due_turns(files)
    assert turn.text == "due candele alla lavanda\ne un guinzaglio"


async def test_what_was_not_heard_is_told_beside_what_was_answered(files: Files) -> None:
    await files.openai(next=["401"])
    await files.send_voice()
    await files.work()
    await files.phone.send(content="voglio parlare con un operatore")
    answer = await files.phone.answered()
    assert answer.text.startswith("Il messaggio vocale invece non riesco ad ascoltarlo")
    assert answer.text.count("ascoltarlo") == 1
    assert answer.decision.escalation is not None


async def test_a_dealers_note_and_picture(files: Files) -> None:
    files.phone.number, files.phone.options = "393331000001", {}
    await files.send_voice()
    assert "non riesco ad ascoltarlo" in (await files.phone.answered()).text
    await files.send("image", JPEG, "image/jpeg")
    assert "lo trova un collega" in (await files.phone.answered()).text
    await files.send_voice()
    await files.phone.send(content="ordini")
    answer = await files.phone.answered()
    assert "non riesco ad ascoltarlo" in answer.text
    assert len(answer.text.splitlines()) > 1


async def test_without_words_the_answer_is_honest_and_comes_at_once(files: Files) -> None:
    await files.openai(next=["401"])
    await files.send_voice()
    await files.work()
    [turn] = await due_turns(files)
    await files.phone.services.store.fail_turn(turn.token, retry_ms=0)
    answer = await files.phone.answered()
    assert "vocale ma non riesco ad ascoltarlo" in answer.text
    assert await calls(files) == [("transcription", "gpt-transcribe", "failed", "key", False, False)]
    row = await files.row()
    assert (row["state"], row["transcription"]) == ("stored", "failed"), "people can still listen"


async def test_silence_is_no_message_and_a_passing_failure_is_tried_again(files: Files) -> None:
    await files.send_voice("   ")
    await files.work()
    assert "non riesco ad ascoltarlo" in (await files.phone.answered()).text
    assert (await calls(files))[0][3] == "silent"
    await files.openai(next=["500", "500"], transcripts=[ORDER])
    await files.send_voice()
    await files.work()
    assert await due_turns(files) == [], "there is still hope"
    assert (await files.row())["state"] == "stored"
    await files.due()
    await files.work()
    [turn] = await due_turns(files)
    assert turn.text == ORDER
    downloads = [entry for entry in await files.log() if "media-content" in entry["path"]]
    assert len(downloads) == 2, "one for each note: the second try reads our own copy"


async def test_a_file_that_can_not_be_had_ends_the_wait(files: Files) -> None:
    await files.graph(media_next=["too_big"])
    await files.send_voice(ORDER)
    await files.work()
    [turn] = await due_turns(files)
    assert turn.text == ""


async def test_a_late_transcript_is_answered_after_all(files: Files) -> None:
    await index_products(files.phone.services)
    await files.send_voice(ORDER)
    await let_the_wait_end(files)
    assert "non riesco ad ascoltarlo" in (await files.phone.answered()).text
    assert await due_turns(files) == []
    await files.work()
    answer = await files.phone.answered()
    assert answer.decision.intent == "order_request"
    assert len(await files.phone.cart()) == 1
    await files.work()
    assert await due_turns(files) == []


async def test_a_transcript_that_comes_while_the_turn_is_at_work(files: Files) -> None:
    await files.send_voice(ORDER)
    await let_the_wait_end(files)
    [turn] = await due_turns(files)
    decision = await router.respond(turn, files.phone.services)
    await files.work()
    finished = await files.phone.services.store.finish_turn(turn, decision)
    assert finished.more
    [again] = await due_turns(files)
    assert again.text == ORDER


async def test_who_wrote_it_down_meanwhile_is_not_answered_twice(files: Files) -> None:
    await files.send_voice(ORDER)
    await let_the_wait_end(files)
    await files.phone.answered()
    await files.phone.say("vorrei due candele alla lavanda")
    cart = await files.phone.cart()
    await files.work()
    assert await due_turns(files) == []
    assert await files.phone.cart() == cart
    transcript = await files.phone.value("select transcript from whatsapp_messages where type = 'audio'")
    assert transcript == ORDER, "agents see it all the same"


async def test_a_person_who_took_over_answers_it(files: Files) -> None:
    await files.send_voice(ORDER)
    await let_the_wait_end(files)
    await files.phone.answered()
    await files.phone.rows("update whatsapp_conversations set owner = 'human'")
    await files.work()
    assert await due_turns(files) == []


async def test_without_a_model_nothing_waits(files: Files) -> None:
    files.phone.options = {}
    await files.send_voice()
    [turn] = await due_turns(files)
    await files.work()
    assert ((await files.row())["state"], (await files.row())["transcription"]) == ("stored", None)
    assert await files.log("openai") == []
    await files.phone.services.store.fail_turn(turn.token, retry_ms=0)
    assert "non riesco ad ascoltarlo" in (await files.phone.answered()).text
