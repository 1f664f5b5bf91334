// A card of the board: what an order is, for whom, with whom, since when, and its next step.

import { h, icon } from "../common/dom.js"
import { phone } from "../common/words.js"

const NEXT = {
  accepted: "preparing", preparing: "ready", ready: "out_for_delivery", out_for_delivery: "delivered", failed_delivery: "out_for_delivery",
}
const TONES = {
  held: "calm", offered: "warn", accepted: "info", preparing: "info", ready: "info", out_for_delivery: "info", failed_delivery: "bad",
  delivered: "good", cancelled: "calm",
}
/** From then on the time on a card is a warning. */
const LATE_MINUTES = { offered: 10, accepted: 15, preparing: 30, ready: 15, out_for_delivery: 60, failed_delivery: 0 }
const MINUTE_MS = 60_000

export function createCards(words, { changes, board, data }) {
  function item(order) {
    const may = data.may_act.includes(order.business_id)
    return { key: order.id, sign: JSON.stringify([order, changes.of(order, board()).length]), make: () => card(order, may) }
  }

  function card(order, may) {
    const step = may && NEXT[order.status]
    const isUnpaid = order.status === "held" && order.payment?.open
    return h("li", { class: "card", "aria-label": order.code, dataset: { since: order.updated_at, status: order.status } },
      h("div", { class: "line" }, h("b", {}, order.code), h("span", { class: "space" }), h("b", { class: "total" }, words.money(order.total, order.currency))),
      h("p", { class: "customer", dir: "auto" }, /^[0-9]+$/.test(order.customer) ? phone(order.customer) : order.customer),
      h("div", { class: "line" },
        h("span", { class: `state ${TONES[order.status] ?? "calm"}` }, words.say(isUnpaid ? "order.unpaid" : `order.${order.status}`)), h("span", { class: "age" })),
      order.lines && h("p", { class: "goods", dir: "auto" }, order.lines),
      order.note && fact("note", order.note, "noted"),
      order.dealer && fact("store", order.dealer.name),
      order.status === "offered" && asked(order),
      order.rider && fact("scooter", order.rider.name),
      order.address && fact("location", order.address),
      order.payment && h("p", { class: "fact paying" }, words.say(`payment.${order.payment.word}`)),
      h("div", { class: "line doing" },
        step && h("button", { type: "button", class: "button main", dataset: { part: "step" }, on: { click: (event) => move(event.currentTarget, order, step) } },
          words.say(`orders_step.${step}`)),
        h("span", { class: "space" }),
        h("a", { class: "icon-button", href: `/?conversation=${order.conversation_id}`, title: words.say("orders.talk"), "aria-label": words.say("orders.talk"), dataset: { part: "talk" } },
          icon("inbox", 18)),
        changes.of(order, board()).length > 0 && h("button", { type: "button", class: "icon-button", title: words.say("orders.more"), "aria-label": words.say("orders.more"),
          "aria-haspopup": "menu", dataset: { part: "more" }, on: { click: (event) => changes.menu(event.currentTarget, order, board()) } }, icon("more", 18))))
  }

  /** Which shops have been asked; one that nobody was asked for waits for a person. */
  function asked(order) {
    const names = order.asked.map((one) => one.name).join(", ")
    return names ? fact("store", words.say("orders.asked", { names })) : fact("alert", words.say("orders.nobody"), "late")
  }

  function fact(sign, text, className = "") {
    return h("p", { class: `fact ${className}` }, icon(sign, 15), h("span", { dir: "auto" }, text))
  }

  async function move(button, order, status) {
    // Not disabled, which would take the focus from whoever works with keys.
    button.setAttribute("aria-busy", "true")
    await changes.move(order, status)
    button.removeAttribute("aria-busy")
  }

  /** Write on every card how long it stands as it does; the text changes, the card stays. */
  function age(stage) {
    for (const element of stage.querySelectorAll(".card")) {
      const { since, status } = element.dataset
      const minutes = Math.max(Math.floor((Date.now() - new Date(since)) / MINUTE_MS), 0)
      const late = minutes >= (LATE_MINUTES[status] ?? Infinity)
      const place = element.querySelector(".age")
      place.className = `age due ${late ? "bad" : "calm"}`
      place.title = words.full(since)
      place.textContent = stretch(minutes)
    }
  }

  function stretch(minutes) {
    if (minutes < 1) return words.say("orders.just_now")
    return minutes < 60 ? words.say("orders.minutes", { count: minutes }) : words.say("orders.hours", { count: Math.floor(minutes / 60) })
  }

  return { item, age }
}
