// Charts as SVG and as plain lists. Their looks are in charts.css: the same part has the same colour everywhere.

import { h } from "../common/dom.js"
import { readable } from "./reading.js"

const HEIGHT = 230
const LEFT = 44
const RIGHT = 6
const TOP = 12
const BOTTOM = 24
const TICKS = 4
const SIGN_WIDTH = 7
const LABEL_GAP = 10
const DAY_WIDTH = 74
const ROW = 27

const DRAWERS = { stacked, lines, heat }

/** The chart of a part: its element, and `fit(width)`, which draws it. */
export function createChart(part, words) {
  const { chart } = part
  if (chart.kind === "across") return { element: across(chart), fit() {} }
  const legend = chart.series?.length > 1 && h("ul", { class: "legend" },
    chart.series.map(({ part: name, name: said }) => h("li", {}, h("i", { dataset: { part: name } }), said)),
    chart.unit && h("li", { class: "unit" }, chart.unit))
  const stage = h("div", { class: "stage" })
  const element = h("div", { class: "chart" }, legend, stage)
  return {
    element,
    fit(width) {
      const { svg, slots, move, at } = DRAWERS[chart.kind](chart, width, words)
      readable(stage, svg, { slots, move, at, width, label: `${part.label}. ${part.point}. ${words.say("analytics.arrows")}` })
    },
  }
}

/** An element of SVG. */
function s(tag, properties, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name === "part") element.dataset.part = value
    else if (value !== null && value !== undefined) element.setAttribute(name, value)
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== false && child !== undefined))
  return element
}

function canvas(width, height, ...children) {
  return s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...children)
}

// What charts with an axis of values share.

/** A round number at or above the largest value, and the steps up to it. */
export function scale(largest) {
  if (!(largest > 0)) return { top: 1, ticks: [0] }
  const rough = largest / TICKS
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough - 1e-9)
  const count = Math.ceil(largest / step - 1e-9)
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, n) => n * step) }
}

