// Help with the draft: an answer to begin with, and the draft in the customer's language. Nothing is sent, and nothing that
// a person has typed is replaced before they say so.

import { fill, h, icon } from "../common/dom.js"
import { askApi, problemOf } from "./asking.js"

/**
 * actions: {row(), draft(id), put(id, text), problem(text)}; `draft` and `put` are of the answer, in any conversation.
 * A state of a conversation is {kind: "working" | "offer" | "put", what: "reply" | "translation", text, before, note}.
 */
export function createAssist(words, language, { row, draft, put, problem }) {
  const states = new Map()
  const suggest = h("button", { type: "button", class: "icon-button assist-suggest", title: words.say("assist.suggest"), on: { click: askReply } }, icon("spark", 18))
  const translate = h("button", { type: "button", class: "icon-button assist-translate", on: { click: askTranslation } }, icon("translate", 18))
  const bar = h("div", { class: "assist", hidden: true, role: "status" })

  function target() {
    return row()?.language ?? row()?.contact?.language ?? null
  }

  function draw(isReply) {
    const one = row()
    const state = one && states.get(one.id)
    const to = target()
    suggest.hidden = !isReply
    suggest.disabled = translate.disabled = state?.kind === "working"
    // Who writes in the customer's language anyway is not asked.
    translate.hidden = !isReply || to === null || to === language
    translate.title = to ? words.say("assist.translate_draft", { language: words.name("language", to) }) : ""
    bar.hidden = !isReply || !state
    const sign = JSON.stringify([one?.id, state])
    if (bar.hidden || bar.sign === sign) return
    bar.sign = sign
    fill(bar, ...inside(one.id, state))
  }

  function inside(id, state) {
    if (state.kind === "working") return [h("span", { class: "assist-wheel" }), h("span", {}, words.say(state.what === "reply" ? "assist.working" : "assist.translating"))]
    const close = h("button", { type: "button", class: "icon-button", title: words.say("act.cancel"), on: { click: () => end(id) } }, icon("close", 16))
    const head = h("div", { class: "assist-head" }, icon(state.what === "reply" ? "spark" : "translate", 15), h("b", {}, state.title), h("span", { class: "soft" }, words.say("assist.look")), h("span", { class: "space" }))
    if (state.kind === "put") {
      head.append(h("button", { type: "button", class: "link", on: { click: () => { put(id, state.before); end(id) } } }, icon("reply", 14), words.say("assist.undo")), close)
      return [head, state.note && h("p", { class: "soft" }, state.note)]
    }
    head.append(close)
    return [head, state.note && h("p", { class: "soft" }, state.note), h("p", { class: "assist-text", dir: "auto" }, state.text),
      h("div", { class: "assist-do" }, h("button", { type: "button", class: "button main", on: { click: () => take(id, state, state.text) } }, icon("check", 15), words.say("assist.replace")),
        state.what === "reply" && h("button", { type: "button", class: "button", on: { click: () => take(id, state, `${draft(id).trimEnd()}\n${state.text}`) } }, icon("plus", 15), words.say("assist.append")))]
  }

  function take(id, state, text) {
    const before = draft(id)
    states.set(id, { ...state, kind: "put", before })
    put(id, text)
  }

  function end(id) {
    states.delete(id)
    draw(true)
  }

  /** Why the model had no part in a suggestion, in words. */
  function noteOf(reason) {
    if (!reason) return ""
    return words.say(words.has(`assist_note.${reason}`) ? `assist_note.${reason}` : "assist_note.other")
  }

  async function askReply() {
    const { id } = row()
    await run(id, "reply", async () => {
      const found = await askApi("/api/assist/reply", { conversation_id: id })
      return { text: found.text, title: words.say(`assist_source.${found.source}`), note: noteOf(found.problem) }
    })
  }

  async function askTranslation() {
    const { id } = row()
    const text = draft(id).trim()
    const to = target()
    if (!text) {
      problem(words.say("assist.empty"))
      return
    }
    await run(id, "translation", async () => {
      const found = (await askApi("/api/assist/translate", { conversation_id: id, language: to, draft: text })).translations.draft
      if (!found) throw { reason: "other" }
      return { text: found.text, title: words.say("assist.translated", { language: words.name("language", to) }), note: found.numbers_differ ? words.say("assist.numbers_differ") : "" }
    })
  }

  async function run(id, what, ask) {
    states.set(id, { kind: "working", what })
    draw(true)
    try {
      const state = { what, ...(await ask()) }
      // An empty draft is there to be filled; anything else is only replaced by hand.
      if (what === "reply" && !draft(id).trim()) take(id, state, state.text)
      else states.set(id, { ...state, kind: "offer" })
    } catch ({ reason }) {
      states.delete(id)
      problem(problemOf(words, reason))
    }
    draw(true)
  }

  return {
    bar, buttons: [suggest, translate], draw,
    /** The answer went out, or its draft was thrown away: what was suggested for it is over. */
    done: (id) => states.delete(id),
  }
}
