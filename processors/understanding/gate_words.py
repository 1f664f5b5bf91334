"""The words and phrases of `gate.py`, folded, in Italian, English and Indonesian."""

from __future__ import annotations

from typing import Final, Literal


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split("|"))


SIGNS: Final = {"👍": "ok", "✅": "ok", "👌": "ok", "🆗": "ok", "✔": "ok", "👎": "no", "❌": "no", "🚫": "no"}
"""Pictures that answer."""

COURTESY: Final = _words("""
    per favore piacere cortesia grazie mille tante prego pure allora dai bot ora adesso subito please pls plz thanks
    thank you thx cheers now dong donk ya yaa kak kakak tolong makasih terima kasih min admin mas mbak pak bu ciao
    salve ok okay caro cara ragazzi guys deh sih aja eh ehm scusa scusate sorry maaf gentilmente hi hello hey halo
    """)
"""Words around a command that change nothing."""

OPT_OUT: Final = _phrases("""
    stop|stop promo|stop promozioni|stop messaggi|stop pubblicita|stop marketing|stop offerte|stop whatsapp|stop all|
    stop messages|stop promotions|stop offers|stop ads|stop it|stop sms|alt|arresta|fermati|basta messaggi|
    basta pubblicita|basta promozioni|basta offerte|cancellami|cancellatemi|disiscrivimi|disiscrivetemi|disiscrivi|
    disiscriviti|disiscrizione|voglio disiscrivermi|disattiva messaggi|non scrivetemi piu|non scrivermi piu|
    non contattatemi piu|non contattarmi piu|non mandatemi piu messaggi|non inviatemi piu messaggi|
    non voglio piu messaggi|non voglio piu ricevere messaggi|non voglio ricevere messaggi|rimuovimi|rimuovetemi|
    rimuovimi dalla lista|toglimi dalla lista|toglietemi dalla lista|cancellami dalla lista|revoca consenso|
    revoco il consenso|unsubscribe|unsubscribe me|opt out|optout|remove me|remove me from the list|
    take me off the list|take me off your list|quit|no more messages|no more promotions|stop messaging me|
    stop texting me|stop sending me messages|dont message me|dont message me again|don t message me again|
    do not contact me|leave me alone|berhenti|berhenti langganan|berhenti berlangganan|stop langganan|stop promosi|
    hentikan|hentikan pesan|jangan kirim pesan lagi|jangan kirim promo lagi|jangan hubungi saya|
    jangan hubungi saya lagi|jangan chat saya lagi|unreg|keluar dari daftar|hapus nomor saya
    """)

OPT_IN: Final = _phrases("""
    start|riprendi|riprendere|riattiva|riattivami|riattiva messaggi|iscrivimi|iscrivetemi|riscrivimi|riscrivetemi|
    reiscrivimi|voglio ricevere messaggi|accetto messaggi|attiva messaggi|subscribe|resubscribe|unstop|opt in|optin|
    resume|start again|start messages|mulai|mulai lagi|langganan|berlangganan|berlangganan lagi|aktifkan|
    aktifkan lagi|lanjutkan pesan
    """)

GlobalWord = Literal["menu", "cancel", "human", "cart", "orders", "help"]

