"""Help with what was bought, and the way to a person."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from processors.customer import hours, orders
from processors.customer.menus import menu_button
from processors.customer.talk import Reads, Talk
from processors.model import Reply
from processors.search.words import fold

_SUBJECTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("invoice", re.compile(r"\b(fattur\w+|ricevut\w+|scontrino|invoices?|receipts?|faktur|kuitansi|nota)\b")),
    ("address", re.compile(r"\b(indirizzo|consegn\w+ (a|in)|address|alamat)\b")),
    (
        "payment",
        re.compile(
            r"\b(pag(o|are|ato|amento|amenti)|carta|bonifico|addebit\w+|pay\w*|paid|charged|card|bayar|pembayaran|transfer)\b"
        ),
    ),
    (
        "return",
        re.compile(
            r"\b(res[oi]|rimbors\w+|restitu\w+|sostitu\w+|cambi\w+|rott[oaie]|danneggiat\w+|sbagliat\w+|manca\w*|garanzia|"
            r"refund\w*|return\w*|exchange|broken|damaged|wrong|missing|warranty|"
            r"money back|soldi indietro|ridat\w+|ridarmi|ridiate|uang(nya)? (saya )?(di)?kembali\w*|"
            r"refund|retur|tukar|rusak|salah|kurang|garansi)\b"
        ),
    ),
)


_TAX: Final = re.compile(
    r"\b(p iva|partita iva|partitaiva|codice (univoco|fiscale|destinatario|sdi)|dati fiscali|ragione sociale|"
    r"vat (number|id|no)|tax (id|number)|npwp|faktur pajak)\b"
)


def asks_tax(text: str) -> bool:
    """Whether a text is about what stands on an invoice: no product is meant, and a person has to answer."""
    return _TAX.search(" ".join(re.findall(r"[a-z0-9]+", fold(text)))) is not None


async def support(talk: Talk, reads: Reads, text: str) -> Talk:
    """Answer a request about an order: its state from the database, else a person with the subject noted."""
    talk = replace(talk, intent=talk.intent or "support_request")
    if orders.asks_cancel(text):
        return await orders.ask_cancel(talk, reads, text)
    if orders.asks_status(text):
        return await orders.status(talk, reads, text)
    subject = subject_of(text)
    return hand_over(talk, reason=subject or "support", intro=f"support.{subject}" if subject else None)


def hand_over(talk: Talk, *, reason: str, intro: str | None = None) -> Talk:
    """A person is asked for, and the customer told so; who is waiting already is told that."""
    if not hours.is_open(talk.turn.business, hours.now()):
        key = "human.closed"
    elif talk.turn.escalated:
        key = "human.again"
    else:
        key = "human.coming"
    text = "\n".join(filter(None, (talk.say(intro) if intro else "", talk.say(key))))
    return replace(
        talk, ending=Reply(text=text), escalation=talk.escalation or reason, intent="support_request"
    )


def subject_of(text: str) -> str | None:
    """What a request is about, for the words of the answer and for the person who takes over."""
    plain = " ".join(re.findall(r"[a-z0-9]+", fold(text)))
    return next((name for name, pattern in _SUBJECTS if pattern.search(plain)), None)


def entry(talk: Talk) -> Talk:
    """What support is for, when somebody opens it from the menu."""
    buttons = (menu_button(talk, "order"), menu_button(talk, "human"))
    reply = Reply(text=talk.say("support.entry"), kind="buttons", buttons=buttons)
    return replace(talk, ending=reply, intent="support_request")