function axes(chart, width, largest, words) {
  const { top, ticks } = scale(largest)
  const bottom = HEIGHT - BOTTOM
  const y = (value) => bottom - (value / top) * (bottom - TOP)
  const step = (width - LEFT - RIGHT) / chart.labels.length
  const x = (index) => LEFT + step * (index + 0.5)
  const compact = new Intl.NumberFormat(words.language, { notation: "compact", maximumFractionDigits: 1 })
  const longest = Math.max(...chart.labels.map((label) => label.length))
  const every = Math.max(Math.ceil((longest * SIGN_WIDTH + LABEL_GAP) / step), 1)
  const drawn = [
    ticks.map((value) => [
      s("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: Math.round(y(value)) + 0.5, y2: Math.round(y(value)) + 0.5 }),
      s("text", { class: "tick", x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, compact.format(value)),
    ]),
    chart.labels.map((label, n) => n % every === 0 && s("text", { class: "tick", x: x(n), y: HEIGHT - 6, "text-anchor": "middle" }, label)),
  ]
  const at = (left) => Math.min(Math.max(Math.floor((left - LEFT) / step), 0), chart.labels.length - 1)
  const move = (index, key) => ({ ArrowRight: index + 1, ArrowDown: index + 1, ArrowLeft: index - 1, ArrowUp: index - 1, Home: 0, End: chart.labels.length - 1 })[key]
  return { drawn, x, y, step, at, move, bottom }
}

function told(series, index) {
  return series.map(({ part, name, values, shown }) => ({ part, name, value: values[index], shown: shown[index] })).filter(({ value }) => value !== null)
}

// The kinds.

function stacked(chart, width, words) {
  const sums = chart.labels.map((_, n) => chart.series.reduce((sum, { values }) => sum + (values[n] ?? 0), 0))
  const { drawn, x, y, step, at, move, bottom } = axes(chart, width, Math.max(...sums), words)
  const wide = Math.min(step * 0.7, 48)
  const slots = []
  const bars = chart.labels.map((label, n) => {
    let sum = 0
    const pieces = chart.series.map(({ part, values }) => {
      const low = y(sum)
      sum += values[n] ?? 0
      const high = y(sum)
      // A hair between the pieces tells them apart where their colours are alike.
      return values[n] > 0 && s("rect", { part, x: x(n) - wide / 2, y: high, width: wide, height: Math.max(low - high - (low < bottom ? 1 : 0), 0.75), rx: Math.min(2, wide / 4) })
    })
    const mark = s("g", { class: "bar" }, pieces)
    slots.push({ x: x(n), y: y(sum), title: label, lines: told(chart.series, n).filter(({ value }) => value > 0 || chart.series.length === 1), mark })
    return mark
  })
  return { svg: canvas(width, HEIGHT, drawn, bars), slots, at, move }
}

function lines(chart, width, words) {
  const all = chart.series.flatMap(({ values }) => values.filter((value) => value !== null))
  const { drawn, x, y, at, move, bottom } = axes(chart, width, Math.max(...all, 0), words)
  const dots = chart.labels.map(() => [])
  const paths = chart.series.toReversed().map(({ part, values }) => {
    let path = ""
    let pen = "M"
    values.forEach((value, n) => {
      // A day without an answer is a gap, not a zero.
      if (value === null) {
        pen = "M"
        return
      }
      path += `${pen}${x(n).toFixed(1)} ${y(value).toFixed(1)}`
      pen = "L"
      dots[n].push(s("circle", { part, cx: x(n), cy: y(value), r: chart.labels.length > 45 ? 1.5 : 3.2 }))
    })
    return s("path", { class: "line", part, d: path })
  })
  const marks = dots.map((found, n) => s("g", { class: "bar" }, s("line", { class: "plumb", x1: x(n), x2: x(n), y1: TOP, y2: bottom }), found))
  const slots = chart.labels.map((label, n) => ({
    x: x(n), y: Math.min(...chart.series.map(({ values }) => y(values[n] ?? 0))), title: label, lines: told(chart.series, n), mark: marks[n],
  }))
  return { svg: canvas(width, HEIGHT, drawn, paths, marks), slots, at, move }
}

function heat(chart, width, words) {
  const step = (width - DAY_WIDTH - RIGHT) / 24
  const most = Math.max(...chart.values.flat(), 1)
  const every = step < 18 ? 6 : 2
  const slots = []
  const cells = chart.values.map((row, day) => row.map((value, hour) => {
    const [x, y] = [DAY_WIDTH + hour * step, day * ROW]
    const mark = s("rect", { class: "cell", x: x + 1, y: y + 1, width: Math.max(step - 2, 1), height: ROW - 2, rx: 3, "fill-opacity": (0.06 + 0.94 * (value / most)).toFixed(3) })
    const line = { part: "main", name: words.say("analytics.messages"), shown: chart.shown[day][hour] }
    slots.push({ x: x + step / 2, y, title: `${chart.days[day]} ${String(hour).padStart(2, "0")}:00`, lines: [line], mark })
    return mark
  }))
  const days = chart.days.map((day, n) => s("text", { class: "tick", x: DAY_WIDTH - 8, y: n * ROW + ROW / 2 + 4, "text-anchor": "end" }, day))
  const hours = Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => hour % every === 0)
    .map((hour) => s("text", { class: "tick", x: DAY_WIDTH + (hour + 0.5) * step, y: 7 * ROW + 15, "text-anchor": "middle" }, String(hour).padStart(2, "0")))
  const within = (value, limit) => Math.min(Math.max(Math.floor(value), 0), limit)
  return {
    svg: canvas(width, 7 * ROW + 20, cells, days, hours), slots,
    at: (left, top) => within(top / ROW, 6) * 24 + within((left - DAY_WIDTH) / step, 23),
    move: (index, key) => ({ ArrowRight: index + 1, ArrowLeft: index - 1, ArrowDown: index + 24, ArrowUp: index - 24, Home: 0, End: 167 })[key],
  }
}

/** Bars that lie: a list whose figures are always there, so that nothing has to be pointed at. */
function across({ labels, values, shown }) {
  const most = Math.max(...values, 1)
  return h("ul", { class: "across" }, labels.map((label, n) => h("li", {},
    h("span", { class: "name", dir: "auto" }, label),
    h("span", { class: "track" }, h("i", { style: { "--share": values[n] / most } }), h("span", { class: "shown" }, shown[n])))))
}
