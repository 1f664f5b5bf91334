// The list of conversations with search and filters.

import { avatar, h, icon, reconcile } from "./dom.js"
import { FILTERS } from "./store.js"
import { title } from "./words.js"

export function createList(words, { choose, filter, search, more, businesses }) {
  const input = h("input", {
    type: "search", placeholder: words.say("list.search"), "aria-label": words.say("list.search"), maxlength: 80,
    autocomplete: "off", spellcheck: "false", on: { input: () => search(input.value) },
  })
  const clearing = h("button", { type: "button", class: "clear", title: words.say("list.clear"), on: { click: clear } }, icon("close", 16))
  const tabs = FILTERS.map((name) =>
    h("button", { type: "button", role: "tab", dataset: { filter: name }, on: { click: () => filter(name) } }, words.say(`list.${name}`)))
  const rows = h("div", { class: "rows", role: "listbox", "aria-label": words.say("list.title"), on: { keydown: walk } })
  const notice = h("div", { class: "notice" })
  const further = h("button", { type: "button", class: "more", on: { click: more } }, words.say("list.more"))
  const scroller = h("div", { class: "scroller" }, rows, notice, further)
  const showBusiness = Object.keys(businesses).length > 1

  const element = h("nav", { class: "list", "aria-label": words.say("list.title") },
    h("div", { class: "list-head" },
      h("label", { class: "search" }, icon("search", 17), input, clearing),
      h("div", { class: "tabs", role: "tablist" }, tabs)),
    scroller)

  function clear() {
    input.value = ""
    search("")
    input.focus()
  }

  function walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const all = [...rows.children]
    const at = all.indexOf(rows.getRootNode().activeElement)
    all[Math.min(Math.max(at + step, 0), all.length - 1)]?.focus()
  }

  function draw({ rows: shown, view, chosen, more: isMore, isLoaded, problem }) {
    for (const tab of tabs) tab.setAttribute("aria-selected", String(tab.dataset.filter === view.filter))
    clearing.hidden = !view.search
    if (input.value !== view.search) input.value = view.search
    reconcile(rows, shown.map((row) => {
      const when = words.ago(row.last_message_at)
      const sign = JSON.stringify([row, when, row.id === chosen])
      return { key: row.id, sign, make: () => line(row, when, row.id === chosen) }
    }))
    rows.hidden = shown.length === 0
    further.hidden = !isMore
    drawNotice(shown.length === 0, view, isLoaded, problem)
  }

  function drawNotice(isEmpty, view, isLoaded, problem) {
    const state = problem && !isLoaded ? "problem" : !isLoaded && isEmpty ? "loading" : isEmpty ? "empty" : ""
    const sign = `${state} ${view.filter} ${Boolean(view.search)}`
    if (notice.sign === sign) return
    notice.sign = sign
    notice.hidden = !state
    if (state === "loading") notice.replaceChildren(...Array.from({ length: 6 }, skeleton))
    else if (state === "problem") notice.replaceChildren(empty("alert", words.say("desk.failed"), ""))
    else if (state === "empty") {
      const kind = view.search ? "empty_search" : view.filter === "escalated" ? "empty_escalated" : "empty"
      const sign = { empty_search: "search", empty_escalated: "check" }[kind] ?? "inbox"
      notice.replaceChildren(empty(sign, words.say(`list.${kind}`), words.say(`list.${kind}_hint`)))
    }
  }

  function line(row, when, isChosen) {
    const name = title(row, words)
    const unread = row.unread_count > 0
    const owner = row.owner === "human" ? "human" : "bot"
    const handled = row.owner === "human" && row.assignee?.name
      ? words.say("owner.human_named", { name: row.assignee.name }) : words.say(`owner.${owner}_hint`)
    return h("button", {
      type: "button", role: "option", class: `row${unread ? " unread" : ""}`, "aria-selected": String(isChosen),
      dataset: { id: row.id }, on: { click: () => choose(row.id) },
    },
    avatar(name, row.contact?.id ?? row.id),
    h("span", { class: "row-main" },
      h("span", { class: "row-top" },
        h("b", { class: "name", dir: "auto" }, name),
        h("time", { datetime: row.last_message_at, title: words.full(row.last_message_at) }, when)),
      h("span", { class: "row-middle" },
        h("span", { class: "preview", dir: "auto" }, row.preview || words.say("list.no_text")),
        unread && h("span", { class: "pill", title: words.say("list.unread", { count: row.unread_count }) },
          row.unread_count > 99 ? "99+" : row.unread_count)),
      h("span", { class: "row-tags" },
        h("span", { class: `tag ${row.conversation_type}` },
          row.conversation_type === "dealer" && icon("store", 13), words.name("kind", row.conversation_type)),
        row.escalated_at && h("span", { class: "tag escalated" }, icon("bell", 13), words.say("badge.escalated")),
        row.status !== "open" && h("span", { class: "tag" }, words.name("badge", row.status)),
        row.account?.simulated && h("span", { class: "tag" }, words.say("badge.simulated")),
        showBusiness && h("span", { class: "tag" }, businesses[row.business_id] ?? ""),
        h("span", { class: "space" }),
        row.language && h("span", { class: "language", title: words.name("language", row.language) }, row.language.toUpperCase()),
        h("span", { class: `owner ${owner}`, title: handled }, icon(owner === "human" ? "person" : "bot", 15)))))
  }

  return { element, draw, clear, focusSearch: () => input.focus() }
}

/** What stands where there is nothing: a picture, what it means, what to do. */
export function empty(picture, heading, hint) {
  return h("div", { class: "empty" }, h("span", { class: "empty-picture" }, icon(picture, 26)), h("b", {}, heading), hint && h("p", {}, hint))
}

function skeleton() {
  return h("div", { class: "row skeleton", "aria-hidden": "true" }, h("i", { class: "avatar" }), h("span", { class: "row-main" }, h("i", {}), h("i", {})))
}
