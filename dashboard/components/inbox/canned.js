// The places of a canned reply, such as {nome}, filled in as it comes into a draft. `processors/assist/places.py` does the
// same for what the bot suggests.

const PLACES = { nome: "customer", name: "customer", nama: "customer", operatore: "agent", agent: "agent", petugas: "agent" }

/** `names`: {customer, agent} as they are known. A place without a name goes, with the space or the comma that held it. */
export function filled(body, names) {
  return body.replace(/^\{(\p{L}+)\}(,? *)|( *)\{(\p{L}+)\}/gu, (all, first, after, before, other) => {
    const who = PLACES[(first ?? other).toLowerCase()]
    if (!who) return all
    const name = called(names[who])
    return name && `${before ?? ""}${name}${after ?? ""}`
  })
}

/** How somebody is spoken to: the first of their names, nothing when it does not look like one. */
function called(name) {
  const [first] = (name ?? "").trim().split(/\s+/)
  return /^\p{L}{2,20}$/u.test(first) ? first : ""
}
