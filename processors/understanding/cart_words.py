"""Words and phrases that say what should happen to a cart, folded, as regular expressions in three languages."""

from __future__ import annotations

import re
from typing import Final

from processors.understanding.numbers import words_of


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b")


CLEAR: Final = _any(
    r"(svuot\w+|azzer\w+)( (tutto|il|mio|carrello|cestino|tutt\w))*",
    r"(cancell\w+|annull\w+|togli\w*|lev\w+|elimin\w+|rimuov\w+|butt\w+( via)?) (pure |anche )?(tutto|"
    r"tutta la (spesa|lista|roba)|l intera lista|"
    r"tutte cose|ogni cosa|(tutto )?il carrello|quello che c e nel carrello)",
    r"(tutto )?(via|fuori) tutto", r"tutto da capo", r"da capo",
    r"resett\w+( (tutto|il|mio|carrello))*", r"ricominci\w+( da (capo|zero))?", r"ripart\w+ da zero",
    r"non voglio piu (niente|nulla)",
    r"(empty|clear|reset|wipe|trash|dump)( out)?( all)?( (my|the|that))?( whole)? (cart|basket|order|bag|"
    r"everything|all)",
    r"(remove|delete|cancel|drop|take out|scrap|clear) (everything|all( of)?( it| them| items)?|it all|the lot)",
    r"start (over|again|from scratch)", r"(empty|clear|wipe) it",
    r"keranjang\w* ((di)?kosong\w+|(di)?bersih\w+|(di)?hapus\w*)",
    r"((di)?kosong(kan|in)|bersih(kan|in)|reset)( semua)?( isi)?( keranjang\w*)?",
    r"(hapus|buang|batal(kan|in)?|hilangkan|hapusin)( aja)? (semua\w*|seluruh\w*|isi keranjang|keranjang\w*)",
    r"(mulai|ulang) (lagi )?dari (awal|nol)",
)  # fmt: skip

REMOVE: Final = _any(
    r"togl(?!ipel|imac)\w+(?! (macch|odor|pel[oiu]|pulci))", r"tolg\w+", r"toje\w*",
    r"leva(?! (pelo|peli|pelucchi|macchie))\w*", r"lev[ai]temi", r"rimuov\w+(?! (macch|odor|pel[oiu]|pulci))",
    r"rimoss\w+", r"elimin\w+(?! (macch|odor|pel[oiu]|pulci))", r"cancell(a|o|i|ami|alo|ala|ali|ale|are|ate|iamo)",
    r"scart\w+",
    r"esclud\w+", r"scarica", r"depenn\w+", r"tira\w* (via|fuori|giu)", r"butta\w* (via|fuori)",
    r"(fa|fai|fare|faccio|farei|faremmo|farne) a meno( d\w+)?",
    r"facciamo a meno( d\w+)?", r"non (lo|la|li|le|me lo|me la) (voglio|vogliamo|prendo|prendiamo|mett\w+)( piu)?",
    r"non (voglio|vogliamo|prendo|prendiamo|mi serv\w+|ci serv\w+|m interessa\w*|mi interess\w+|compro) piu",
    r"non (mi )?serv(e|ono) piu",
    r"ripens\w+ (su|sul|sulla|sui|sulle)", r"lasci\w+ (stare|perdere) (il|lo|la|l|i|gli|le|quell\w)",
    r"^via (?!\w+ \d)",
    r"senza piu", r"non (voglio|vogliamo|prendo|compro) (il|lo|la|i|gli|le|quell\w|quest\w|un|una)",
    r"non (mi |ci |ce )?(serv(e|ono|ira)|interessa\w*)( piu)?$", r"(?<=\w )no$",
    r"niente (piu )?(il|lo|la|i|gli|le)?", r"annulla (il|lo|la|i|gli|le|un|una|due|quell\w)",
    r"metti\w* via", r"leviam\w+",
    r"(on second thoughts?|ripensandoci|a ripensarci)[, ]+(no|niente|senza) (?=\w)",
    r"^senza (?=(il|lo|la|l|i|gli|le|un|una) )", r"stralci\w+", r"pentit[aoie] d\w+",
    r"fa(i|te|ccia) sparire", r"non (mi |ci )?serv(e|ono) (il|lo|la|l|i|gli|le|quell\w)",
    r"get(?= (the|that|those|my)( \w+){1,4} out\b)", r"leave(?= (the|that|those|my)( \w+){1,4} out\b)",
    r"(pull|kick|drop|take|taking)(?= (the|that|those|my)( \w+){1,4} (back )?out\b)", r"(can|may|could) go$",
    r"won t (be )?need(ing)?( the| that)?", r"(i|we) (no longer|don t|do not) need", r"strike( out| off)?( the)?",
    r"cross (off|out)", r"nix", r"without the",
    r"remove", r"delete", r"drop", r"discard", r"take (off|out|away)",
    r"take(?= (the|that|those|my)( \w+){1,4} (off|out|away))",
    r"get rid of", r"lose the", r"scrap", r"(throw|toss|chuck) (away|out)", r"take (it|that|them) (out|off|away)",
    r"changed my mind (about|on)( the)?",
    r"(ho |ci ho )?(cambiato idea|ripensat\w+) (su|sul|sulla|sulle|sui|riguardo \w+)",
    r"^no (?!problem|thanks|worries|grazie|no|va|ok|"
    r"meglio|piuttosto|better|rather|mending|anzi)(?=\w+)",
    r"forget( about)?( the| that)?",
    r"(la|lo|le|li) (lascio|lasciamo|tolgo|levo)( (stare|perdere|li|qui))?",
    r"non (la|lo|li|le) (voglio|prendo|metto|mettere)", r"scratch (the|that)", r"skip the", r"leave (out|off)",
    r"cut the", r"ditch",
    r"(do not|don( t)?|dont|no longer|doesn( t)?) (want|need)( the| that| this)?( anymore)?", r"no more",
    r"cancel the",
    r"pull (out )?the", r"kick out", r"minus",
    r"(di)?hapus\w*", r"(di)?buang\w*", r"hilang(kan|in)", r"keluar(kan|in)", r"kurang(i|in)",
    r"(ga|gak|nggak|tidak|ndak|enggak) jadi",
    r"(di)?batal(kan|in)?", r"cabut", r"jangan( deh| dulu| aja| jadi)?$", r"batal( aja| deh)?$", r"coret",
    r"singkirkan",
    r"(ga|gak|nggak|tidak) (usah|perlu)", r"gausah",
    r"jangan (pakai|pake|masuk\w*)",
)  # fmt: skip