_GLOBAL: dict[GlobalWord, frozenset[str]] = {
    "menu": _phrases("""
        menu|il menu|menu principale|torna al menu|torna all inizio|inizio|home|opzioni|le opzioni|main menu|
        back to menu|show menu|options|the menu|menu utama|kembali ke menu|lihat menu|pilihan
        """),
    "cancel": _phrases("""
        annulla|annullare|annulla tutto|annulliamo|lascia stare|lascia perdere|lasciamo stare|lasciamo perdere|
        lasci stare|lasci perdere|niente lascia stare|ho cambiato idea|non importa|come non detto|cancel|cancel it|
        cancel that|cancel everything|never mind|nevermind|nvm|forget it|forget about it|batal|batalkan|batalin|
        batal aja|tidak jadi|nggak jadi|gak jadi|ga jadi|nda jadi
        """),
    "human": _phrases("""
        operatore|un operatore|operatrice|operatori|umano|un umano|persona|una persona|una persona vera|persona vera|
        persona reale|assistenza umana|parlare con operatore|parlare con un operatore|parla con un operatore|
        voglio un operatore|vorrei un operatore|agente|un agente|responsabile|human|a human|agent|live agent|
        real person|a real person|person|operator|representative|talk to a human|talk to an agent|speak to a human|
        talk to someone|customer service|manusia|orang|orang asli|cs|customer service dong|petugas|
        bicara dengan manusia|bicara dengan orang|bicara dengan admin|mau bicara dengan orang|hubungi admin|chat admin
        """),
    "cart": _phrases("""
        carrello|il carrello|mio carrello|il mio carrello|mostra carrello|mostra il carrello|mostrami il carrello|
        vedi carrello|vedi il carrello|vedere il carrello|fammi vedere il carrello|apri carrello|riepilogo|
        cosa ho nel carrello|cosa c e nel carrello|che c e nel carrello|cart|my cart|the cart|show cart|show my cart|
        show me my cart|view cart|see cart|basket|my basket|what s in my cart|whats in my cart|what is in my cart|
        keranjang|keranjang saya|lihat keranjang|cek keranjang|isi keranjang|isi keranjang saya|keranjang belanja
        """),
    "orders": _phrases("""
        ordini|i miei ordini|miei ordini|stato ordine|stato dell ordine|stato del mio ordine|il mio ordine|
        mio ordine|storico ordini|ultimo ordine|vedi ordini|tracking|traccia ordine|orders|my orders|my order|
        order status|order history|track order|track my order|pesanan|pesanan saya|status pesanan|
        status pesanan saya|cek pesanan|cek pesanan saya|lacak pesanan|riwayat pesanan|order saya
        """),
    "help": _phrases("""
        aiuto|aiutami|help|help me|assistenza|supporto|support|cosa puoi fare|cosa sai fare|cosa fai|come funziona|
        come funzioni|comandi|istruzioni|what can you do|how does it work|how does this work|commands|bantuan|bantu|
        bantu saya|bisa apa|bisa apa saja|cara pakai|caranya gimana|gimana caranya|tolong
        """),
}
GLOBAL_WORDS: Final[dict[str, GlobalWord]] = {
    phrase: word for word, phrases in _GLOBAL.items() for phrase in phrases
}

YES_WORDS: Final = _words("""
    si sii sisi see yes yess yeah yea yep yup ye sure certo certamente sicuro sicuramente ok okay okk oki okey okei k
    va bene benissimo confermo conferma confermato confermare confermiamo procedi procedo procediamo proceda perfetto
    perfect esatto esattamente giusto corretto assolutamente volentieri ovvio ovviamente accetto accettato approvo
    confirm confirmed correct right absolutely definitely accept agreed fine alright great exactly indeed d accordo
    ya iya iyaa yaa yah yoi yup oke okee okeh sip siap siapp setuju benar betul bener konfirmasi lanjut lanjutkan boleh
    gas baik baiklah cocok deal vai ottimo andata ja aje aye
    """)
CONFIRMING: Final = _words(
    "confermo conferma confermato confirm confirmed konfirmasi procedi perfetto perfect setuju"
)
"""Words of agreement that are long enough to be known with a wrong letter."""

NO_WORDS: Final = _words("""
    no noo nono nope nah non nee negativo assolutamente mai tidak nggak ngga enggak engga gak ga gk kagak tdk belum
    jangan bukan nanti dulu never wait aspetta aspetti niente dont don
    """)
ANSWER_FILLER: Final = _words("""
    tutto lo la l il e un mio mia ordine ordini cosi adesso ora ancora per the my it that is all order go ahead i do not
    yet t s now later pesanan pesan saya usah jadi mau dulu itu d accordo con procedere pure si
    """)
"""Words that may stand beside a yes or a no without changing it."""

