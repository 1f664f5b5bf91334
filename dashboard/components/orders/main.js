// The orders board: a column for each stretch of an order's way. It asks `/rt` for the whole board, again as soon as
// orders changed, and every few seconds besides, because hints may be lost.

import { fill, h, icon, newKey, reconcile } from "../common/dom.js"
import { createLink } from "../common/link.js"
import { mountOnce } from "../common/mount.js"
import { createOver } from "../common/over.js"
import { tellLive } from "../common/status.js"
import { createWords } from "../common/words.js"
import { createCards } from "./card.js"
import { createChanges } from "./changes.js"

const COLUMNS = [
  ["waiting", ["held", "offered"]],
  ["preparing", ["accepted", "preparing"]],
  ["ready", ["ready"]],
  ["out", ["out_for_delivery", "failed_delivery"]],
  ["over", ["delivered", "cancelled"]],
]
const PAGE_ROWS = 24
const GAP_MS = 250
const LOOK_AGAIN_MS = 10_000
const RETRY_MS = 2_000

export const mount = mountOnce(start)

function start(parent, data) {
  const words = createWords(data)
  const riders = h("button", { type: "button", class: "button riders", "aria-haspopup": "menu", hidden: true, on: { click: () => changes.duty(riders, board) } })
  const columns = COLUMNS.map(([name]) => ({ heading: h("h3", {}), list: h("ul", {}), name }))
  const stage = h("div", { class: "columns" }, columns.map(({ heading, list, name }) => h("section", { class: "column", dataset: { column: name } }, heading, list)))
  const blank = h("div", { class: "empty", hidden: true }, h("span", { class: "empty-picture" }, icon("cart", 28)), h("p", {}, words.say("orders.empty")))
  const older = h("button", { type: "button", class: "button", on: { click: () => showMore() } }, icon("down", 16), words.say("orders.show_more"))
  const rest = h("div", { class: "rest", hidden: true }, h("span", { class: "soft" }), older)
  const root = h("div", { class: "rd board", lang: data.language, "aria-busy": "true" }, h("div", { class: "bar" }, riders), blank, stage, rest)
  parent.append(root)
  let board = null
  let limit = PAGE_ROWS
  let loading = false
  let stale = false
  let waiting = 0
  const over = createOver(root, words)
  const changes = createChanges(words, { over, act, data })
  const cards = createCards(words, { changes, board: () => board, data })
  const link = createLink({ connected: load, lost: () => tellLive("reconnecting"), signedOut, message })
  const look = () => {
    if (document.hidden) return
    link.hurry()
    loadSoon()
  }
  const looking = setInterval(look, LOOK_AGAIN_MS)
  document.addEventListener("visibilitychange", look)
  const escape = (event) => event.key === "Escape" && over.close()
  root.addEventListener("keydown", escape)
  tellLive("reconnecting")

  function message(message) {
    if (message.op === "live") tellLive(message.live ? "live" : "slow")
    if (message.op === "orders") loadSoon()
  }

  function signedOut() {
    location.replace(`/login?next=${encodeURIComponent(location.pathname)}`)
  }

  /** What changes in one breath is asked for once. */
  function loadSoon() {
    waiting ||= setTimeout(load, GAP_MS)
  }

  async function load() {
    clearTimeout(waiting)
    waiting = 0
    stale = true
    if (loading) return
    loading = true
    while (stale) {
      stale = false
      try {
        board = await link.ask("board", { limit })
        draw()
      } catch ({ why }) {
        // A new connection loads by itself.
        if (why !== "lost") waiting ||= setTimeout(load, RETRY_MS)
      }
    }
    loading = false
  }

  /** Do something to an order, once, and show what came of it. */
  async function act(name, id, body) {
    try {
      await link.ask("act", { act: name, key: newKey(), id, ...body })
    } catch ({ why, reason }) {
      over.toast(words.name("refusal", why === "refused" ? (reason ?? "other") : why))
    }
    await load()
  }

  function showMore() {
    limit += PAGE_ROWS
    load()
  }

  function draw() {
    root.setAttribute("aria-busy", "false")
    const on = board.riders.filter((rider) => !rider.paused).length
    riders.hidden = board.riders.length === 0
    fill(riders, icon("scooter", 17), words.say("orders.riders", { count: on, total: board.riders.length }), icon("chevron", 15))
    blank.hidden = board.orders.length > 0
    stage.hidden = !blank.hidden
    const active = root.getRootNode().activeElement
    const focused = active?.closest?.(".card") && { id: active.closest(".card").dataset.key, part: active.dataset.part }
    columns.forEach(({ heading, list }, place) => {
      const [name, statuses] = COLUMNS[place]
      const here = board.orders.filter((order) => statuses.includes(order.status))
      const others = name === "over" ? board.more_over : board.more
      fill(heading, words.say(`orders_column.${name}`), h("span", { class: "count" }, `${here.length}${others ? "+" : ""}`))
      list.classList.toggle("none", here.length === 0)
      reconcile(list, here.length ? here.map(cards.item) : [{ key: "", sign: "", make: () => h("li", { class: "soft" }, words.say("orders.nothing")) }])
    })
    if (focused) refocus(focused)
    cards.age(stage)
    rest.hidden = !board.more
    rest.firstElementChild.textContent = words.say("orders.oldest", { count: limit })
  }

  /** A card that was drawn anew or has gone to the next column keeps the focus of whoever works with keys. */
  function refocus({ id, part }) {
    const card = [...stage.querySelectorAll(".card")].find((one) => one.dataset.key === id)
    if (!card || card.contains(root.getRootNode().activeElement)) return
    const same = card.querySelector(`[data-part="${part}"]`) ?? card.querySelector("[data-part]")
    same?.focus({ preventScroll: true })
  }

  return {
    stop() {
      clearInterval(looking)
      clearTimeout(waiting)
      document.removeEventListener("visibilitychange", look)
      link.end()
      tellLive("")
      root.remove()
    },
  }
}
