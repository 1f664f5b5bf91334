// What is kept of the person behind a conversation: whether they agreed to promotions, and who else they turned out to be.

import { h } from "../common/dom.js"
import { title } from "../common/words.js"
import { called, createPeopleSearch } from "./people.js"

/** `ask(op, body)` of the link. */
export function createPerson(words, { over, sending, ask }) {
  function merge(anchor, row) {
    const name = title(row, words)
    const search = createPeopleSearch(words, {
      ask, business: () => row.business_id, chosen: (other) => confirm(anchor, row, name, other), label: words.say("start.to"),
      refuses(other) {
        if (other.id === row.contact.id) return words.say("merge.same")
        if (other.kind !== row.conversation_type) return words.name("kind", other.kind)
        return Boolean(row.account?.simulated) !== other.simulated ? words.say(other.simulated ? "badge.simulated" : "merge.real") : ""
      },
    })
    const box = over.show(anchor, h("div", { class: "pop-form" }, h("b", {}, words.say("merge.title", { name })), h("p", { class: "soft" }, words.say("merge.hint")), search.element),
      { className: "with-form" })
    if (box) search.input.focus()
  }

  function confirm(anchor, row, name, other) {
    over.close(false)
    over.form(anchor, {
      heading: words.say("merge.confirm", { other: called(other, words), name }), hint: words.say("merge.confirm_hint", { name }), fields: [], submit: words.say("merge.now"),
      async done() {
        const answer = await sending.ask("merge", row.contact.id, { other_id: other.id })
        if (answer.reason) over.toast(words.name("refusal", answer.reason))
        else over.toast(words.say("merge.done", answer.result), "good")
      },
    })
  }

  function consent(anchor, row, said, given = null) {
    const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
    const values = given ?? { allowed: said?.value === "stop" ? "no" : "yes", source: "", at: today }
    over.form(anchor, {
      heading: words.say("consent.title"), hint: words.say("consent.hint"), submit: words.say("act.save"),
      fields: [
        { name: "allowed", label: words.say("consent.question"), value: values.allowed, options: ["yes", "no"].map((one) => ({ value: one, label: words.say(`consent_said.${one}`) })) },
        { name: "source", label: words.say("consent.source"), value: values.source, required: true, max: 200, placeholder: words.say("consent.source_hint") },
        { name: "at", label: words.say("consent.at"), type: "date", value: values.at, max_date: today, required: true },
      ],
      async done(entered) {
        // A day is meant as a whole; today's lasts until now.
        const at = entered.at === today ? new Date() : new Date(`${entered.at}T12:00`)
        const answer = await sending.ask("consent", row.contact.id, { allowed: entered.allowed === "yes", source: entered.source, at: at.toISOString() })
        if (!answer.reason) return
        over.toast(words.name("refusal", answer.reason))
        consent(anchor.isConnected ? anchor : null, row, said, entered)
      },
    })
  }

  return { merge, consent }
}