YES_PHRASES: Final = _phrases("""
    va bene|va benissimo|va bene cosi|tutto bene|tutto ok|tutto giusto|ok va bene|d accordo|per me va bene|si dai|
    si certo|certo che si|ma certo|come no|perche no|andata|affare fatto|vai|vai cosi|daje|daje va|ci sto|aggiudicato|
    si confermo|confermo tutto|confermo l ordine|si confermo l ordine|si procedi|ok procedi|procedi pure|si grazie|
    go ahead|go for it|yes please|sounds good|that s right|thats right|that is right|that s fine|thats fine|all good|
    looks good|of course|why not|let s do it|lets do it|do it|you bet|i confirm|i agree|all right|works for me|
    boleh|boleh dong|boleh deh|iya boleh|iya benar|ya sudah|ya udah|yaudah|oke deh|oke lanjut|gas aja|
    tentu|tentu saja|pasti|silakan|silahkan|siap kak|iya dong|udah bener|sudah benar|sudah betul|jadi|jadi kak
    """)

NO_PHRASES: Final = _phrases("""
    no grazie|no no|no lascia stare|lascia stare|lascia perdere|lasciamo stare|lasciamo perdere|non importa|
    ho cambiato idea|non mi interessa|non interessa|non voglio|non lo voglio|non la voglio|non adesso|non ora|
    non ancora|per niente|per ora no|per adesso no|per il momento no|magari no|meglio di no|direi di no|credo di no|
    no aspetta|aspetta|aspetta un attimo|un attimo|non va bene|non confermo|niente|niente grazie|niente da fare|
    macche|ma no|ma anche no|col cavolo|nemmeno per sogno|annulla|no annulla|
    no thanks|no thank you|not now|not yet|not really|nah thanks|don t|dont|never mind|nevermind|forget it|
    i don t want it|i dont want it|not interested|i changed my mind|changed my mind|hold on|wait|cancel|no way|
    tidak|tidak jadi|gak jadi|ga jadi|nggak jadi|tidak usah|ga usah|gak usah|nggak usah|ndak|ndak usah|tidak mau|
    gak mau|ga mau|nggak mau|belum|belum dulu|nanti dulu|nanti aja|jangan|jangan dulu|batal|enggak deh|gak deh|ga deh
    """)

GREETINGS: Final = _words("""
    ciao ciaoo salve buongiorno buondi buonasera buonpomeriggio buonanotte buon buona giorno sera pomeriggio ehi ehila
    ehy hey hei hi hii hello helo hiya howdy yo morning afternoon evening good greetings halo haloo hallo hai helloo
    assalamualaikum assalamu alaikum permisi pagi siang sore malam selamat ue bella we weila saluti p
    """)
EVENTS: Final = _words("""
    a tutti tutte voi te lei there everyone all team shop negozio staff signori signora signore ragazzi e anche c e
    qualcuno nessuno ci siete sei ada orang gan sis bro om mbak mas toko semua
    """)
"""Words that may stand in a greeting without making it more than that."""

ORDINALS: Final = {
    word: place
    for place, names in {
        1: "primo prima first 1st pertama kesatu",
        2: "secondo seconda second 2nd kedua",
        3: "terzo terza third 3rd ketiga",
        4: "quarto quarta fourth 4th keempat",
        5: "quinto quinta fifth 5th kelima",
        6: "sesto sesta sixth 6th keenam",
        7: "settimo settima seventh 7th ketujuh",
        8: "ottavo ottava eighth 8th kedelapan",
        9: "nono nona ninth 9th kesembilan",
        10: "decimo decima tenth 10th kesepuluh",
        -1: "ultimo ultima last terakhir",
    }.items()
    for word in names.split()
}

POINTING: Final = _words("""
    il lo la l quello quella questo questa numero n nr num opzione prendo scelgo voglio vorrei direi facciamo the one
    number option choose i ll take want va bene facciamo allora
    yang nomor no pilihan pilih saya mau itu di da un una uno ecco
    """)
"""Words that may stand beside the number of a choice."""
