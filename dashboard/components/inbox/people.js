// A field that finds people of a business by name or number, and takes a number that nobody has yet where that is wanted.

import { avatar, fill, h, icon } from "../common/dom.js"
import { phone } from "../common/words.js"

const PAUSE_MS = 180
const NEW_NUMBER = /^\s*(\+|00)[\d ()./-]{7,22}$/

/** The name of somebody found, else the number. */
export const called = (person, words) => person.name || (person.username && `@${person.username}`) || phone(person.phone) || words.say("panel.hidden_phone")

/** `ask(op, body)` of the link; `chosen(person)`, without an id for a new number; `refuses(person)`: why they can't be chosen. */
export function createPeopleSearch(words, { ask, business, chosen, label, takesNew = false, refuses = () => "" }) {
  const input = h("input", {
    type: "search", maxlength: 80, autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "false",
    placeholder: label, "aria-label": label, on: { input: search, keydown: onKey },
  })
  const results = h("div", { class: "found", role: "listbox", "aria-label": label, hidden: true, on: { keydown: walk } })
  const element = h("div", { class: "products" }, h("div", { class: "search" }, icon("search", 16), input), results)
  let timer = 0
  let asked = ""

  function show(nodes) {
    results.hidden = nodes === null
    input.setAttribute("aria-expanded", String(nodes !== null))
    fill(results, ...(nodes ?? []))
  }

  function search() {
    clearTimeout(timer)
    const text = input.value.trim()
    asked = text
    if (!text) return show(null)
    timer = setTimeout(async () => {
      try {
        const answer = await ask("people", { business: business(), words: text })
        if (asked !== text) return
        const digits = text.replace(/^\s*00/, "").replace(/\D/g, "")
        const isNew = takesNew && NEW_NUMBER.test(text) && !answer.rows.some((one) => one.phone === digits)
        show([...answer.rows.map(option), isNew && newNumber(digits), !answer.rows.length && !isNew && h("p", { class: "soft" }, words.say(takesNew ? "start.nobody_new" : "start.nobody"))].filter(Boolean))
      } catch {
        if (asked === text) show([h("p", { class: "soft" }, words.say("refusal.unavailable"))])
      }
    }, PAUSE_MS)
  }

  function option(person) {
    const why = refuses(person)
    const name = called(person, words)
    const number = phone(person.phone)
    return h("button", { type: "button", role: "option", class: "found-one person-one", disabled: Boolean(why), on: { click: () => chosen(person) } },
      avatar(name, person.id, "small"), h("span", { class: "person-words" }, h("b", { dir: "auto" }, name),
        h("small", {}, [number === name ? "" : number, person.last_message_at && words.ago(person.last_message_at)].filter(Boolean).join(" · "))),
      why ? h("small", { class: "short" }, why) : person.kind !== "customer" && h("span", { class: `tag ${person.kind}` }, words.name("kind", person.kind)))
  }

  function newNumber(digits) {
    return h("button", { type: "button", role: "option", class: "found-one person-one", on: { click: () => chosen({ phone: digits, name: "" }) } },
      h("span", { class: "avatar small" }, icon("plus", 16)), h("span", { class: "person-words" }, h("b", {}, phone(digits)), h("small", {}, words.say("start.new_number"))))
  }

  function options() {
    return [...results.querySelectorAll("button:not(:disabled)")]
  }

  function onKey(event) {
    if (!["ArrowDown", "Enter"].includes(event.key)) return
    event.preventDefault()
    if (!options().length) return
    if (event.key === "Enter") options()[0].click()
    else options()[0].focus()
  }

  function walk(event) {
    const all = options()
    const at = all.indexOf(results.getRootNode().activeElement)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || at < 0) return
    event.preventDefault()
    if (at + step < 0) input.focus()
    else all[Math.min(at + step, all.length - 1)].focus()
  }

  return { element, input }
}
