// The phone page: two handsets and what the engine did for them. Everything is read over `/rt`; what is said goes through
// `/api/phone/say`, so that a model that thinks holds nothing else up.

import { h, icon, newKey } from "../common/dom.js"
import { createLink } from "../common/link.js"
import { mountOnce } from "../common/mount.js"
import { tellLive } from "../common/status.js"
import { createWords } from "../common/words.js"
import { createEngine } from "./engine.js"
import { createHandset } from "./handset.js"
import { createSay } from "./say.js"

const SIDES = ["left", "right"]
const PREFIX = "3900"
const AGAIN_MS = 2_000
/** Who is played is kept under this name; signing out forgets it. */
const KEPT = "relaydesk."

export const mount = mountOnce(start)

function start(parent, data) {
  const words = createWords(data)
  const store = `${KEPT}${data.user}.phones`
  let people = null
  let problem = null
  let again = 0
  /** Numbers of people on no handset who were written to since. */
  const waiting = new Set()
  /** How long each turn took on its way in, as the api told; only what was said here is known. */
  const heard = new Map()

  const phones = Object.fromEntries(SIDES.map((side) => [side, { side, person: null, shown: null, reading: false, stale: false }]))
  const saying = createSay({ changed: draw, said: (entry, answer) => {
    if (answer.turn_id) heard.set(answer.turn_id, answer.timings_ms)
    // Whoever said it may have been put aside meanwhile; taken up again, they go on where they were.
    const known = people?.find((one) => one.phone === entry.phone)
    if (known) known.conversation_id = answer.conversation_id
    const phone = Object.values(phones).find(({ person }) => person?.phone === entry.phone)
    if (!phone) return
    phone.person.conversation_id = answer.conversation_id
    refresh(phone)
  } })
  const engine = createEngine(words, { heard, choose: (person) => play(beside(person), person) })
  const handsets = Object.fromEntries(SIDES.map((side) => [side, createHandset(words, {
    side, business: data.business, choose: (person) => play(phones[side], person), create: (name) => create(phones[side], name),
    people: () => people ?? [], say: (message, shown) => saying.say(phones[side].person, message, shown), file: (kind, blob, shown) => saying.file(phones[side].person, kind, blob, shown),
    retry: (entry) => saying.retry(phones[side].person, entry), drop: saying.drop,
  })]))
  const tabs = h("div", { class: "views", role: "tablist" }, ["left", "engine", "right"].map((name) => h("button", {
    type: "button", role: "tab", dataset: { view: name }, on: { click: () => show(name) },
  }, icon(name === "engine" ? "pulse" : "phone", 16), h("span", {}))))
  const notice = h("div", { class: "absent", hidden: true })
  const stage = h("div", { class: "stage" }, handsets.left.element, engine.element, handsets.right.element)
  const root = h("div", { class: "rd phones", lang: data.language, dataset: { view: "left" } }, tabs, notice, stage)
  parent.append(root)
  const link = createLink({ connected, lost: () => setStatus("reconnecting"), signedOut, message })
  const hurry = () => document.hidden || link.hurry()
  document.addEventListener("visibilitychange", hurry)
  setStatus("reconnecting")
  draw()

  // What the link tells.

  async function connected() {
    try {
      const answer = await link.ask("phones", {})
      people = answer.people
      problem = answer.account_id ? null : "no_account"
    } catch ({ why, reason }) {
      if (why === "unavailable") again = setTimeout(connected, AGAIN_MS)
      if (why === "refused") problem = reason === "not_allowed" ? "not_allowed" : "failed"
      draw()
      return
    }
    for (const phone of SIDES.map((side) => phones[side])) {
      const chosen = phone.person ?? remembered(phone.side) ?? first(phone.side)
      // What storage knows of this person by now counts, such as a conversation that was opened meanwhile.
      phone.person = { ...chosen, ...people.find((one) => one.phone === chosen.phone) }
      refresh(phone)
    }
    remember()
    draw()
  }

  function signedOut() {
    location.replace(`/login?next=${encodeURIComponent(location.pathname)}`)
  }

  function message(message) {
    if (message.op === "live") setStatus(message.live ? "live" : "slow")
    if (message.op !== "rows") return
    for (const row of message.rows.filter((one) => one.account?.simulated)) {
      const phone = Object.values(phones).find(({ person }) => person?.phone === row.phone)
      if (!phone) {
        overheard(row)
        continue
      }
      // A person whose last conversation was resolved goes on in a new one.
      if (row.status !== "resolved") phone.person.conversation_id = row.id
      refresh(phone)
    }
    draw()
  }

  /** Somebody on no handset was written to, such as the dealers who are offered an order. */
  function overheard(row) {
    const person = people?.find((one) => one.phone === row.phone)
    if (!person || new Date(row.last_message_at) <= new Date(person.last_at ?? 0)) return
    Object.assign(person, { conversation_id: row.id, last_at: row.last_message_at })
    if (person.kind === "customer") return
    const free = beside(person)
    // A handset that nobody has used yet goes to whom the order was offered.
    if (free.person.kind === person.kind && !free.person.conversation_id) play(free, person)
    else waiting.add(person.phone)
  }

  function beside(person) {
    return phones[person.kind === "customer" ? "left" : "right"]
  }

  /** Read what the phone shows; what changes while it is read is read again after it. */
  async function refresh(phone) {
    const person = phone.person
    if (!person?.conversation_id) {
      phone.shown = null
      draw()
      return
    }
    if (phone.reading) {
      phone.stale = true
      return
    }
    phone.reading = true
    phone.stale = false
    let pause = 0
    try {
      const answer = await link.ask("phone", { id: person.conversation_id })
      if (phone.person === person) phone.shown = answer.phone
      saying.settle(person.phone, answer.phone?.messages ?? [])
    } catch ({ why }) {
      // A lost connection reads everything anew by itself.
      if (why === "unavailable") [phone.stale, pause] = [true, AGAIN_MS]
    }
    phone.reading = false
    draw()
    if (phone.stale) setTimeout(() => refresh(phone), pause)
  }

  // Who is played.

  function play(phone, person) {
    const other = phones[phone.side === "left" ? "right" : "left"]
    // Two handsets with one number would be one handset.
    if (other.person?.phone === person.phone) [other.person, other.shown] = [phone.person, phone.shown]
    Object.assign(phone, { person: { ...person }, shown: null })
    waiting.delete(person.phone)
    remember()
    draw()
    refresh(phone)
    if (other.person) refresh(other)
  }

  function create(phone, name) {
    const digits = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte % 10).join("")
    const person = { phone: PREFIX + digits, kind: "customer", name, language: null, conversation_id: null }
    people = [...(people ?? []), person]
    play(phone, person)
  }

  function first(side) {
    const taken = phones[side === "left" ? "right" : "left"].person?.phone
    const kind = side === "left" ? "customer" : "dealer"
    const found = people.find((one) => one.kind === kind && one.phone !== taken)
    if (found) return found
    const fresh = { phone: PREFIX + newKey().replace(/\D/g, "").padEnd(8, "7").slice(0, 8), kind: "customer", name: words.say("phone.first_name"), conversation_id: null }
    people = [...people, fresh]
    return fresh
  }

  function remembered(side) {
    try {
      const kept = JSON.parse(localStorage.getItem(store))?.[side]
      return kept?.phone ? kept : null
    } catch {
      return null
    }
  }

  function remember() {
    const kept = Object.fromEntries(SIDES.map((side) => [side, phones[side].person]))
    try {
      localStorage.setItem(store, JSON.stringify(kept))
    } catch {
      // The next visit begins with somebody else.
    }
  }

  // Drawing.

  function draw() {
    notice.hidden = problem === null
    stage.hidden = tabs.hidden = problem !== null
    if (problem) notice.replaceChildren(icon("phone", 30), h("b", {}, words.say(`phone_problem.${problem}`)), h("p", {}, words.say(`phone_problem.${problem}_hint`)))
    const shown = SIDES.map((side) => ({ ...phones[side], line: lineOf(phones[side]) }))
    for (const phone of shown) handsets[phone.side].draw(phone)
    engine.draw(shown, (people ?? []).filter((one) => waiting.has(one.phone)))
    for (const tab of tabs.children) {
      const name = tab.dataset.view
      tab.setAttribute("aria-selected", String(root.dataset.view === name))
      tab.lastElementChild.textContent = name === "engine" ? words.say("phone.engine") : phones[name].person?.name || words.say("phone.somebody")
    }
  }

  function lineOf({ person }) {
    return person ? saying.lineOf(person.phone) : { pending: [], sending: false }
  }

  function show(name) {
    root.dataset.view = name
    draw()
  }

  function setStatus(state) {
    tellLive(state)
  }

  return {
    stop() {
      clearTimeout(again)
      for (const handset of Object.values(handsets)) handset.stop()
      document.removeEventListener("visibilitychange", hurry)
      link.end()
      setStatus("")
      root.remove()
    },
  }
}
