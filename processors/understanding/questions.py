"""Questions: whether a message asks instead of orders, and which words of it the search should get."""

from __future__ import annotations

import re
from typing import Final

from processors.search.words import content_words, fold
from processors.understanding.measures import MARK, take_measures

_ASKS: Final = re.compile(
    r"\b(volevo|vorrei|vorremmo|potrei|posso|mi piacerebbe) (solo )?(sapere|chieder\w+|capire)\b|"
    r"\b(mi )?chiedevo\b|\bavrei una domanda\b|\b(d|would) like to (know|ask)\b|"
    r"\b(i was |just )?wondering\b|\b(want|wanted) to (know|ask)\b|\bcan you tell me\b|\b(mau|pengen|"
    r"numpang) (tanya|nanya|tau|tahu)\b|\bboleh tahu\b|"
    r"\bnon so (se|quale|quali|che|cosa|quanto)\b|\b(non sono|non siamo) sicur\w+\b|\b(sono|siamo) indecis\w+\b|"
    r"\b(not sure|undecided|can t decide|cannot decide|don t know (if|which|whether|what))\b|"
    r"\b(bingung|belum yakin|masih ragu|galau)\b|"
    r"\b(?:di|che) (?:che )?cosa$|"
    r"\b(quanto|cuanto|quanno|qnt) (cost\w*|viene|vengono|fa|fanno|sta|e|est)\b|\bprezz[io]\b|\ba quanto\b|\bavete\b|"
    r"\bvendete\b|\bce l avete\b|\bc e (il|la|lo|un|una|qualche)\b|"
    r"\b(e|sono|est) disponibil\w+\b|\b(che|quali|quale) (taglie|taglia|colori|colore|misure|formati|gusti)\b|"
    r"\bche differenza\b|\bmi consigli\w*\b|"
    r"\bhow much\b|\bdo you (happen to |also |still |guys )?(have|sell|carry|stock)\b|"
    r"\b(is|are) (it|there|they|the) .*(available|in stock)\b|"
    r"\b(what|which) (sizes?|colou?rs?)\b|\bwhat s the price\b|"
    r"\b(berapa|brp)\b|\bharga\w*\b|\b(ada|jual|punya) .*(gak|ga|nggak|kah|tidak|apa)\b|^(ada|adakah|apa ada|"
    r"apakah)\b"
)
_REQUESTS: Final = re.compile(
    r"\b(posso|potrei|possiamo) (avere|prendere|ordinare|acquistare|comprare|aggiungere|"
    r"togliere|levare)\b|\b(mi|ci|me|ce) (ne |lo |la |li |"
    r"le )?(dai|date|"
    r"da|mandi|mandate|metti|mettete|prepari|preparate|porti|"
    r"portate|tieni|tenete|riserv\w+|fai avere|aggiung\w+|prendi|togli\w*|levi)\b|\b(puoi|potete|potresti|puo|"
    r"potreste|riesci a|riuscite a) (aggiung\w+|mett\w+|mand\w+|togli\w*|tog\w+|lev\w+|"
    r"rimuov\w+|prepar\w+|cambi\w+|svuot\w+|darmi|inser\w+|toglier\w+|elimin\w+)\b|"
    r"\b(can|could|may) (i|we) (have|get|order|buy|take)\b|\b(can|could|would|will) (you|u) (please )?(add|put|"
    r"send|remove|take|change|get|give|reserve|drop|delete)\b|"
    r"\b(bisa|boleh) (saya |aku |kak )?(pesan|pesen|beli|minta|order|tambah\w*|hapus\w*|ambil\w*|kirim\w*)\b|"
    r"\b(minta|tolong (tambah|hapus|masuk|ambil)\w*)\b"
)
_TELLS: Final = re.compile(
    r"^(ciao |salve |guarda |allora |io |noi )*(ho|abbiamo|abito|abitiamo|vivo|sono|siamo|mi chiamo|(il|la|i|"
    r"le) (mio|mia|miei|mie|nostr\w)(?! (lista|ordine|spesa))|mio|mia|"
    r"my(?! (list|order))|our|i have|we have|i live|i m (?:a|from|in|\d+)|we re|anjing saya|kucing saya|"
    r"saya punya|saya tinggal|alamat saya|rumah saya|"
    r"nama saya|"
    r"aku punya|anakku|anjingku|kucingku)\b"
)
_PAST: Final = re.compile(
    r"\b(ho|abbiamo|avevo|avevamo|ha|hai) (gia |appena )?(comprat|pres|ordinat|ricevut|acquistat|mess)\w+\b|"
    r"\b(i|we) (already |just )?(bought|ordered|received|purchased)\b|\b(kemarin|sudah|udah|tadi|"
    r"barusan) (saya |aku |gue |gw )?(sudah |udah )?(beli|pesan|order|"
    r"pesen)\b"
)
_ASKING_WORDS: Final = frozenset(
    ["quanto", "quanta", "quanti", "quante", "costa", "costano", "viene", "vengono", "prezzo", "prezzi", "avete",
    "avreste", "vendete", "ce", "c", "e", "ci", "sono", "est", "disponibile", "disponibili", "sapere", "dirmi",
    "dire", "consigli", "consigliate", "consiglia", "consigliato", "cerco", "cercavo", "cercando", "trovo", "vedere",
    "mostrami", "mostratemi", "fammi", "fatemi", "foto", "info", "informazioni", "differenza", "tra", "fra",
    "meglio", "che", "quale", "quali", "taglie", "taglia", "colori", "colore", "misure", "formati", "qualcosa",
    "qualche", "anche", "ancora", "adatto", "adatta", "va", "bene", "buono", "oggi", "ora", "adesso", "how", "much",
    "many", "do", "you", "have", "sell", "stock", "price", "prices", "cost", "costs", "is", "are", "it", "there",
    "available", "what", "which", "sizes", "size", "colours", "colors", "recommend", "suggest", "looking", "for",
    "something", "any", "show", "me", "let", "see", "would", "good", "best", "berapa", "brp", "harga", "harganya",
    "ada", "gak", "ga", "nggak", "jual", "punya", "stok", "stoknya", "masih", "ready", "tersedia", "rekomendasi",
    "rekomen", "cocok", "lihat", "liat", "cari", "nyari", "apa", "yang", "buat", "untuk", "sih", "ya", "kak", "dong",
    "bedanya", "sama", "grazie", "ciao", "salve", "buongiorno", "hello", "hi", "thanks", "halo", "please"]
)  # fmt: skip


def is_question(text: str) -> bool:
    """Whether a message only asks. "Posso avere due candele?" is a wish in polite clothes and asks nothing."""
    plain = _plain(text)
    if _ASKS.search(plain):
        return True
    return "?" in text and not _REQUESTS.search(plain)


def is_statement(text: str) -> bool:
    """Whether a message tells about people, animals and homes: "ho 2 cani e un gatto", "my two cats hate it"."""
    return bool(_TELLS.search(_plain(text)))


def is_past(text: str) -> bool:
    """Whether a message tells what was bought before."""
    return bool(_PAST.search(_plain(text)))


def is_request(text: str) -> bool:
    """Whether a question is a wish in polite clothes: "mi tieni da parte la cuccia blu?"."""
    return bool(_REQUESTS.search(_plain(text)))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(re.sub(r"\b[èÈ]\b", "est", text))))


def query_of(text: str) -> str | None:
    """The words that may name a product, None when there are none."""
    marked, measures = take_measures(fold(text))
    words = [w for w in content_words(re.sub(rf"{MARK}\d+", " ", marked)) if w not in _ASKING_WORDS]
    packs = [m.words for m in measures if m.kind == "pack"]
    return " ".join([*words, *packs]) if words else None
