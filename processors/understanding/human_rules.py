"""When a person is needed: somebody asks for one, threatens, accuses, or is angry after waiting."""

from __future__ import annotations

import re
from typing import Final

from processors.understanding.types import HumanReason

_PERSON = (
    r"(person[ae]|umano|umani|qualcuno|qualcun|quarcuno|cristian[oi]?|responsabile|titolare|proprietari[oa]|"
    r"direttore|direttrice|capo|"
    r"colleg[ahe]+|commess[oa]|agente|addett[oaie]|incaricat[oa]|signor[ae]|signorina|ragazz[ao]|chi (comanda|"
    r"di dovere|decide)|operator[ei]|operatrice|essere umano|"
    r"human|humans|people|person|someone|somebody|agent|manager|operator|representative|rep|supervisor|staff|"
    r"owner|boss|colleague|adult|lady|guy|"
    r"whoever is in charge|in charge|admin\w*|manusia\w*|orang\w*|cs|petugas\w*|pegawai\w*|penjual\w*|seller|"
    r"manajer\w*|pemilik\w*|staf\w*|bos|mbak|mas|bapak|ibu|"
    r"penanggung jawab\w*|bertanggung jawab|berwenang|yang lain)"
)
_ASKED = (
    r"\b(no more|stop( the)?|basta( con)?|niente|jangan|accept) (\w+ ){0,2}(automated|canned|automatic\w*|"
    r"preimpostat\w+|(balas |jawaban )?otomatis|template)\b|\b(living soul|anima viva|sentient being|essere "
    r"senziente)\b|\b(where s|dov e|dove sta|mana) (the |il |la |lo )?(owner|titolare|proprietari\w|boss|padron\w|"
    r"responsabile|manager|pemilik\w*)\b|\b(pemilik|bos|manajer)\w* mana\b|\bwho( s| is) in charge\b|\bput (me|her|him|"
    r"someone) (on|through)\b|\bmettetemi in linea\b|\bsiapa (sih )?yang (jaga|pegang)\b|"
    r"\b(number|numero|nomor) (that |where |a cui |al quale |yang )?(someone |somebody |)(picks up|answers|rispond\w+|"
    r"diangkat|dijawab)\b",
    r"\b(instead of (you|a bot|the bot)|al posto (tuo|del bot|di un bot)|on the line with|(per|al|via) telefono|"
    r"(by|over the|on the) phone|(lewat|via) telepon|a voce|in person|di persona)\b",
    r"\b(person|human|persona|umano|orang|staf|manusia|clerk|employee|impiegat[oa]|dipendente|karyawan|"
    r"anggota tim|team member) (\w+ ){0,2}(handle\w*|help\w*|take over|take care|deal|look into|occup\w+|aiut\w+|"
    r"segu\w+|gestisc\w+|legg\w+|tangan\w*|bantu\w*|jawab\w*)\b",
    r"\b(ditangani|dibantu|dijawab|dilayani|berdiskusi|diskusi|handled by|answered by|seguit[oa] da|"
    r"assistit[oa] da|occuparsene|occuparsi) (\w+ ){0,4}(orang|staf\w*|manusia|person\w*|human|person|staff|"
    r"someone|qualcuno|umano)\b",
    r"^(operatore|operatrice|umano|un umano|human|manusia|agent|agente|admin|cs|operator|responsabile|"
    r"telefonatemi|chiamatemi|telepon|legal|persona)$",
    r"\b(operator[ei]|operatrice|assistenza umana|servizio clienti|numero verde|call center|customer (service|"
    r"care))\b",
    rf"\b{_PERSON} (vera|vero|reale|umana|umano|in carne( e ossa)?|che (mi )?(capisca|capisce|ragiona|rispond\w+|"
    rf"aiut\w+|sappia)|asli|beneran|langsung|sungguhan)\b",
    rf"\b(parl\w+|discut\w+|sent(ire|irvi)|chiama\w*|conferire|comunicare|scrivere|rispond\w+|contatt\w+|"
    rf"in contatto) (\w+ ){{0,4}}{_PERSON}\b",
    r"\b(vorrei|voglio|voio|posso|possiamo|potrei|preferirei|preferisco|preferiamo|devo|fammi|fatemi|fateme|fai|"
    r"mi fa|mi faccia|bisogno di) (\w+ ){0,2}(parl\w+|parla|discuter\w+) (\w+ ){0,2}(con|co)\b",
    r"\b(mi )?(pass[ia]|passami|passatemi|passate) (a |con |il |un |una |al |la )*(qualcuno|person\w+|operator\w+|"
    r"collega|responsabile|titolare|umano|addetto|capo)\b|\bmettetemi in contatto|\bmi (metta|metti|"
    r"mettete) in contatto",
    r"\b(telefonatemi|telefonami|mi telefon\w+|chiamatemi|mi chiami|richiamatemi|richiamami|mi richiam\w+|"
    r"mi (potete|puo|puoi|potreste) (chiamare|telefonare|richiamare)|(potete|puo|puoi) chiamarmi|"
    r"essere (contattat|richiamat|chiamat)\w+|"
    r"fammi (chiamare|rispondere)|fatemi chiamare|chiamami qualcuno|contattatemi|(numero|telefono) (di|"
    r"del) (\w+ )?(responsabile|titolare|direttore))\b",
    r"\b(qualcuno|qualcun|uno|una) (\w+ )?(mi |ci )?(rispond\w+|legg\w+|aiut\w+|di umano)\b|"
    r"\brispond\w+ (\w+ )?(qualcuno|una persona)\b|\brispondetemi\b|\bc e (un |una |qualche )?(umano|addett\w+|"
    r"person\w+|ragazz\w+|responsabile)\b",
    r"\b(non|basta|niente) (\w+ ){0,4}(bot|robot|macchina|macchine|machina|risponditore|risposte automatiche|"
    r"messaggi automatici|computer)\b|\brisposte automatiche\b|\bcol muro\b|\bwith a wall\b|\ba wall\b|"
    r"\bsama tembok\b",
    rf"\b(voglio|vorrei|serve|cerco|preferisco|preferirei|datemi|dammi|want|need|get me|give me|mau|minta|butuh|"
    rf"panggil\w*|mana|suruh|cari) (\w+ ){{0,3}}{_PERSON}( \w+)?$",
    rf"\b(talk|speak|speek|chat|connect|transfer|put|pass|discuss|reach|hear) (\w+ ){{0,5}}{_PERSON}\b",
    r"\b(can|could|may|let|want|wanna|wana|like|need|prefer|rather|how (do|can) i|please) (\w+ ){0,3}(speak|talk|"
    r"speek|discuss (this|it)) (\w+ )?(to|with)\b",
    r"\b(real|actual|live|proper|breathing) (human|person|agent|people|someone|customer)\b|\bhuman (agent|being|"
    r"please|support|help|assistance)\b|\b(a|any|another) human\b|\b(call|phone|ring) me( back)?\b|"
    r"\b(someone|somebody|anyone|anybody) (\w+ )?(answer|reply|respond|call|help me|there|real|human)\b|"
    r"\blet (someone|somebody)\b|\bstop the bot\b|\bnot (to )?a (bot|robot|machine)\b|\b(t|not) (want to )?(talk|"
    r"speak) to a (machine|bot|robot)\b|"
    r"\b(any )?member of staff\b|\bsomebody in charge\b|\bcontacted by (phone|your)\b|\bhelp from a person\b",
    rf"\b(bicara|ngobrol|ngomong|chat|hubung\w+|sambung\w+|berbicara|bcra|konsultasi|disambung\w*|dihubung\w*|"
    rf"diajak (bicara|ngomong)) (\w+ ){{0,4}}({_PERSON}|orng|dengan|sama|sm|dgn) ?(mbak|mas|pak|bu|\w+)?\b",
    r"\b(jangan|bukan|capek|males|malas|tidak|gak|ga) (\w+ ){0,4}(bot|robot|mesin)\b|\b(telepon|telpon|telfon|tlp|"
    r"call) (saya|aku|gue|balik)\b|\bmenelepon saya\b|\bminta (cs|admin|operator|nomor (cs|admin|penanggung))\b|"
    r"\bada (orangnya|manusianya|adminnya|mbak yang|orang yang|pegawai|orang tidak)\b|\badakah manusia\b|"
    r"\bhubungi saya\b|\b(jawab|balas) dong\b|\bbantuan orang\b|\b(sama|mau) (teman\w*) (yang|mu)\b|"
    r"\bnomor penanggung jawab\w*\b",
)  # fmt: skip
_IDENTITY: Final = re.compile(
    r"\b(sei|siete|tu e|e) (\w+ ){0,3}(bot|robot|macchina|computer|persona vera|umano|vero|vera)\b|\b(con chi|"
    r"chi) (\w+ ){0,4}(parl\w+|risponde)\b|\bparlo con (un|una) (persona|umano|robot|bot)\b.*\bo (con )?(un|"
    r"una)\b|"
    r"\b(are|r) (you|u) (\w+ ){0,3}(bot|robot|human|real|person|machine|ai)\b|\b(am i|who am i|"
    r"with whom) (\w+ ){0,4}(talking|speaking|chatting)\b|\bpleasure of speaking\b|"
    r"\b(kamu|anda|ini|saya) (\w+ ){0,4}(robot|bot|mesin|manusia)( ya| kah)?\b(?!.*\b(suruh|sambung|"
    r"mau bicara)\b)|\b(dengan|sama|dgn) siapa\b|\borang atau (mesin|robot|bot)\b"
)
"""Wants to know who answers, which is small talk and no wish for somebody else."""
_WISH: Final = re.compile(
    r"\b(voglio|vorrei|fammi|fatemi|passami|passatemi|mi passi|preferi\w+|i want|let me|let someone|want|get me|"
    r"put me|suruh|panggil\w*|capek|males|malas|mau bicara|sambung\w+|minta|basta|non voglio|rather)\b"
)

