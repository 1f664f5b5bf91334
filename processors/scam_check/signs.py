"""Signs of a job scam in an advertisement, by rules in three languages.

Each sign is a trick that is known: somebody who is to be paid pays, lends a bank account or an address, or shows
documents before anything is signed. Rules are sure and narrow; `check.py` weighs them with what a trained model reads
in the wording.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from processors.search.words import fold

SignName = Literal[
    "fee", "unlock", "mule", "parcels", "documents", "bank_access", "returns", "pyramid", "vouchers", "lent_name",
    "no_interview", "too_good", "tasks", "from_home", "odd_address", "private_mail", "elsewhere", "hurry", "wording",
]  # fmt: skip
"""`lent_name`, `odd_address` and `wording` have no rule: what the trained model saw is called so (`check.py`)."""

_MONEY = r"(?:\d[\d ]*|denaro|soldi|money|uang)"
_FEE = (
    r"(?:quota|tassa|tasse|cauzione|deposito|anticipo|caparra|spese di (?:pratica|segreteria|apertura|"
    r"gestione|iscrizione)|"
    r"kit (?:iniziale|di avvio)|fees?|deposit|biaya (?:admin\w*|pendaftaran|pelatihan|seragam)|uang jaminan)"
)
_PATTERNS: Final[tuple[tuple[SignName, float, str], ...]] = (
    (
        "fee",
        2.0,
        rf"\b(?:pag\w*|vers\w*|anticip\w*|deposit\w*|invi\w*|acquist\w*|compr\w*|pay\w*|send|buy|"
        rf"bayar\w*|transfer\w*|setor\w*)"
        rf"\b(?: \w+){{0,6}} {_FEE}\b|\b{_FEE}\b(?: \w+){{0,5}} (?:{_MONEY} )?(?:euro|eur|dollar\w*|usd|"
        rf"gbp|rupiah|rimborsa\w*|"
        r"refund\w*|required|obbligatori\w*|dikembalikan|wajib)\b|"
        r"\b(?:corso|formazione|training|pelatihan)(?: \w+){0,4} (?:ha un costo|costa|a pagamento|costs|"
        r"berbayar)\b|"
        r"\b(?:rimborsat\w*|refunded|dikembalikan)(?: \w+){0,4} (?:busta paga|stipendio|salary|paycheck|"
        r"gaji|consolato)\b",
    ),
    (
        "unlock",
        2.0,
        r"\b(?:sblocc\w*|unlock\w*|attiv\w* (?:il )?livello|buka (?:level|tugas))\b(?: \w+){0,8}\b|"
        r"\b(?:ricaric\w*|top ?up|topping up|recharge|isi saldo)\b(?: \w+){0,8} (?:profitt\w*|"
        r"commission\w*|prelev\w*|withdraw\w*|"
        r"balance|saldo|bonus|komisi|restituit\w*)\b|\b(?:like|mi piace|recension\w*|reviews?|"
        r"ulasan)\b(?: \w+){0,10} "
        r"(?:usdt|al giorno|a day|per hari|telegram)\b",
    ),
    (
        "mule",
        2.0,
        r"\b(?:ricev\w*|incass\w*|receiv\w*|accept|terima|menerima)\b(?: \w+){0,3} (?:bonific\w*|"
        r"pagament\w*|transfer\w*|payments?|"
        r"accredit\w*|dana|uang)\b(?: \w+){0,14} (?:inoltr\w*|gir\w*|trattien\w*|trattenendo|invi\w*|"
        r"rispedi\w*|forward\w*|keep\w*|"
        r"send|convert\w*|teruskan|kirim\w*|bitcoin|western union|crypto|kripto)\b|"
        r"\b(?:uso|usare|usi|use|pakai) (?:del |il |tuo |suo |your |rekening )*(?:conto (?:corrente|"
        r"bancario)|bank account|rekening)\b",
    ),
    (
        "parcels",
        2.0,
        r"\b(?:ricev\w*|receiv\w*|terima|menerima|ritir\w*)\b(?: \w+){0,2} (?:pacchi|parcels?|packages?|"
        r"paket\w*)\b(?: \w+){0,10} "
        r"(?:rispedi\w*|spedi\w*|inoltr\w*|reship\w*|ship\w*|forward\w*|relabel\w*|kirim\w*)\b",
    ),
    (
        "bank_access",
        2.0,
        r"\b(?:online banking|home banking|credenziali|pin|otp|password|codice di sicurezza|cvv|ssn|"
        r"social security|"
        r"card number|numero (?:di|della) carta|nomor kartu|kode otp)\b",
    ),
    (
        "documents",
        2.0,
        r"\b(?:invi\w*|mand\w*|spedi\w*|inoltr\w*|allega\w*|carica\w*|foto|fotografa\w*|send|upload|photo|copy|"
        r"scan|kirim\w*|foto)\b"
        r"(?: \w+){0,8} (?:carta d identita|carta identita|documento|documenti|passaporto|"
        r"codice fiscale|iban|passport|id card|"
        r"driving licen[cs]e|bank details|ktp|npwp|rekening)\b",
    ),
    (
        "returns",
        2.0,
        r"\b(?:guadagn\w*|rendit\w*|rendiment\w*|profitt\w*|incass\w*|returns?|income|profits?|"
        r"keuntungan|penghasilan)\b(?: \w+){0,5} "
        r"(?:garantit\w*|sicur\w*|assicurat\w*|guaranteed|passiv\w*|pasti|dijamin)\b|"
        r"\b(?:guaranteed|garantit\w*|dijamin)\b(?: \w+){0,5} (?:returns?|income|profits?|daily|"
        r"al giorno|untung)\b|"
        r"\b\d+ (?:al giorno|daily|per hari)(?: \w+){0,2} (?:garantit\w*|returns?|guaranteed)\b|"
        r"\b(?:usdt|forex|trading|crypto|bitcoin|kripto)\b(?: \w+){0,10} (?:deposit\w*|versa\w*|"
        r"investi\w*|setor\w*|modal)\b|"
        r"\b(?:deposit\w*|versa\w*|investi\w*|setor\w*)\b(?: \w+){0,5} (?:usdt|bitcoin|crypto|btc|"
        r"kripto)\b",
    ),
    (
        "pyramid",
        2.0,
        r"\b(?:bastano|porta|invita|presenta|trova|recruit|invite|bring|ajak|"
        r"rekrut)\b(?: \w+){0,3} (?:amic\w*|persone|friends|"
        r"people|members|teman|orang|anggota)\b|\b(?:rendita passiva|passive income|"
        r"libert\w* finanziaria|financial freedom|"
        r"multi ?level|network marketing)\b",
    ),
    (
        "no_interview",
        1.0,
        r"\b(?:senza|nessun|no|without|tanpa) (?:alcun |any )?(?:colloqui\w*|interviews?|wawancara|"
        r"interviu)\b",
    ),
    (
        "too_good",
        1.0,
        r"\b(?:nessuna|senza|no|zero|tanpa) (?:esperienza|competenz\w*|experience|skills?|pengalaman)\b|"
        r"\b(?:ottimi|facili|enormi|altissimi|easy|huge|great) (?:guadagni|soldi|money|earnings|"
        r"income)\b|"
        r"\b(?:per|di|for|only|solo|cuma) \d+ (?:ore|ora|minut\w*|hours?|minutes?|jam|"
        r"menit) (?:al giorno|a day|per day|per hari|sehari)\b|"
        r"\b(?:zero rischi|no risk|risk free|tanpa risiko|lasci il lavoro|quit your job)\b|"
        r"\b(?:weekly|a settimana|alla settimana|per minggu)\b(?: \w+){0,6} (?:no experience|"
        r"senza esperienza|tanpa pengalaman)\b",
    ),
    (
        "vouchers",
        2.0,
        r"\b(?:gift ?cards?|carte regalo|carta regalo|buoni (?:amazon|steam|google)|kartu hadiah|"
        r"voucher (?:steam|google|amazon))\b"
        r"(?: \w+){0,8} (?:codic\w*|codes?|foto|photo|invi\w*|send|kirim\w*|compr\w*|buy)\b|"
        r"\b(?:compr\w*|acquist\w*|buy|purchase|beli)\b(?: \w+){0,4} (?:gift ?cards?|carte regalo|"
        r"buoni amazon|kartu hadiah)\b|"
        r"\b(?:assegn\w*|cheques?|checks?|cek)\b(?: \w+){0,8} (?:incass\w*|vers\w*|deposit\w*|cash\w*|"
        r"cairkan|setor\w*)\b",
    ),
    (
        "tasks",
        1.0,
        r"\b(?:like|likes|mi piace|follow\w*|segu\w+ (?:account|pagine)|guard\w* (?:video|annunci)|"
        r"watch\w* (?:videos|ads)|"
        r"task\w*|compiti|missioni|misi|tugas|ottimizz\w* (?:ordini|prodotti|app)|"
        r"optimi[sz]\w* (?:orders|apps|products))\b",
    ),
    (
        "from_home",
        1.0,
        r"\b(?:da casa|from home|dari rumah|dal (?:tuo )?(?:telefono|cellulare|smartphone)|"
        r"from your phone|lewat hp|pakai hp)\b"
        r"(?: \w+){0,14} (?:al giorno|a settimana|al mese|daily|a day|per day|weekly|a week|per hari|"
        r"per minggu)\b|"
        r"\b(?:al giorno|a settimana|daily|a day|per day|weekly|a week|per hari|per minggu|"
        r"sehari)\b(?: \w+){0,14} "
        r"(?:da casa|from home|dari rumah|dal (?:tuo )?(?:telefono|cellulare|smartphone)|"
        r"from your phone|lewat hp|pakai hp)\b",
    ),
    ("private_mail", 1.0, r"\b\w+ (?:gmail|yahoo|hotmail|outlook|libero|proton\w*) (?:com|it|me)\b"),
    (
        "elsewhere",
        1.0,
        r"\b(?:telegram|t me|scriv\w* \w+ in privato|in privato|dm me|direct message|chat pribadi|"
        r"whatsapp only)\b",
    ),
    (
        "hurry",
        0.5,
        r"\b(?:posti limitati|ultimi posti|limited slots|limited spots|act now|subito|"
        r"assunzione immediata|immediately|"
        r"kuota terbatas|segera)\b",
    ),
)
_SIGNS: Final = tuple((name, weight, re.compile(pattern)) for name, weight, pattern in _PATTERNS)

# "Nessun investimento", "no fees", "licence costs covered": what honest offers say of the same things.
_DENIED: Final = re.compile(
    r"\b(?:(?:nessun\w*|senza|mai|non (?:ti |si )?(?:chied\w+|richied\w+)|no|without|never|zero|tanpa|"
    r"tidak ada)"
    r"(?: \w+){0,3} (?:invest\w*|cost[oi]|spes[ae]|fees?|deposit\w*|quot[ae]|anticip\w*|bank details|biaya|"
    r"pagament\w*)"
    r"(?: (?:or|o|e|and|atau) \w+)?(?: (?:need\w*|richiest\w*|required))?|"
    r"(?:costs?|fees?|expenses|spese) (?:are )?(?:covered|paid|coperte|pagate)(?: \w+){0,3})\b"
)


def rules_met(text: str) -> list[tuple[float, SignName]]:
    """The rules that a text meets, each with its weight, the surest first: 2 is a trick, 1 what honest offers have
    at times too.
    """
    plain = _DENIED.sub(
        " ", " ".join(re.findall(r"[a-z0-9]+", fold(text.replace("€", " euro ").replace("$", " dollar "))))
    )
    found = [(weight, name) for name, weight, pattern in _SIGNS if pattern.search(plain)]
    return sorted(found, key=lambda one: -one[0])
