"""Small talk, kept on the business's subjects: hello, thanks, opening hours, "are you a robot?"."""

from __future__ import annotations

import re
from typing import Literal

from processors.customer import hours
from processors.customer.menus import greeting, menu
from processors.customer.talk import Talk
from processors.model import Reply
from processors.search.words import fold

_CLOCK = re.compile(r"\b(che ora|che orari\w*|what time|until when|how late|jam berapa)\b")
_NOW = re.compile(
    r"\b(adesso|ora (aperti|chiusi)|(aperti|chiusi) ora|ancora (aperti|chiusi)|(open|closed) (right )?now|still open|"
    r"right now|sekarang|masih buka)\b"
)
Subject = Literal["greeting", "thanks", "bye", "bot", "hours", "where", "how_are_you", "ok"]

# The rarer meaning first: "ciao, a che ora aprite?" asks for the hours.
_SUBJECTS: tuple[tuple[Subject, re.Pattern[str]], ...] = (
    (
        "hours",
        re.compile(
            r"\b(orari\w*|(a|fino a) che ora|che ore|apert[oi]|aprite|chiudete|chius[oi]|what time|how late|until when|"
            r"opening|open|close|hours|jam (berapa|buka|kerja)|buka|tutup)\b"
        ),
    ),
    (
        "where",
        re.compile(
            r"\b(dove (siete|vi trovo|si trova|avete)|indirizzo|sede|negozio fisico|where are you|located|address|"
            r"your (shop|store)|alamat|lokasi|(toko|tokonya) di ?mana)\b"
        ),
    ),
    (
        "bot",
        re.compile(
            r"\b(robot|bot|chatbot|intelligenza artificiale|ia|ai|chi (sei|parla|scrive)|"
            r"who are you|siapa (kamu|anda|ini))\b"
        ),
    ),
    (
        "how_are_you",
        re.compile(r"\b(come (stai|va|sta)|tutto bene|how are you|how s it going|apa kabar|gimana kabar)\b"),
    ),
    (
        "thanks",
        re.compile(
            r"\b(grazie|ringrazio|thanks?|thank you|thx|tysm|terima ?kasih|makasih|trims|nuhun|"
            r"complimenti|(brav|gentil|veloc)issim\w*|molto (brav|gentil)\w+|ottimo (servizio|lavoro)|"
            r"siete (stati )?(bravi|fantastici|grandi|il top|super)|"
            r"great (service|job)|good job|well done|awesome|amazing|you re (the best|great|so kind)|"
            r"mantap|keren|terbaik|ramah|bagus (sekali|banget))\b"
        ),
    ),
    (
        "bye",
        re.compile(
            r"\b(arrivederci|a (dopo|presto|domani)|buona (serata|notte|giornata)|ci sentiamo|addio|"
            r"bye|goodbye|see you|"
            r"good night|sampai (jumpa|nanti)|dadah|selamat (tinggal|tidur))\b"
        ),
    ),
    (
        "greeting",
        re.compile(
            r"\b(ciao+|salve|buongiorno|buonasera|buon (giorno|pomeriggio|di)|hey|ehi|ue|"
            r"hello|hi|good (morning|afternoon|evening)|"
            r"hal+o+|hai|hei|selamat (pagi|siang|sore|malam)|assalamualaikum|permisi)\b"
        ),
    ),
    (
        "ok",
        re.compile(
            r"^(ok\w*|va bene( dai)?|perfetto|bene|benissimo|capito|d accordo|sip|siap|oke\w*|baik|"
            r"great|nice|cool|si|ya|yes|no)$"
        ),
    ),
)


def subject_of(text: str) -> Subject | None:
    """What small talk a text is; None when it is none we know."""
    plain = " ".join(re.findall(r"[a-z0-9]+", fold(text)))
    return next((name for name, pattern in _SUBJECTS if pattern.search(plain)), None)


def reply_to(talk: Talk, text: str, *, words: str = "") -> Reply:
    """The answer to small talk. `words` of a model are used only where facts have no part."""
    subject = subject_of(text)
    if subject == "greeting":
        return greeting(talk)
    if subject == "hours":
        return Reply(text="\n".join(filter(None, (_now(talk, text), _hours(talk)))))
    if subject is None:
        return menu(talk, words or talk.say("chat.other", business=talk.turn.business.name))
    if words and subject in ("how_are_you", "thanks", "bye", "ok"):
        return Reply(text=words)
    return Reply(text=talk.say(f"chat.{subject}", business=talk.turn.business.name))


def asks_hours(text: str) -> bool:
    """Whether a text asks at what time: "fino a che ora consegnate?"."""
    return _CLOCK.search(fold(text)) is not None


def _now(talk: Talk, text: str) -> str:
    """A yes or a no before the hours, for those who ask about this moment."""
    business = talk.turn.business
    if not business.hours or _NOW.search(fold(text)) is None:
        return ""
    if hours.is_open(business, hours.now()):
        return talk.say("chat.open_now")
    opens = business.opens_at
    when = hours.when(opens, business, talk.language) if opens is not None else None
    return talk.say("chat.closed_until", when=when) if when else talk.say("chat.closed_now")


def _hours(talk: Talk) -> str:
    week = hours.spans(talk.turn.business)
    if not any(spans for _, _, spans in week):
        return talk.say("chat.hours_unknown")
    lines = []
    for first, last, spans in week:
        days = talk.say(f"day.{first}")
        if last != first:
            days = talk.say("days", first=days, last=talk.say(f"day.{last}"))
        lines.append(f"• {days}: {', '.join(f'{begin}–{end}' for begin, end in spans) or talk.say('closed')}")
    return "\n".join((talk.say("chat.hours"), *lines))