KEEP: Final = _any(
    r"(lasci\w*|tien\w+|teniamo|mantien\w+) (solo |soltanto |pure )?", r"rest\w+ solo",
    r"(keep|leave) (only |just )?",
    r"(biar(kan|in)|sisa(kan|in)) ?(aja |hanya )?",
)  # fmt: skip
"""Beside a removal: what stays as it is."""

NOT_THIS: Final = re.compile(
    r"^(?:no )?(?:not|non|mica|bukan(?:nya)?) "
    r"(?:the|il|lo|la|l|i|gli|le|quell[aeio]|quei|un|una|a|that|those|yang|yg) (?!\w+ (?:ma|but|tapi)$)"
)
"""What opens with a negation and no verb: "not the leather one, …"."""

NOTHING_OF: Final = re.compile(r"^(?:niente|nessun[ao]?|no|(?:ga|gak|nggak|tidak) usah|gausah|jangan) \w+")
INSTEAD_THIS: Final = re.compile(
    r"^(?:solo|soltanto|solamente|only|just|cuma|hanya|ma|but|meglio|piuttosto|mending|yang|yg)\b|"
    r"\b(?:aja|saja|instead|invece|piuttosto)\b"
)
"""Behind "niente guinzaglio": what is wanted instead of it."""

KEPT: Final = re.compile(
    r"^(?:non|not|bukan|e non|and not|mica) (?:\d+|due|tre|uno|una|two|three|one|satu|dua|tiga)$"
)
"""The number that is not wanted: "una sola, non due"."""

LESS: Final = re.compile(r"\b(?:kurang(?:i|in)|tambah\w*)\b.* jadi \w+$")
"""Verbs of taking out and adding that name the number to end with."""

