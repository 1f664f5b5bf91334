// Who a handset plays: somebody of the list, or somebody new.

import { avatar, fill, h, icon } from "../common/dom.js"
import { phone as spelled } from "../common/words.js"

const KINDS = ["customer", "dealer", "rider"]

/** actions: {people(), choose(person), create(name)} */
export function createPicker(words, { people, choose, create }) {
  const name = h("input", { class: "field", maxlength: 60, placeholder: words.say("phone.new_name"), "aria-label": words.say("phone.new_name"), on: { keydown: (event) => event.key === "Enter" && make() } })
  const face = h("span", { class: "face" })
  const list = h("div", { class: "people-list" })
  const summary = h("summary", {}, face, icon("chevron", 16))
  const element = h("details", { class: "picker", on: { toggle: () => element.open && drawList() } }, summary,
    h("div", { class: "people-sheet" }, h("div", { class: "new-person" }, name, h("button", { type: "button", class: "button main", on: { click: make } }, icon("plus", 16), words.say("phone.new_person"))), list))
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return
    element.open = false
    summary.focus()
  })
  const closeBeside = (event) => {
    if (element.open && !event.composedPath().includes(element)) element.open = false
  }
  addEventListener("pointerdown", closeBeside)
  let sign = ""

  function make() {
    const given = name.value.trim() || words.say("phone.first_name")
    name.value = ""
    element.open = false
    create(given)
  }

  function drawList() {
    fill(list, KINDS.map((kind) => {
      const found = people().filter((one) => one.kind === kind)
      if (!found.length) return null
      return [h("div", { class: "people-kind" }, words.say(`phone_kind.${kind}s`)), found.map((one) => h("button", {
        type: "button", class: "person-row", on: { click: () => { element.open = false; choose(one) } },
      }, avatar(one.name, one.phone, "small"), h("span", {}, h("b", { dir: "auto" }, one.name || spelled(one.phone)), h("small", {}, spelled(one.phone))), one.last_at && h("time", {}, words.ago(one.last_at))))]
    }))
  }

  function draw({ person }) {
    const now = JSON.stringify([person?.phone, person?.name, person?.kind])
    if (now === sign) return
    sign = now
    if (person === null) {
      fill(face, words.say("phone.somebody"))
      return
    }
    fill(face, avatar(person.name, person.phone, "small"), h("span", {}, h("b", { dir: "auto" }, person.name || spelled(person.phone)), h("small", {}, spelled(person.phone))), h("i", { class: `tag ${person.kind}` }, words.say(`phone_kind.${person.kind}`)))
  }

  return { element, draw, stop: () => removeEventListener("pointerdown", closeBeside) }
}
