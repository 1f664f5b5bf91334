// The switch of the header: whether the person is online, and who else is. While somebody moves at the page it tells the
// desk so; a page that is closed, or at which nobody moves, says nothing, and silence makes away by itself.
//   relaydesk:team      {state, online, open, people}    told on the window whenever it is known anew
//   relaydesk:ask-team                                   somebody's state changed: ask again

import { fill, h, icon, newKey } from "../common/dom.js"

const BEAT_MS = 30_000
const STILL_MS = 10 * 60_000
const RETRY_MS = 2_500
const MOVES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]

/** `say(key, values)` speaks the person's language. */
export function createTeam(say) {
  const summary = h("summary", {})
  const menu = h("div", { class: "menu team-menu" })
  const element = h("details", { class: "availability", hidden: true, on: { toggle: () => element.open ? ask("/team") : drawMenu() } }, summary, menu)
  let team = null
  let moved = Date.now()
  let wanted = null
  let asks = 0

  /** Whether it is worth asking again. A later answer of an earlier question changes nothing. */
  async function ask(path, body = null) {
    const number = ++asks
    const init = path === "/team" ? {} : { method: "POST", body: body && JSON.stringify(body) }
    const answer = await fetch(path, init).catch(() => null)
    if (!answer?.ok) return !answer || answer.status >= 500
    const found = await answer.json().catch(() => null)
    if (found && number === asks) tell(found)
    return false
  }

  function tell(found) {
    team = found
    document.documentElement.relaydeskTeam = team
    draw()
    dispatchEvent(new CustomEvent("relaydesk:team", { detail: team }))
  }

  function beat() {
    // Online or away is chosen by the press; until it has arrived nothing else is asked.
    if (wanted === null && Date.now() - moved < STILL_MS) ask("/team/here")
  }

  function move() {
    const wasStill = Date.now() - moved >= STILL_MS
    moved = Date.now()
    if (wasStill) beat()
  }

  async function choose(state, hand_over = false) {
    wanted = { state, hand_over, key: newKey() }
    const own = wanted
    element.open = false
    summary.focus()
    draw()
    while (wanted === own && (await ask("/team/state", own))) await new Promise((done) => setTimeout(done, RETRY_MS))
    if (wanted === own) wanted = null
    draw()
  }

  function draw() {
    element.hidden = team === null
    if (team === null) return
    const state = wanted?.state ?? (team.online ? "online" : "away")
    const sign = `${state} ${wanted !== null}`
    if (summary.sign !== sign) {
      summary.sign = sign
      summary.setAttribute("aria-label", say(`team.${state}_now`))
      summary.className = state
      summary.setAttribute("aria-busy", String(wanted !== null))
      fill(summary, h("i", { class: `dot ${state}` }), h("span", {}, say(`team.${state}`)), icon("chevron", 14))
    }
    // A menu that is being read holds still, but for the numbers in it.
    if (!menu.querySelector(".team-question")) drawMenu()
  }

  function drawMenu() {
    if (team === null) return
    const state = wanted?.state ?? team.state
    const others = team.people.filter((one) => !one.me)
    const sign = JSON.stringify([state, team.people])
    if (menu.sign === sign) return
    const focused = menu.getRootNode().activeElement?.dataset?.state
    menu.sign = sign
    fill(menu,
      ["online", "away"].map((name) => h("button", {
        type: "button", class: "menu-item", dataset: { state: name }, "aria-pressed": String(name === state),
        on: { click: () => name === "away" && team.open > 0 && state !== "away" ? question() : choose(name) },
      }, h("i", { class: `dot ${name}` }), h("span", { class: "menu-text" }, say(`team.${name}`), h("small", {}, say(`team.${name}_hint`))), name === state && icon("check", 16))),
      h("div", { class: "menu-label" }, say("team.colleagues")),
      others.length
        ? h("ul", { class: "colleagues" }, others.map((one) => h("li", { dataset: { staff: one.id } },
          h("i", { class: `dot ${one.online ? "online" : "away"}`, role: "img", "aria-label": say(`team.${one.online ? "online" : "away"}`) }),
          h("span", { dir: "auto" }, one.name), one.open > 0 && h("small", { title: say("team.in_hand", { count: one.open }) }, one.open))))
        : h("p", { class: "soft alone" }, say("team.alone")))
    if (focused) menu.querySelector(`[data-state="${focused}"]`)?.focus()
  }

  function question() {
    const keep = h("button", { type: "button", class: "button", on: { click: () => choose("away") } }, say("team.keep"))
    menu.sign = null
    fill(menu, h("div", { class: "team-question" },
      h("b", {}, say("team.leave", { count: team.open })), h("p", { class: "soft" }, say("team.leave_hint")),
      keep, h("button", { type: "button", class: "button main", on: { click: () => choose("away", true) } }, say("team.hand_over"))))
    keep.focus()
  }

  function close(event) {
    if (!element.open) return
    if (event.type === "keydown" ? event.key !== "Escape" : event.composedPath().includes(element)) return
    element.open = false
    if (event.type === "keydown") summary.focus()
  }

  element.addEventListener("toggle", () => { if (!element.open) { menu.sign = null; fill(menu); drawMenu() } })
  const again = () => ask("/team")
  const listeners = [["relaydesk:ask-team", again], ["pointerdown", close], ["keydown", close]]
  for (const [event, listener] of listeners) addEventListener(event, listener)
  for (const event of MOVES) addEventListener(event, move, { passive: true, capture: true })
  document.addEventListener("visibilitychange", move)
  const beating = setInterval(beat, BEAT_MS)
  beat()

  return {
    element,
    /** Whoever drew anew in another language. */
    redraw() { summary.sign = menu.sign = null; draw() },
    stop() {
      wanted = null
      clearInterval(beating)
      for (const [event, listener] of listeners) removeEventListener(event, listener)
      for (const event of MOVES) removeEventListener(event, move, { capture: true })
      document.removeEventListener("visibilitychange", move)
    },
  }
}
