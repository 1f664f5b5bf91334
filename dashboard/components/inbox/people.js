// A field that finds people of a business by name or number, and takes a number that nobody has yet where that is wanted.

import { avatar, h, icon } from "../common/dom.js"
import { phone } from "../common/words.js"
import { createFinder } from "./finder.js"

const NEW_NUMBER = /^\s*(\+|00)[\d ()./-]{7,22}$/

/** The name of somebody found, else the number. */
export const called = (person, words) => person.name || (person.username && `@${person.username}`) || phone(person.phone) || words.say("panel.hidden_phone")

/** `ask(op, body)` of the link; `chosen(person)`, without an id for a new number; `refuses(person)`: why they can't be chosen. */
export function createPeopleSearch(words, { ask, business, chosen, label, takesNew = false, refuses = () => "" }) {
  const finder = createFinder(words, { label, glyph: "search", find })

  async function find(text) {
    const { rows } = await ask("people", { business: business(), words: text })
    const digits = text.replace(/^\s*00/, "").replace(/\D/g, "")
    const isNew = takesNew && NEW_NUMBER.test(text) && !rows.some((one) => one.phone === digits)
    const nobody = !rows.length && !isNew && h("p", { class: "soft" }, words.say(takesNew ? "start.nobody_new" : "start.nobody"))
    return [...rows.map(option), isNew && newNumber(digits), nobody]
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

  return { element: finder.element, input: finder.input }
}
