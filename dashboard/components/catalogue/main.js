// The rows of the catalogue.

import { h, reconcile } from "../common/dom.js"
import { mountDrawn } from "../common/mount.js"

export const mount = mountDrawn(start)

function start(parent) {
  const list = h("ul", { class: "rd products" })
  parent.append(list)
  let context = null

  function row({ id, name, about, tone, state, price }) {
    return h("li", { class: "product" },
      h("div", { class: "what" },
        h("button", { type: "button", dir: "auto", on: { click: () => context.setTriggerValue("open", id) } }, name),
        h("small", { dir: "auto" }, about)),
      h("span", { class: `state ${tone}` }, state),
      h("span", { class: "price" }, price))
  }

  return {
    draw(given) {
      context = given
      list.lang = given.data.language
      reconcile(list, given.data.rows.map((one) => ({ key: one.id, sign: JSON.stringify(one), make: () => row(one) })))
    },
    stop: () => list.remove(),
  }
}
