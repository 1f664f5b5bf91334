// One question and its answer: the sentence that says the point, a chart, the same as a table, and the table as a file.

import { fill, h, icon } from "../common/dom.js"
import { createChart } from "./charts.js"

export function createPart(words) {
  const label = h("span", { class: "soft" })
  const point = h("h3", {})
  const as = h("button", { type: "button", class: "act", hidden: true, on: { click: turn } })
  const file = h("a", { class: "act", download: "", hidden: true }, icon("down", 15), words.say("analytics.csv"))
  const body = h("div", { class: "body" })
  const note = h("p", { class: "note", hidden: true })
  const element = h("section", { class: "part" },
    h("div", { class: "part-head" }, h("div", { class: "point" }, label, point), as, file), body, note)
  let part = null
  let chart = null
  let asTable = false
  let width = 0

  /** Take what is to be shown, and where its table is to be had as a file. */
  function set(given, href) {
    part = given
    element.dataset.name = part.name
    element.setAttribute("aria-label", part.label)
    label.textContent = part.label
    point.textContent = part.point
    file.hidden = part.rows.length === 0
    file.href = href
    as.hidden = part.chart === null
    note.hidden = !part.note
    note.textContent = part.note
    show()
  }

  function turn() {
    asTable = !asTable
    show()
    if (chart && width) chart.fit(width)
  }

  function show() {
    fill(as, icon(asTable ? "chart" : "list", 15), words.say(asTable ? "analytics.chart" : "analytics.table"))
    chart = part.chart && !asTable ? createChart(part, words) : null
    fill(body, chart ? chart.element : part.rows.length > 0 && table(part, words))
    body.hidden = body.childElementCount === 0
  }

  function fit(room) {
    width = room
    chart?.fit(room)
  }

  return { element, set, fit, room: () => element.clientWidth - 2 * Number.parseFloat(getComputedStyle(element).paddingLeft) }
}

function table({ label, columns, rows }, words) {
  const kind = (value) => (typeof value === "number" ? "number" : null)
  const told = (value) => (typeof value === "number" ? value.toLocaleString(words.language, { useGrouping: "always" }) : value)
  const cell = (value, n) => (n === 0 ? h("th", { scope: "row", dir: "auto" }, told(value)) : h("td", { class: kind(value) }, told(value)))
  return h("div", { class: "scroller wide", tabindex: 0, role: "region", "aria-label": label },
    h("table", {},
      h("thead", {}, h("tr", {}, columns.map((name, n) => h("th", { scope: "col", class: n > 0 ? kind(rows[0][n]) : null }, name)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell))))))
}