SET: Final = _any(
    r"(riduc\w+|aument\w+|abbass\w+|alz[aio]\w*|port(a|ami|iamo|are|ate|alo|ala|ali|ale)|sal[iae]|bump|bring|"
    r"push)(?=.* (a|to) \w+$)",
    r"(scend\w+|sal(?:i|go|iamo|ga|ite|ire)|limit\w+|ridu\w+|arriv(?:o|a|iamo)) (?:solo )?ad? "
    r"(?=(?:\d+|un[ao]?|due|tre|quattro|cinque|sei|dieci)\b)",
    r"cambi(?!ato idea)\w+", r"modific\w+", r"aggiorn\w+", r"corregg\w+",
    r"port(a|ami|iamo|are|ate|alo|ala|ali|ale) a", r"fanne", r"fammene",
    r"facciamone", r"(fa\w*|fate\w*|fal\w+) (diventare|passare a)",
    r"falle",
    r"falli", r"metti(ne|amone) (solo )?(?=\d|due|tre|quattro|cinque|una|uno)",
    r"ne (voglio|vorrei|vogliamo|prendo|prendiamo|bastano|facciamo)",
    r"invece (di|che)", r"al posto d\w+", r"anziche", r"riduc\w+ a", r"aument\w+ a", r"(la )?quantita", r"diventano",
    r"(change|update|adjust|edit|modify|correct|bump|increase|reduce|lower|raise)", r"set (the|it|that|them|my)",
    r"make (it|that|those|them|the|my)",
    r"instead of", r"rather than", r"the quantity",
    r"(ubah|ganti|gantiin|rubah|jadi(kan|in)|jumlahnya|edit)", r"jadi (?=\d|satu|dua|tiga|empat|lima)",
    r"bukan(nya)?",
    r"^(no |nah |ga |gak )?(meglio|piuttosto|preferisco|preferirei|better|rather|i d rather have|i prefer|mending)"
    r"(?! (il|la|tra|fra|not|no|non))",
)  # fmt: skip

SOFT_SET: Final = _any(
    r"facciamo", r"fai", r"fate", r"anzi", r"solo", r"soltanto", r"just", r"only", r"aja", r"saja", r"cuma",
    r"do (?=\d)",
)  # fmt: skip
"""Sets the quantity of what is in the cart already, adds what is not."""

ENDS_INSTEAD: Final = re.compile(
    r"\d.* (?:instead|invece)$|\b(?:two|three|four|five|due|tre|quattro|cinque)\b.* "
    r"(?:instead|invece)$"
)
"""Another number than before: "let's do 4 soaps instead"."""

CONFIRM: Final = _any(
    r"conferm\w*", r"proced\w*", r"(e|questo e|per me e|direi che e|ok e) tutto", r"basta cosi", r"nient altro",
    r"(sono|siamo) a posto",
    r"va(i|do)? (alla|in) cassa", r"conclud\w+", r"complet\w+ (l )?ordine", r"(invia|manda|inoltra)\w* (l )?ordine",
    r"finalizz\w+",
    r"chiud\w+ (l )?ordine", r"(voglio|vorrei|posso) pagare", r"vado a pagare", r"paghiamo", r"al pagamento",
    r"col pagamento",
    r"^(ok |si |va bene |perfetto |certo |allora )*ordin(o|a|iamo)( pure)?$",
    r"^(ok |si |perfetto |va bene )*(mand\w+|sped\w+|inv\w+|fate|fai) (pure|tutto|il tutto)$",
    r"confirm\w*", r"check ?out", r"(place|submit|send|complete|finish|finali[sz]e)( (the|my|this))? order",
    r"that s (all|it)", r"thats (all|it)",
    r"that is (all|it)", r"that ll be all", r"nothing else", r"i m done", r"im done",
    r"ready to (pay|order|checkout)", r"proceed",
    r"(let me |i want to |how do i )?pay now", r"go ahead", r"ring (me|it) up",
    r"konfirmasi", r"lanjut(kan)?( (ke )?(bayar|pembayaran|checkout|pesan\w*|order))?", r"(mau )?bayar( sekarang)?",
    r"itu (saja|aja)", r"udah (itu|segitu)( aja| saja)?", r"segitu (aja|saja|dulu)", r"cukup( itu)?",
    r"gas( order| pesan)?",
    r"fix( order)?", r"proses( pesanan\w*| order\w*)?", r"selesai(kan)?( pesanan\w*)?",
)  # fmt: skip

