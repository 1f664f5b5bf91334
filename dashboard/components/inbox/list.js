// The list of conversations with search and filters.

import { avatar, fill, h, icon, onPress, reconcile } from "../common/dom.js"
import { dueOf, dueReminders, FILTERS, isSnoozed, ownerOf } from "./store.js"
import { title } from "../common/words.js"

/** What is chosen most often stands in the row; all the rest is one press away. */
const TABS = ["open", "mine", "unassigned", "escalated"]
const SIGNS = { open: "inbox", mine: "person", unassigned: "question", overdue: "clock", escalated: "bell", failed: "alert", mentioned: "at", reminders: "clock", customers: "contacts", dealers: "store", riders: "scooter", snoozed: "moon", resolved: "check", all: "list" }
const CHANNELS = { twilio: "SMS", telegram: "Telegram", webchat: "Web" }
const LATE_MS = 10 * 60_000
const SOON_MS = 5 * 60_000

/** `kept.hasDraft(id)`; `menu(anchor, items, options)`; `start(anchor)`: write to somebody first, null where the person only reads; `me`: the staff id in each business. */
export function createList(words, { choose, filter, search, more, menu, start, businesses, kept, me }) {
  const input = h("input", {
    type: "search", placeholder: words.say("list.search"), "aria-label": words.say("list.search"), maxlength: 80,
    autocomplete: "off", spellcheck: "false", on: { input: () => search(input.value) },
  })
  const clearing = h("button", { type: "button", class: "clear", title: words.say("list.clear"), on: { click: clear } }, icon("close", 16))
  const tabs = TABS.map((name) =>
    h("button", { type: "button", role: "tab", dataset: { filter: name }, on: { click: () => filter(name) } }, words.say(`list.${name}`)))
  const other = h("button", { type: "button", class: "other", "aria-haspopup": "menu", title: words.say("list.filters"), on: { click: openFilters } })
  const starting = start && h("button", { type: "button", class: "icon-button", title: words.say("start.title"), "aria-haspopup": "dialog", on: { click: () => start(starting) } }, icon("compose", 20))
  let counts = {}
  let chosenFilter = "open"
  const rows = h("div", { class: "rows", role: "listbox", "aria-label": words.say("list.title"), on: { keydown: walk } })
  onPress(rows, ".row", choose)
  const notice = h("div", { class: "notice" })
  const further = h("button", { type: "button", class: "more", on: { click: more } }, words.say("list.more"))
  const scroller = h("div", { class: "scroller" }, rows, notice, further)
  const showBusiness = Object.keys(businesses).length > 1

  const element = h("nav", { class: "list", "aria-label": words.say("list.title") },
    h("div", { class: "list-head" },
      h("div", { class: "search-row" }, h("label", { class: "search" }, icon("search", 17), input, clearing), starting),
      h("div", { class: "tabs", role: "tablist" }, tabs, other)),
    scroller)

  function clear() {
    input.value = ""
    search("")
    input.focus()
  }

  function openFilters() {
    menu(other, FILTERS.filter((name) => !TABS.includes(name)).map((name) => ({
      label: words.say(`list.${name}`), icon: SIGNS[name], checked: name === chosenFilter, run: () => filter(name),
    })), { heading: words.say("list.filters") })
  }

  function drawTabs(view) {
    chosenFilter = view.filter
    for (const tab of tabs) {
      const name = tab.dataset.filter
      tab.setAttribute("aria-selected", String(name === view.filter))
      const count = name === "open" ? 0 : counts[name] ?? 0
      const sign = `${count}`
      if (tab.sign === sign) continue
      tab.sign = sign
      fill(tab, words.say(`list.${name}`), count > 0 && h("i", { "aria-hidden": "true" }, count > 99 ? "99+" : count))
    }
    const isOther = !TABS.includes(view.filter)
    const hidden = ["overdue", "failed", "mentioned", "reminders"].reduce((sum, name) => sum + (counts[name] ?? 0), 0)
    other.setAttribute("aria-selected", String(isOther))
    const sign = `${view.filter} ${hidden}`
    if (other.sign === sign) return
    other.sign = sign
    other.setAttribute("aria-label", [words.say("list.filters"), isOther && words.say(`list.${view.filter}`), !isOther && hidden > 0 && hidden].filter(Boolean).join(", "))
    fill(other, icon(isOther ? SIGNS[view.filter] : "filter", 16), isOther && words.say(`list.${view.filter}`), !isOther && hidden > 0 && h("i", {}, hidden))
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
    drawTabs(view)
    clearing.hidden = !view.search
    if (input.value !== view.search) input.value = view.search
    reconcile(rows, shown.map((row) => {
      const when = words.ago(row.last_message_at)
      const waits = waiting(row)
      const due = dueOf(row)
      const isDraft = row.id !== chosen && kept.hasDraft(row.id)
      const sign = JSON.stringify([row, when, waits, due && [words.left(due.left), due.late], isSnoozed(row), dueReminders(row, me).length, isDraft, row.id === chosen])
      return { key: row.id, sign, make: () => line(row, when, waits, isDraft, row.id === chosen) }
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
      const calm = ["mine", "unassigned", "overdue", "escalated", "failed", "mentioned", "reminders", "snoozed"].includes(view.filter)
      const kind = view.search ? "empty_search" : calm ? `empty_${view.filter}` : "empty"
      const sign = view.search ? "search" : calm ? "check" : "inbox"
      notice.replaceChildren(empty(sign, words.say(`list.${kind}`), words.say(`list.${kind}_hint`)))
    }
  }

  /** How long the contact has been waiting for a person or the bot, empty when nobody waits. */
  function waiting(row) {
    if (!row.waiting_since || row.status === "resolved" || isSnoozed(row)) return ""
    return words.span(Date.now() - new Date(row.waiting_since))
  }

  function line(row, when, waits, isDraft, isChosen) {
    const name = title(row, words)
    const unread = row.unread_count > 0
    const owner = ownerOf(row)
    const handled = owner === "human" && row.assignee?.name
      ? words.say("owner.human_named", { name: row.assignee.name }) : words.say(`owner.${owner}_hint`)
    const isLate = waits && owner !== "bot" && Date.now() - new Date(row.waiting_since) > LATE_MS
    const isNamed = (row.mentioned ?? []).includes(me[row.business_id])
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
        isDraft && h("span", { class: "drafted" }, words.say("list.draft")),
        h("span", { class: "preview", dir: "auto" }, glimpse(row.preview, words)),
        isNamed && h("span", { class: "pill named", title: words.say("list.mentioned") }, "@"),
        unread && h("span", { class: "pill", title: words.say("list.unread", { count: row.unread_count }) },
          row.unread_count > 99 ? "99+" : row.unread_count)),
      h("span", { class: "row-tags" }, h("span", { class: "some" },
        row.conversation_type !== "customer" && h("span", { class: `tag ${row.conversation_type}` },
          row.conversation_type === "dealer" && icon("store", 13), words.name("kind", row.conversation_type)),
        row.escalated_at && h("span", { class: "tag escalated" }, icon("bell", 13), words.say("badge.escalated")),
        dueReminders(row, me).length > 0 && h("span", { class: "tag strong" }, icon("clock", 12), words.say("badge.due")),
        row.failed_at && h("span", { class: "tag failed" }, icon("alert", 13), words.say("badge.failed")),
        isSnoozed(row) && h("span", { class: "tag" }, icon("moon", 12), words.say("badge.snoozed")),
        row.status === "resolved" && h("span", { class: "tag" }, icon("check", 12), words.say("badge.resolved")),
        row.contact?.blocked_at && h("span", { class: "tag failed" }, words.say("badge.blocked")),
        (row.labels ?? []).slice(0, 2).map((label) => h("span", { class: "tag label", dir: "auto" }, label)),
        CHANNELS[row.account?.channel] && h("span", { class: "tag" }, CHANNELS[row.account.channel]),
        row.account?.simulated && h("span", { class: "tag" }, words.say("badge.simulated")),
        showBusiness && h("span", { class: "tag" }, businesses[row.business_id] ?? "")),
        dueTag(row, words, true) ?? (waits && h("span", { class: `waits${isLate ? " late" : ""}`, title: words.say("list.waiting", { time: waits }) }, icon("clock", 12), waits)),
        row.language && h("span", { class: "language", title: words.name("language", row.language) }, row.language.toUpperCase()),
        h("span", { class: `owner ${owner}`, title: handled }, icon({ bot: "bot", human: "person", nobody: "question" }[owner], 15)))))
  }

  return {
    element, draw, clear,
    focusSearch: () => input.focus(),
    start: () => start && start(starting),
    setCounts(given) { counts = { ...given, reminders: counts.reminders } },
    /** How many conversations wait behind the person's own reminders. */
    setDue(reminders) { counts = { ...counts, reminders } },
    /** Whether another list has been asked for than the one that is shown; that one has no further page then. */
    setBusy(busy) {
      rows.setAttribute("aria-busy", String(busy))
      further.disabled = busy
    },
    /** The id of the row after (or before) this one. */
    beside(id, step) {
      const all = [...rows.children].map((one) => one.dataset.id)
      const at = all.indexOf(id)
      return at < 0 ? all[0] : all[at + step]
    },
    reveal: (id) => rows.querySelector(`[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" }),
  }
}

/** When a person should have answered, or be done: null where no target is. Short: the time alone. */
export function dueTag(row, words, short = false) {
  const due = dueOf(row)
  if (!due) return null
  const tone = due.late ? "bad" : due.left < SOON_MS ? "warn" : "calm"
  const time = words.left(due.left)
  return h("span", { class: `due ${tone}`, title: words.say(due.late ? `due.${due.kind}_late` : `due.${due.kind}_in`, { time }) },
    icon(due.late ? "alert" : "clock", 12), short ? time : words.say(due.late ? "due.late" : "due.in", { time }))
}

/** The last message in a line; a file without words by what it is. */
function glimpse(preview, words) {
  const kind = preview?.match(/^\[(image|video|audio|document|sticker)\]$/)?.[1]
  return kind ? words.say(`media.${kind}`) : preview || words.say("list.no_text")
}

/** What stands where there is nothing: a picture, what it means, what to do. */
export function empty(picture, heading, hint) {
  return h("div", { class: "empty" }, h("span", { class: "empty-picture" }, icon(picture, 26)), h("b", {}, heading), hint && h("p", {}, hint))
}

function skeleton() {
  return h("div", { class: "row skeleton", "aria-hidden": "true" }, h("i", { class: "avatar" }), h("span", { class: "row-main" }, h("i", {}), h("i", {})))
}
