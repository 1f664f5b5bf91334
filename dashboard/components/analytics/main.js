// The figures: what a range of days came to. One answer of `/figures` is the whole page; another range is another answer.

import { fill, h, icon } from "../common/dom.js"
import { mountOnce } from "../common/mount.js"
import { createWords } from "../common/words.js"
import { createPart } from "./part.js"
import { createRange } from "./range.js"

const SKELETON_PARTS = 6

export const mount = mountOnce(start)

function start(parent, data) {
  const words = createWords(data)
  const range = createRange(words, ask)
  const notice = h("p", { class: "notice", role: "alert", hidden: true })
  const facts = h("div", { class: "facts" })
  const columns = h("div", { class: "columns" })
  const root = h("div", { class: "rd figures", lang: data.language, "aria-busy": "true" },
    h("div", { class: "head" }, h("h2", {}, words.say("page.analytics")), range.element), notice, facts, columns)
  parent.append(root)
  /** The parts on the page by name: they stay, with the table that somebody opened, when other days are asked for. */
  let parts = new Map()
  let asking = null
  let width = 0

  async function ask(query) {
    asking?.abort()
    const mine = (asking = new AbortController())
    root.setAttribute("aria-busy", "true")
    try {
      const answer = await fetch(`/figures?${new URLSearchParams(query)}`, { signal: mine.signal })
      if (answer.status === 401) {
        location.replace(`/login?next=${encodeURIComponent(location.pathname)}`)
        return
      }
      const found = await answer.json()
      if (mine !== asking) return
      if (answer.ok) draw(found)
      else complain(found.text, query)
    } catch {
      if (mine === asking) complain(words.say("desk.failed"), query)
    }
    if (mine === asking) root.setAttribute("aria-busy", "false")
  }

  function draw(found) {
    notice.hidden = true
    range.draw(found)
    fill(facts, found.facts.map(({ label, value, hint }) =>
      h("div", { class: "fact" }, h("span", {}, label), h("strong", {}, value), hint && h("small", {}, hint))))
    const days = new URLSearchParams({ business: found.business, from: found.first, to: found.last })
    const kept = parts
    parts = new Map()
    const drawn = found.columns.map((column) => h("div", { class: "column" }, column.map((part) => {
      const view = kept.get(part.name) ?? createPart(words)
      parts.set(part.name, view)
      view.set(part, `/figures/${part.name}.csv?${days}`)
      return view.element
    })))
    // Read before it is written to: one layout of the page instead of one for each chart.
    fill(columns, drawn)
    measure()
  }

  /** Charts are as wide as their column. */
  function measure() {
    const found = parts.values().next().value?.room() ?? 0
    if (found > 0) for (const view of parts.values()) view.fit(found)
    width = root.clientWidth
  }

  function complain(text, query) {
    notice.hidden = false
    fill(notice, icon("alert", 18), h("span", {}, text),
      h("button", { type: "button", class: "button", on: { click: () => ask(query) } }, words.say("analytics.retry")))
    if (parts.size === 0) fill(columns)
  }

  const resized = new ResizeObserver(() => root.clientWidth !== width && measure())
  resized.observe(root)
  fill(facts, Array.from({ length: 5 }, () => h("div", { class: "fact blank" })))
  const blanks = Array.from({ length: SKELETON_PARTS }, () => h("div", { class: "part blank" }))
  fill(columns, [0, 1].map((side) => h("div", { class: "column" }, blanks.filter((_, n) => n % 2 === side))))
  ask(range.query())

  return {
    stop() {
      asking?.abort()
      asking = null
      resized.disconnect()
      root.remove()
    },
  }
}