ADD: Final = _any(
    r"vorr?ei", r"vorremmo", r"(mi|me|ci|ce)( ne)? (dia|diano|porga|procuri|procura)",
    r"(mann|mitt|purt|accatt|pigghi|"
    r"puort|fac)\w*m[ei]",
    r"(dovrebbe|dovreste|dovresti|deve|dovete) (portar|mandar|dar|prepar|spedir|mett)\w*", r"vogl\w*",
    r"volev\w+", r"volere", r"vulesse", r"aggiun\w*", r"mett\w*", r"prend\w*", r"pijo",
    r"pigli\w*", r"compr(?!ess)\w*", r"(vuole|vorrebbe|vogliono|wants)", r"acquist\w*",
    r"ordin(o|are|arn\w+|arl\w+|iamo|erei|a|ami|ate)", r"mand(?!or|ari)\w*", r"dam(mi|me|mene)",
    r"dat\w*mi(ne)?", r"dacci",
    r"portami", r"inviami",
    r"spedi(te)?mi", r"(mi|ci|me|ce) serv\w+",
    r"(mi|ci) (dai|date|da|mandi|mandate|fai|fate|porti|prepari|preparate|metti|mettete|tieni|tenete|prendi|"
    r"servirebb\w+|occorr\w+|vuole|vogliono)",
    r"m[ie] manca(no)?( solo| anche)?", r"ho bisogno d\w+", r"abbiamo bisogno d\w+", r"posso (avere|prendere|ordinare)",
    r"potrei (avere|prendere|ordinare)", r"facciamo", r"vado (di|con|per)",
    r"(sarei |sono )?(interessat\w+|intenzionat\w+) (a|ad|all)( ?\w+re)?",
    r"(gradirei|desidero|desidererei)( \w+re)?", r"fam+[ei]", r"inseri\w+",
    r"carica(mi|lo|la|re)?", r"prenot\w+", r"riserv\w+", r"lo prendo", r"la prendo", r"andrei", r"opto", r"scelgo",
    r"segna(mi|lo|la|re|te|temi)?",
    r"metta",
    r"(i|we)( would| d)? (like|love)( to (buy|order|get|have))?", r"i ?ll (take|have|get)",
    r"(i|we) (want|need|wanna|take)( to (buy|order|get|have))?", r"wanna", r"gimme", r"give me", r"get me",
    r"send( me| us)?",
    r"(can|could|may) (i|we) (have|get|order|buy|grab|take|purchase)",
    r"(can|could|would|will) (you|u)( please| also)?", r"add",
    r"put (?:me|us) down for", r"put", r"pop", r"stick", r"bung", r"sling", r"chuck in", r"order(ing)?",
    r"buy(ing)?", r"purchase",
    r"toss in", r"throw in", r"let me get",
    r"let me have", r"i m after", r"looking to (buy|order|get)", r"grab( me)?", r"reserve", r"include",
    r"(mau|pengen|pengin|ingin|mo|pgn|aku|saya) (mau |ingin )?(beli|pesan|pesen|order|ambil|checkout|co|yang|yg)",
    r"mau", r"pengen", r"(di)?tambah\w*",
    r"beli(in|kan)?", r"pes[ae]n(in|kan)?", r"ord(er|erin)",
    r"tambah(in|kan|an)?", r"minta", r"ambil(in|kan)?", r"masuk(in|kan)?", r"kirim(in|kan)?( saya)?", r"butuh",
    r"perlu", r"bungkus", r"checkout", r"co",
)  # fmt: skip

CORRECTION: Final = re.compile(
    r",?\s*\b(?:(?:eh |ops |oops |scusa |sorry |ah )*(?:no[, ]+)?(?:anzi(?: no)?|cioe no|volevo dire|intendevo|"
    r"mi correggo|"
    r"wait(?: no)?|no wait|actually|i mean(?:t)?|make that|scratch that|or rather|eh bukan|maksudnya|maksud saya|"
    r"ralat))\b\s*,?"
)
"""What is said before is replaced by what is said after."""

SEPARATOR: Final = re.compile(
    r"\s*(?P<hard>\n|;|\s\+|\+\s|&|•|\||(?<=\s)[-–](?=\s|\d)|^[-*•]\s|(?<![a-z]\b)\.(?=\s|$)|!+|\?+)\s*"
    r"|\s*(?P<comma>,)\s*(?:(?:e|ed|and|dan|poi|plus|anche|inoltre|then|also|terus|trus|sama)\s+(?:anche\s+|"
    r"poi\s+|pure\s+|also\s+|juga\s+)?)?"
    r"|\s+(?P<plus>poi|plus|inoltre|nonche|oltre a\w*|then|also|as well as|along with|insieme a\w*|assieme a\w*|"
    r"terus|trus|serta|ditambah|"
    r"e (?:anche|poi|pure)|ed anche|and (?:also|then)|dan (?:juga|lalu))\s+"
    r"|\s+(?P<both>sia)\s+"
    r"|\s+(?P<and>e|ed|and|dan|sama|sm|ama|n|che anche)\s+(?!mezz)",
    re.MULTILINE,
)

