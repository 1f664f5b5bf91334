// Starting a conversation: to whom, from which number, which template with its values, how it will look; then it is sent.

import { avatar, fill, h, icon, newKey } from "../common/dom.js"
import { called, createPeopleSearch } from "./people.js"
import { phone } from "../common/words.js"

/** `kit()`: templates, numbers, languages; `businesses`: names by id, of those where the person may act; `opened(id)`. */
export function createStart(words, { over, ask, sending, kit, businesses, opened }) {
  function open(anchor) {
    const ids = Object.keys(businesses)
    const choice = { business: ids[0], person: null, account: null, template: null }
    // One key for this message however often it is tried: what was sent without our hearing of it is not sent again.
    let key = newKey()
    const problem = h("p", { class: "warning", role: "alert", hidden: true })
    const send = h("button", { type: "submit", class: "button main" }, icon("send", 16), words.say("act.send"))
    const to = h("div", {})
    const rest = h("div", { class: "start-rest" })
    const form = h("form", { class: "pop-form start", on: { submit } },
      h("div", { class: "help-head" }, h("b", {}, words.say("start.title")),
        h("button", { type: "button", class: "icon-button", title: words.say("act.close"), on: { click: () => over.close() } }, icon("close", 18))),
      ids.length > 1 && field(words.say("field.business"), select(ids.map((id) => [id, businesses[id]]), choice.business, (id) => { choice.business = id; choose(null) })),
      to, rest, problem,
      h("div", { class: "pop-foot" }, h("button", { type: "button", class: "button", on: { click: () => over.close() } }, words.say("act.cancel")), send))
    if (!over.show(anchor, form, { className: "centre start-pop", stays: true })) return
    choose(null)

    const mine = (rows) => rows.filter((one) => one.business_id === choice.business)

    function choose(person) {
      choice.person = person
      changed()
      if (person) {
        const name = called(person, words)
        const number = phone(person.phone)
        fill(to, h("div", { class: "chosen" }, avatar(name, person.id ?? person.phone, "small"),
          h("span", { class: "person-words" }, h("b", { dir: "auto" }, name), number !== name && h("small", {}, number)),
          h("button", { type: "button", class: "icon-button", title: words.say("start.other_person"), on: { click: () => choose(null) } }, icon("close", 16))))
      } else {
        const search = createPeopleSearch(words, {
          ask, business: () => choice.business, chosen: choose, takesNew: true, label: words.say("start.to"),
          refuses: (one) => (one.blocked ? words.say("badge.blocked") : one.opted_out ? words.say("start.stopped") : one.simulated ? words.say("badge.simulated") : ""),
        })
        fill(to, h("div", { class: "start-rest" }, search.element, h("small", { class: "soft" }, words.say("start.to_hint"))))
        search.input.focus()
      }
      drawRest()
    }

    function drawRest() {
      rest.hidden = !choice.person
      if (rest.hidden) return
      const accounts = mine(kit().accounts)
      const fits = (one) => (one.language === (choice.person.language ?? words.language) ? 0 : 1)
      const templates = mine(kit().templates).filter((one) => one.category !== "AUTHENTICATION").sort((a, b) => fits(a) - fits(b))
      choice.account = accounts[0]?.id ?? null
      const languages = kit().languages[choice.business] ?? []
      const values = h("div", { class: "start-rest" })
      const isNew = !choice.person.id
      fill(rest,
        isNew && h("div", { class: "pair" },
          field(words.say("panel.name"), text(choice.person.name, (value) => { choice.person.name = value; changed() }, { maxlength: 200 })),
          field(words.say("panel.language"), select([["", ""], ...languages.map((one) => [one, words.name("language", one)])], "", (value) => { choice.person.language = value || null; changed() }))),
        accounts.length > 1 && field(words.say("start.from"), select(accounts.map((one) => [one.id, [one.label, phone(one.display_phone)].filter(Boolean).join(" · ")]), choice.account, (id) => { choice.account = id; changed() })),
        templates.length === 0 ? h("p", { class: "soft" }, words.say("act.no_templates"))
          : field(words.say("act.template"), select([["", words.say("start.choose_template")], ...templates.map((one) => [one.id, `${one.name.replaceAll("_", " ")} · ${one.language.toUpperCase()}`])], "", (id) => {
            choice.template = templates.find((one) => one.id === id) ?? null
            drawValues(values)
          })),
        values)
      choice.template = null
      rest.querySelector("input, select")?.focus()
      changed()
    }

    function drawValues(place) {
      const chosen = choice.template
      choice.params = Array.from({ length: chosen?.params ?? 0 }, () => "")
      const preview = h("p", { class: "template-preview", dir: "auto" })
      const show = () => { preview.textContent = chosen ? chosen.body.replace(/\{\{(\d+)\}\}/g, (spot, number) => choice.params[number - 1] || spot) : "" }
      fill(place, choice.params.map((_, index) => field(words.say("act.value", { number: index + 1 }),
        text("", (value) => { choice.params[index] = value; show(); changed() }, { maxlength: 1024, required: true }))),
      chosen && [h("small", { class: "soft" }, words.say("start.preview")), preview])
      show()
      changed()
      place.querySelector("input")?.focus()
    }

    function changed() {
      key = newKey()
      problem.hidden = true
      send.disabled = !(choice.person && choice.account && choice.template && choice.params.every((one) => one.trim()))
    }

    /** Who is written to in a language will be spoken to in it, unless the person said another one. */
    function spoken() {
      const short = choice.template.language.slice(0, 2)
      return (kit().languages[choice.business] ?? []).includes(short) ? short : null
    }

    async function submit(event) {
      event.preventDefault()
      if (send.disabled) return
      send.disabled = true
      const { id, phone: number, name, language } = choice.person
      const person = id ? { contact_id: id } : { phone: number, name: name.trim(), language: language ?? spoken() }
      const answer = await sending.ask("start", choice.business, { key, person, account_id: choice.account, template_id: choice.template.id, params: choice.params.map((one) => one.trim()) })
      send.disabled = false
      if (answer.reason) {
        fill(problem, icon("alert", 15), words.name("refusal", answer.reason))
        problem.hidden = false
        return
      }
      over.close(false)
      opened(answer.result.conversation_id)
    }
  }

  function field(label, control, hint) {
    return h("label", {}, h("span", {}, label), control, hint && h("small", { class: "soft" }, hint))
  }

  function text(value, heard, more) {
    const input = h("input", { class: "field", type: "text", autocomplete: "off", ...more, on: { input: () => heard(input.value) } })
    input.value = value ?? ""
    return input
  }

  function select(options, value, heard) {
    const control = h("select", { class: "field", on: { change: () => heard(control.value) } }, options.map(([id, label]) => h("option", { value: id }, label)))
    control.value = value ?? ""
    return control
  }

  return { open }
}