_LEGAL = (
    r"\b(gugat\w*|putus kontrak|pubblic(o|hero) tutto|posting (all|everything)|sebar(in|kan)? di|marescial\w+|"
    r"constable|mengadu|crime|penggelapan)\b",
    r"\b(my rights|miei diritti|diritti (dei|del) consumator\w+|hak (saya|konsumen)|hakim|judge|class action|"
    r"notif\w+ formale|pec|raccomandata|messa in mora|formal (notice|complaint)|reclamo formale|somasi)\b",
    r"\b(giornal[ei]|stampa|striscia|le iene|trustpilot|tiktok|sui social|on social media|newspaper|the press|"
    r"tripadvisor|google review|questura|legalmente|legally|legal (steps|action|letter)|adir\w+|"
    r"appropriazione|dispute this|disput\w+ (the|this|my) charge|contest\w+ (l |il )?addebito|pengadilan|"
    r"jalur hukum|ultimo avviso|final warning|last warning|peringatan terakhir|consumer court|ombudsman|"
    r"taking them to the (station|police))\b",
    r"\b(avvocat\w+|legal[ei]\b(?! di)|denunc\w+|denunzi\w+|querel\w+|carabinier\w+|polizia|finanza|tribunale|"
    r"codacons|altroconsumo|adiconsum|antitrust|agcm|garante|diffid\w+|vie legali|giudice|"
    r"associazione consumatori|esposto|segnal(o|er\w+) (a|alla|al|tutto))\b",
    r"\b(lawyers?|attorney|solicitor|sue|suing|legal action|court|police|authorities|trading standards|bbb|"
    r"consumer (protection|rights)|small claims|chargeback|report (you|this|it) to|reporting (you|this))\b",
    r"\b(polisi|pengacara|hukum|lapor(kan|in)?|laporan|tuntut|somasi|ylki|viral(in|kan)?|pidana|bpkn)\b",
)  # fmt: skip
_ACCUSED = (
    r"\b(criminals?|criminali|penjahat|cowboys|conned|ghost(ed|ato|ata|ati)|dighosting|perampok\w*|mascalzon\w+|"
    r"furfant\w+|scam(ers?|er)|pretend (they|you) don t exist|fate finta di (niente|nulla|non)|pura pura (nggak|ga|gak|"
    r"tidak) (kenal|tahu|tau)|(taken|take me) for a ride|per il naso|jangan dibodohi)\b",
    r"\b((senza|without) (scrupoli|scruples|vergogna|shame)|spillat\w+|squeez\w+ (\w+ )?money|dikuras|"
    r"tidak punya hati|approfitt\w+ (di|della) (me|gente|clienti|person\w+)|taking advantage|ingannat\w+|inganno|"
    r"deceiv\w+|misled|raggirat\w+|abusiv\w+|intascat\w+|pocketed|mi avete (fregato|preso in giro|derubat\w+))\b",
    r"\b(spariti|sparito|scappati|fuggiti|vanished|disappeared|kabur|ran off) (\w+ ){0,3}(soldi|money|uang)\w*\b|"
    r"\b(you|they|u) (stole|robbed|ripped|cheated|tricked|scammed|lied)\b|\b(shame on (you|u)|malu dong|mariuole|"
    r"mariuoli|pencuri|kalian curi|curi uang|pnipu|tipuan|this is theft|theft)\b|"
    r"\b(per (scem[oa]|stupid[oa]|cretin[oa]|fess[oa])|for a fool|for an idiot|dikira bodoh|take me for|"
    r"trufator\w*)\b",
    r"\b(truff\w+|ladri|ladro|ladroni|imbroglion\w+|fregat\w+|disonest\w+|rubat\w+|raggir\w+|presa? in giro|"
    r"prendete in giro|prendendo in giro|presi per il culo|prendete per il|farabutt\w+|delinquent\w+|bugiard\w+|"
    r"furto|furbi|pacco tirato)\b",
    r"\b(scam(s|med|mer|mers|ming)?|fraud\w*|thie(f|ves)|stole|stealing|rip ?off|ripped|con artists?|crooks?|"
    r"liars?|lying|cheat\w*|"
    r"robbed|swindl\w*)\b",
    r"\b(penipu\w*|tipu|ditipu|nipu|maling|bohong|boong|dibohongi|pembohong|curang|modus)\b",
)  # fmt: skip
_ANGRY = (
    r"\b(how dare you|come vi permettete|berani beraninya|(mi state|mi avete) ignor\w+|(sono|vengo|being) "
    r"ignor(ata|ato|ed)|dicuek\w+|ought to be ashamed|che serieta|perd\w+ la pazienza|pazienza (e |est )?(finita|"
    r"esaurita)|kesabaran (saya |gue |aku )?habis|habis kesabaran)\b",
    r"\b((nessuno|nobody|no ?one) (\w+ ){0,2}(consider\w+|ascolt\w+|fila|degn\w+|cares|listens|bothers|helps|"
    r"aiuta|legge)|(tidak|gak|ga|nggak) ada yang (gubris|menggubris|peduli|respon|merespon|baca|tanggung jawab)|"
    r"mancanza di rispetto|rispetto zero|disrespect\w*|rude|maleducat\w+|cafon\w+|kurang ajar|tidak sopan|"
    r"servizio (da|di) (schifo|terzo mondo|merda)|pessimo servizio|bad service|pelayanan (buruk|jelek))\b",
    r"\b(vergogn\w+|schif\w+|scandal\w+|inaccettabil\w+|indecent\w+|pessim[oaie]|incazz\w+|arrabbiat\w+|furios\w+|"
    r"stuf[oai]\b|stanc[oa] di|esaust\w+|ridicol\w+|assurd\w+|intollerabil\w+|mai piu|non ne posso piu|"
    r"non se ne puo piu|fate (pena|schifo|ridere)|cialtron\w+|incompeten\w+|perso la pazienza|sono (nero|nera|"
    r"furioso)|avete rotto|rotto le|che palle|ma vi pare|roba da matti|cazzo|merda|vaffa\w*|cog?lion\w+|"
    r"basta aspettare|nessuno (mi )?(risponde|rispond\w+)|non rispond(e|ete)( mai)?|recensione negativa|"
    r"una stella|pazienza (e )?finita|come osate)\b",
    r"\b(ridiculous|unacceptable|disgust\w+|disgrace\w*|terrible|horrible|awful|appalling|outrageous|pathetic|"
    r"furious|angry|pissed|fed up|sick (and tired )?of|had enough|worst|(what a|absolute|complete|total|this is a|"
    r"a bad|some kind of) joke|useless|bullshit|fuck\w*|"
    r"shit|never (again|buying|ordering|shopping)|nobody (answers|replies|responds)|no ?one (answers|replies|"
    r"responds)|ignor(ed|ing) me|last straw|losing (my )?patience|one star|absolute disgrace)\b",
    r"\b((sangat|amat|benar benar) kecewa|kecewa (banget|sekali|berat|parah)|parah banget|kesal|kesel|marah|emosi|"
    r"ga (becus|bener|beres)|gak (becus|bener|beres)|payah|buruk|"
    r"jelek banget|bangsat|anjir|anjing lu|sialan|kapok|bete|muak|capek (nunggu|saya|gue|banget)|lama banget|"
    r"keterlaluan|gimana sih kalian|ga profesional|tidak profesional|ga ada yang (jawab|bales|balas)|(ga|gak|nggak|"
    r"tidak) (dibales|dibalas|dijawab|direspon|ditanggapi)|bintang satu|mengecewakan)\b",
)  # fmt: skip
_WAITED = (
    r"\b(sono|son|est|e|da) (un|una|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|quindici|venti|\d+) (mes[ei]|"
    r"settiman[ae]|giorni)\b.*\b(aspett\w+|rimbalz\w+|basta|troppi?|rispond\w+|nessun\w*|ancora|esasperat\w+|"
    r"casino)\b|^(ma )?(\w+ ){0,4}sono (dieci|\d+) giorni$|"
    r"\b(sono|stat[oa]|been|sudah) (stat[oa] )?(molto )?(pazient\w+|patient|sabar)\b|\b(perso|persa|finit\w|lost|"
    r"habis|losing) (la |my |all )?(pazienza|patience|kesabaran)\b|\b(esasperat[oa]|wits end|passed around|"
    r"dioper\w*|mi rimbalz\w+|rimballzate)\b|"
    r"\b(nessuna|no|zero) (risposta|reply|response|answer)\b.*\b(basta|enough|cukup)\b|\btidak ada (balasan|"
    r"yang (bantu|jawab|balas))\b|\b(esigo|pretendo|i demand|demand an|saya tuntut)\b|\b(a month|weeks|months|"
    r"sebulan|un mese|menunggu sebulan) (of waiting|di attesa|nunggu)\b|\bmenunggu sebulan\b|"
    r"\b(sudah|udah) (se|dua|tiga|empat|lima|enam|tujuh|sepuluh|\d+) ?(minggu|bulan|hari|kali) (\w+ )?(cerita|"
    r"tulis|nunggu|menunggu|alasan|chat|bilang)\b|\b(sudah|udah) sepuluh hari\b|\b(minggu|bulan) alasan\b|"
    r"\bits been \d+ (weeks|months)\b|\bit s been (\w+ ){0,2}(weeks|months)\b|\bafter (\w+ )?(days|weeks|"
    r"months) of (silence|waiting)\b",
    r"\b((un|una|due|tre|quattro|cinque|sei|dieci|\d+) (settiman\w+|mes[ei]|giorn\w+|or[ae])|da (giorni|settimane|"
    r"mesi|ore|una vita)|settimane|(terza|quarta|quinta|ennesima|millesima) volta) (\w+ ){0,3}(che )?(aspett\w+|"
    r"attend\w+|vi scrivo|scrivo|chiamo|chiedo|chied\w+)\b|\b(aspett\w+|attend\w+) (\w+ ){0,2}da (\w+ )?(giorni|"
    r"settimane|mesi|settimana|mese|ore|una vita|troppo)\b|\bquante volte (devo|dobbiamo|ve lo)\b|\b(ennesima|"
    r"terza|quarta|decima) volta\b",
    r"\b(been )?waiting (\w+ ){0,3}(weeks?|months?|days|hours|ages|forever)\b|\b(third|fourth|fifth|hundredth|"
    r"tenth) time\b|\bhow many times\b|\bweeks (and|now|later) (\w+ )?(still )?(nothing|no)\b",
    r"\b(sudah|udah|dah) (\w+ ){0,3}(minggu|bulan|hari)\b.*\b(belum|tunggu|nunggu|menunggu|masih)\b|\b(nunggu|"
    r"menunggu) (\w+ ){0,3}(minggu|bulan|lama|berhari)\w*\b|\b(berapa|berkali) kali\b|\bkali ke\b",
)  # fmt: skip