FILLER: Final = frozenset(words_of("""
    per favore piacere cortesia grazie mille tante ciao salve buongiorno buonasera buon giorno sera allora senti
    senta scusa scusi scusate ok okay io noi saya aku gw gue kami
    si dai pure anche ancora gentilmente subito oggi domani adesso ora carrello ordine mio mia spesa
    mi me ci te ti ne lo la li le gli l il i un po qst qsto questo questa questi queste quello quella quelli quelle
    qll quei pls plz
    please thanks thank you thx hi hello hey my the to in from cart basket order some of those these this that them
    it one for me us
    a an just only also too as well
    tolong dong donk ya yaa kak kakak min admin gan sis mas mbak pak bu ke dari dalam keranjang saya aku gue yang yg
    itu ini deh aja saja lagi
    makasih terima kasih halo hai permisi juga
    poi e ed and dan sia che solita solito x parte da di d de del della dello dei delle degli
    chiedere chiederti sapere potresti puoi potete potreste vorrei possibile fosse va bene perfetto certo ottimo
    tutto tutti tutte everything all semua semuanya
    pensarci bene ecco aho basta soltanto semplicemente
    benissimo fantastico eccellente bello bella bellissimo bellissima
    oh ah wow uff ue poco pochino bonasera bonasira buonase
    great lovely nice cool awesome perfect excellent wonderful fine good sure alright yes yeah yep so well hmm um uh
    baik bagus oke sip siap mantap keren boleh iya nah oh maaf sorry hmm
    """))  # fmt: skip
"""Words at the edges of a part that name no product."""

CONTAINERS: Final = frozenset(words_of("""
    pezzi pezzo pz pcs pc pieces piece units unit unita buah biji confezioni confezione conf scatole scatola pacchi
    pacco pacchetti
    pacchetto sacchi sacco sacchetti flaconi flacone bottiglie bottiglia barattoli barattolo lattine lattina buste
    bustine bustina busta
    boxes box bags bag packs pack packets packet bottles bottle cans can tins tin jars jar tubes tube tubi tubetto
    tubetti bungkus
    kotak botol kaleng sachet dus karung set lot volte x multipack confessioni confesione confesioni scatolette
    rotoli rotolo
    """))  # fmt: skip
"""What things come in: "due flaconi di shampoo" is shampoo."""

TAIL: Final = re.compile(
    r"\s+\b(?:che (?!sia)|perche|percio|siccome|cosi (?!via)|visto|dato che|"
    r"se (?:ce|c e|li|lo|la|le|possibile|si puo|ci)|quando|appena|"
    r"because|since|cause|cuz|if (?:possible|you)|so (?:that|i|we)|when|as soon|which|"
    r"karena|soalnya|krn|kalau|kalo|biar|supaya|kapan)\b.*"
)
"""Reasons and conditions behind a thing; their nouns are not ordered."""

RECIPIENT: Final = re.compile(
    r"\b(?:a|alle|alla|agli|ai|al|per|for|buat|untuk) (?:(?:la |il |le |i )?mi[aeo]i? |my |our |the )?"
    r"(?:me|zi[ae]|mamma|madre|moglie|marito|nonn[aio]|sorella|fratello|figli[aeo]|amic[aoi]|amiche|ragazz[ao]|"
    r"suocera|papa|padre|collegh?[aie]|nipot[ei]|fidanzat[ao]|wife|husband|mom|mum|mother|dad|father|sister|"
    r"brother|friends?|aunts?|kids|girlfriend|boyfriend|ibu|istri|suami|adik|kakak|teman|nenek|pacar)\b(?: saya)?"
)
"""For whom a thing is: "alle zie", "for my wife"."""

DELIVERY: Final = re.compile(
    r"\b(spedi\w*( a| in| entro)|consegn\w+|indirizzo|via [a-z]+ \d+|piazza [a-z]+|viale|interno|piano|citofono|"
    r"cap \d{5}|entro (domani|le|il|oggi)|"
    r"deliver\w*|address|street|avenue|by (tomorrow|monday|friday)|alamat|jalan|jl|kirim ke|antar ke|telefon\w*|"
    r"cell\w*|ritir\w+|passo a)\b"
)
"""Parts about where and when, not about what."""
