"""Words and word endings that tell Italian, English and Indonesian apart in short, careless messages.

Words are folded (lower case, no accents). A word may stand in several lists; then it tells nothing between them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("words")
"""Many more words of each language, a text file for each."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _words_in_file(language: str) -> frozenset[str]:
    lines = (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return _words(" ".join(line for line in lines if not line.startswith("#")))


_TALK: Final[dict[str, frozenset[str]]] = {
    "it": _words("""
        il lo la i gli le un uno una dei degli delle del dello della dell al allo alla ai agli alle nel nello
        nella nei negli nelle sul sullo sulla sui sulle dal dallo dalla dai col coi di a da in con su per tra fra e
        ed o oppure ma anche pure pero perche poi quindi allora se che chi cosa come dove quando quanto quanta
        quanti quante quale quali io tu lui lei noi voi loro mi ti ci vi si ne me te mio mia miei mie tuo tua suo
        sua vostro vostra vostri questo questa questi queste quello quella quelli quelle sto sta sti ste non no
        piu meno molto molta tanto tanti poco troppo tutto tutta tutti tutte niente nulla nessuno altro altra
        altri altre ancora gia mai sempre adesso ora oggi domani ieri stasera presto tardi qui qua li
        sono sei siete siamo ho hai ha abbiamo avete hanno era ero fare fatto fate fai faccio posso puoi puo
        potete potrei vorrei vorremmo voglio vogliamo volevo vuole vuoi devo deve dovrei serve servono
        servirebbe servirebbero prendo prendiamo prende prendere compro comprare ordino ordinare ordine ordini
        aggiungi aggiungo aggiungere aggiungimi togli toglimi tolgo leva levami rimuovi elimina metti mettimi mette
        manda mandami mandatemi mandate dammi damme dai date datemi fammi fatemi svuota carrello annulla annullare
        annullate conferma confermo confermato procedi procediamo cambia cambiare modifica costa costano viene
        vengono prezzo prezzi sconto sconti offerta offerte disponibile disponibili spedizione spedite spedire
        consegna consegnate consegnare pacco pacchi corriere arrivato arrivata arrivati arriva rotto rotta
        rimborso reso fattura pagare pagato pagamento soldi indirizzo numero negozio aperto aperti aprite
        chiudete orari orario grazie prego scusa scusi scusate ciao salve buongiorno buonasera buonanotte buon
        buona buone giorno sera giornata serata pomeriggio arrivederci auguri perfetto bene benissimo benone
        certo ovviamente magari forse davvero bello bella bellissimo ottimo
        buonissimo favore piacere cortesia gentilmente signora signore ragazzi sapere dire dirmi avere essere
        parlare sentire qualcuno qualcosa qualche persona operatore umano cerco cercavo trovo trovare vedere
        mostrami mostratemi consigli consigliate consiglia consigliare cane cani cagnolino cagnolina gatto gatti
        gatta gattino micio cucciolo cuccioli coniglio conigli pesci guinzaglio guinzagli collare collari pettorina
        cuccia
        crocchette croccantini umido ciotola ciotole lettiera shampoo profumo profumi candela candele diffusore
        sapone crema olio regalo regalare taglia taglie colore colori rosso rossa rossi rosse nero nera neri nere
        blu verde verdi giallo gialla bianco bianca grigio grigia marrone grande grandi piccolo piccola piccoli
        medio media nuovo nuova confezione confezioni scatola scatole pezzo pezzi paio dozzina chilo chili
        secco secca secchi umida umidi lavanda vaniglia cannella legno pelle cuoio
        due tre quattro cinque sette otto nove dieci dodici quindici venti cento mille mezzo mezza
        nn cmq xke xche ke qnt qlc qlcs grz tvb pls ok bona po sta qst qll aho ao ue guaglio vulesse chillo chella
        nun so mo minga gh savon oi ehi ehila ehy foto weekend perf boh mah dai insomma ecco guarda senti
        stufo stufa vergogna denuncio truffa truffatori ladri avvocato schifo arrabbiato pessimo basta
        settimana settimane mesi anno anni giorni ore dopo prima entro lunedi martedi mercoledi giovedi venerdi
        sabato domenica mattina casa macchina parente mamma figlia figlio moglie marito amica amico natale
        va vanno vada stai sta state stanno viene venite vado andiamo facciamo facciamone fanne dacci
        dimmi ditemi sapete sai so potreste potresti potremmo avreste avresti sarebbe sareste farmi avrei
        piglio pigliami lascia lasciami lascio lasciare stare perdere solo soltanto pero stesso stessa solito
        solita mica ormai sbagliato sbagliata sbagliati scaduto manca mancano mancava riparare garanzia
        quello'l vanno bisogno vuol dice chiedo chiedere chiedevo domanda informazione informazioni
        """),
    "en": _words("""
        the a an i you he she it we they me him her us them my your his its our their this that these those
        and or but so because if then than when where what which who whom whose why how much many more less
        some any no not none nothing something anything everything is are am was were be been being do does did
        done doing don doesn didn can could cannot couldn would should will won wouldn shall may might must have
        has had having haven get gets got getting give gives gave take takes took taking make made need needs
        want wants wanted like likes please pls plz thanks thank thx ty hello hi hey good morning afternoon
        evening night bye goodbye see later tomorrow today yesterday now soon yet still already again never ever
        always just only really very too also well ok okay yes yeah yep nope sure great nice cool awesome perfect
        friend friends folks buddy sorry excuse help order orders ordered ordering buy buying bought purchase
        cart basket checkout add added
        remove delete cancel change changed empty clear put send sent ship shipping shipped deliver delivery
        delivered parcel package arrive arrived arrives price prices cost costs cheap cheaper discount discounts
        sale stock available availability size sizes color colour colors colours small medium large big bigger
        red blue black white green grey gray brown yellow pink dog dogs cat cats puppy puppies kitten kittens
        leash lead collar harness bed food kibble treats toy litter bowl perfume perfumes candle candles soap
        shampoo cream oil gift card for from to of in on at by with without about out up down off over into
        between before after one two three four five six seven eight nine ten twelve dozen couple pair another
        other same different each every all both few first last next new old there here looking look show tell
        know think hope wait waiting waited week weeks day days month months hour hours year years time
        money refund return returns returned invoice receipt payment pay paid card bank broken damaged wrong
        missing faulty leaking late lost work works working someone somebody person people human agent manager
        speak talk call phone number address open opening close closed hours store shop where's recommend
        recommendation best better bad worst terrible awful useless scam fraud lawyer police report angry
        ridiculous joke unacceptable lol lmao gn np hmm pardon excellent invalid weekend instalments installments
        code photo status wth wtf omg btw asap u ur r hw fr wnat gimme gonna wanna lemme kinda
        make it'll i'll i'd i'm i've let lets that's what's it's dont cant wont im ive id'
        bring keep leave drop instead else actually maybe mind never fine welcome cheers mate
        question advice suitable safe sensitive skin hair coat old long short grain free wet dry
        """),
    "id": _words("""
        saya aku gue gw gua kamu anda kalian kami kita dia mereka ini itu yang yg dan atau tapi tetapi karena kalau
        kalo kl jika supaya untuk utk buat dari dr ke di pada dengan dgn dg tanpa sama juga jg saja aja sj lagi lg
        sudah sdh udah udh dah belum blm akan bakal sedang masih msh pernah tidak tdk gak ga nggak ngga enggak
        engga kagak bukan jangan jgn ada adakah tersedia apa apakah siapa kapan mana dimana kemana gimana bagaimana
        kenapa mengapa berapa brp bisa bs boleh mau mo pengen pengin ingin butuh perlu minta mohon tolong tlg beli
        pesan pesen pesanan order orderan ambil tambah tambahin tambahkan kurangi hapus hapuskan buang batal
        batalin batalkan ganti ubah kosongkan keranjang bayar pembayaran lanjut lanjutkan konfirmasi setuju cek
        lihat liat tampilkan kirim kirimkan kiriman ongkir ongkos pengiriman paket kurir resi sampai sampe nyampe
        datang terima diterima rusak pecah salah kurang hilang kembali kembalikan pengembalian retur tukar uang
        duit harga harganya murah mahal diskon promo stok stoknya barang barangnya produk produknya toko tokonya
        alamat alamatnya jam buka tutup hari kemarin besok lusa minggu bulan tahun sekarang nanti tadi pagi siang
        sore malam selamat terima kasih makasih makasi mksh trims tq halo hai hallo permisi hlo telat cerita foto
        proses cs pic bs cod ga maaf iya iyaa ya
        yaa yah oke okee sip siip siap mantap bagus keren gapapa gpp santai wkwk wkwkwk wkwkwkwk hehe dong donk
        deh sih kok nih tuh lho loh kan lah kak kakak gan sis bro min admin mas mbak pak bu bapak ibu bang om
        satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas selusin setengah puluh belas ratus
        seratus sepasang buah biji pcs ekor bungkus kotak botol kaleng ukuran warna rasa jenis merah biru hitam
        putih hijau kuning cokelat coklat abu besar gede kecil kecilan sedang panjang pendek anjing kucing kelinci
        ikan burung anak peliharaan makanan makan minum makananan tali kalung kandang pasir parfum lilin
        sampo shampo sabun krim minyak hadiah kado mainan mangkuk tempat tidur kasur baju jaket tas bulu kulit
        wangi lilin aroma vanila lavender melati mawar
        kering basah biasa cocok bagus rekomendasi saran rekomen bedanya cara caranya pakai pake orang
        manusia bicara ngomong ngobrol hubungi telepon telpon nomor penipu penipuan tipu lapor polisi kecewa
        marah parah lama banget bgt sekali sangat terus trus kapan lagian semua semuanya nya dulu dl duluan jadi
        jd jadinya tak tau tahu tanya nanya mohon silakan silahkan bantu bantuan bantuin gambar foto katalog
        katalognya ready pun punya punyaku milik cuma hanya satunya dua-duanya masing itu aja segitu
        transfer rekening saldo gagal sukses berhasil dikirim dibayar dapat dapet bikin biar nunggu tunggu
        menunggu kasih kasi kirimin ambilin simpan lain lainnya selain lebih paling kira-kira kira sekitar
        """),
}  # fmt: skip
"""Words of everyday shop talk, slang and common abbreviations."""

WORDS: Final[dict[str, frozenset[str]]] = {
    language: words | _words_in_file(language) for language, words in _TALK.items()
}
"""The words of each language: those of talk with shops, and everyday ones."""

FOREIGN_WORDS: Final = _words("""
    hola gracias buenos buenas quiero quisiera cuanto cuesta tienen tienes donde esta estan mi pedido para perro
    perros gato por favor necesito hablar usted ustedes muy tambien pero como llega llego todavia envio hasta luego
    el los las una unos con que y
    bonjour bonsoir merci je tu vous nous voudrais combien coute prix avez est sont les des du une pour avec mon ma
    commande chien chat s'il plait ou et livraison oui pas
    hallo guten tag danke ich du sie wir mochte haben wie viel kostet ist das der die ein eine und fur mit mein
    meine bestellung hund katze bitte nicht wo wann lieferung ja nein
    ola obrigado obrigada quero quanto custa voce voces tem meu minha pedido cachorro gato nao sim onde entrega
    dank je wel ik wil graag hoeveel kost
    """)
"""Common words of Spanish, French, German, Portuguese, Dutch; several also occur in our languages."""

BORROWED: Final = _words("""
    help please pls thanks sorry checkout order cart refund broken cancel delivery shipping tracking size dog cat bed
    gift card shampoo candle perfume leash toy food snack top cool nice ok black friday link online shop store sale
    vanilla lavender size small medium large delay feedback chat admin customer service invoice promo voucher discount
    kit set mug plaid spray gel hotline pet puppy kitten collar bye best price
    """)
"""English words that Italians and Indonesians use in the middle of their own sentences; they count less."""

TELLING: Final[dict[str, frozenset[str]]] = {
    "id": _words("""
        kak kakak gan dong donk deh sih nih tuh kok lho gak nggak ngga enggak banget bgt yg dgn mbak bang cak kang teh
        bund bun aja gimana gmn udah udh belum blm pake kayak gue gw aku punten nuhun suwun
        """),
    "it": _words(
        "mandami mandatemi dammi vorrei voglio grazie avete perche pero anche sono della delle degli gli"
    ),
}
"""Words that nobody borrows: whoever says "have a nice day kak" is answered in Indonesian."""

ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "it": (
        "zione", "zioni", "mente", "issimo", "issima", "are", "ere", "ire", "ando", "endo", "ato", "ata", "ati",
        "uto", "ito", "etto", "etti", "etta", "ette", "ello", "ella", "elli", "ino", "ini", "ina", "aglio", "agli",
        "oso", "osa", "ivo", "iva", "anza", "enza", "aggio", "eria", "ista", "ebbe", "iamo", "ete", "chi",
        "ghi", "cchi", "glie", "ezza", "tore", "tori", "cci", "gno", "gna", "sco", "zze", "zzo", "zza",
    ),
    "en": (
        "ing", "tion", "ness", "ment", "ly", "ed", "ight", "ough", "ould", "ful", "less", "able", "ship", "ies",
        "ck", "sh", "th", "wn", "rs", "ts", "ks", "ds", "ns", "ee", "oo", "ow", "y",
    ),
    "id": (
        "nya", "kan", "lah", "kah", "ku", "mu", "ng", "ap", "ak", "uk", "ik", "ah", "uh", "ih", "ut", "at", "an",
        "ur", "ar", "ir", "um", "am", "im", "in", "is", "as", "us", "ai", "au",
    ),
}  # fmt: skip
"""Endings of words that are in no list; longer ones say more."""

BEGINNINGS: Final[dict[str, tuple[str, ...]]] = {
    "it": ("sc", "gn", "gl", "qu"),
    "en": ("wh", "th", "sh", "kn", "wr"),
    "id": ("meng", "mem", "men", "peng", "pem", "ber", "ter", "ng", "ny", "se", "ke", "di"),
}

NEUTRAL: Final = _words("""
    ok okay oki okk k kk si no x xx xl xs l m s kg g ml cl pz pcs euro eur stop start menu gps led wow haha hahaha
    ahah
    ahahah ahahaha hihi lol whatsapp bot email mail sms iban pin id info vip max mini pet extra top
    """)
"""Words that people write in every language."""