_RULES: Final[tuple[tuple[HumanReason, re.Pattern[str]], ...]] = (
    ("legal", re.compile("|".join(_LEGAL))),
    ("asked", re.compile("|".join(_ASKED))),
    ("angry", re.compile("|".join((*_ACCUSED, *_ANGRY)))),
    ("angry", re.compile("|".join(_WAITED))),
)
_PAYMENT: Final = re.compile(
    r"\b(soldi|pagat\w+|pagament\w+|addebit\w+|carta|rimbors\w+|money|paid|payment|charged|card|refund|uang|duit|"
    r"bayar|dibayar|pembayaran|transfer|rekening)\b"
)


_ONLY_WISH: Final = re.compile(
    r"(?:(?:halo|hai|kak|min|permisi) )?(?:(?:saya|aku|gue|gw|kami) )?(?:mau|pengen|pengin|ingin)(?: \d{1,2})?"
    r"(?: (?!(?:tanya|nanya|bertanya|retur|refund|tukar|bicara|ngomong|komplain|lapor|protes|tahu|tau|lihat|liat|"
    r"cek|batal|info|foto|bantu|cs|admin|nomor|uang|orang|petugas|manusia|operator|bayar|kembali|ganti|ubah|alamat|daftar|kerja|chat|"
    r"jawab|masalah|rusak|kemana|kapan|dimana|pesanan|order)\w*\b)[a-z0-9]+){1,3}"
)


def human_reason(plain: str) -> HumanReason:
    """Why a person is needed, "none" when the words give no reason. `plain` is folded words."""
    for reason, pattern in _RULES:
        if pattern.search(plain) and not (reason == "asked" and only_curious(plain)):
            if reason == "angry" and _PAYMENT.search(plain):
                return "payment"
            return reason
    return "none"


def only_curious(plain: str) -> bool:
    """Whether somebody asks who or what is answering, and wants nobody else."""
    return bool(_IDENTITY.search(plain)) and not _WISH.search(plain)


def only_wishes(plain: str) -> bool:
    """Whether somebody says in Indonesian that they want a thing, and nothing else: "saya mau sampo kering".

    The model has read few such messages, and takes a word it never met for a call for help.
    """
    return _ONLY_WISH.fullmatch(plain) is not None
