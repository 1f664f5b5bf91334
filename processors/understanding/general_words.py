"""Everyday adjectives and materials of a shop, from English and Indonesian into Italian catalogue words.

A merchant's own glossary goes first; these are the words that no merchant should have to write down.
"""

from __future__ import annotations

from typing import Final

_TABLE = """
    tower menara: torre | scratcher cakaran garukan: tiragraffi | bag tas: borsa | box kotak: scatola |
    dry kering: secco | wet basah: umido | soft lembut empuk: morbido | hard keras rigid kaku: rigido | leather
    kulit: pelle wood wooden kayu: legno | steel stainless baja: acciaio | plastic plastik: plastica | rubber
    karet: gomma | cotton katun: cotone linen: lino | wool wol: lana | paper kertas: carta | cardboard kardus:
    cartone | glass kaca: vetro | ceramic keramik: ceramica outdoor outside luar fuori: esterno | indoor dalam:
    interno |
    electric listrik: elettrico | portable: portatile | natural alami: naturale organic organik: biologico |
    winter dingin: invernale | rain hujan: pioggia impermeabile | raincoat: impermeabile | coat mantel:
    cappottino giubbino mantellina | kennel: cuccia casetta | summer: estivo | waterproof antiair: impermeabile
    washable: lavabile | foldable
    lipat: pieghevole | adjustable: regolabile | retractable: allungabile | handmade: artigianale silent quiet
    senyap: silenzioso | automatic otomatis: automatico | solid padat: solido | liquid cair: liquido scented
    wangi: profumato | gift hadiah kado: regalo | travel perjalanan: viaggio | car mobil: auto | bath mandi:
    bagno hair rambut: capelli | hand tangan: mani | body badan tubuh: corpo | beard jenggot: barba | teeth
    gigi: denti | ear telinga: orecchie nail kuku: unghie | paw kaki: zampe | eye mata: occhi | skin: pelle |
    fur bulu: pelo | long panjang: lungo | short pendek: corto chicken ayam: pollo | beef sapi: manzo | fish
    ikan: pesce | tuna: tonno | salmon: salmone | lamb domba: agnello | rice beras: riso turkey kalkun: tacchino
    | duck bebek: anatra | potato kentang: patate | shrimp udang: gamberetti | pork babi: maiale honey madu:
    miele | vanilla vanila: vaniglia | lavender: lavanda | rose mawar: rosa | jasmine melati: gelsomino |
    cinnamon: cannella orange jeruk: arancia | lemon: limone | coconut kelapa: cocco | almond: mandorla | mint:
    menta | musk: muschio | cedar: cedro sandalwood cendana: sandalo | eucalyptus: eucalipto | oat oats gandum:
    avena | amber: ambra | citrus: agrumi | aloe: aloe puppy: puppy cuccioli | adult dewasa: adulti | kitten:
    kitten gattini | senior: anziano senior | sterilised sterilized neutered steril: sterilizzati | food
    makanan: alimento cibo crocchette | snack camilan: snack | water air: acqua
    """

GENERAL: Final[dict[str, tuple[str, ...]]] = {
    term: tuple(line.split(":")[1].split())
    for line in " ".join(_TABLE.split()).split(" | ")
    for term in line.split(":")[0].split()
}
"""Word → the Italian words for it."""
