// The inbox: lays out the view, keeps what is chosen, and brings answers of the link to list, thread and panel.

import { avatar, h, icon } from "./dom.js"
import { createLink } from "./link.js"
import { createList } from "./list.js"
import { createPanel } from "./panel.js"
import { createStore, createThread, FILTERS } from "./store.js"
import { createThreadView } from "./thread.js"
import { createWords } from "./words.js"

const TICK_MS = 20_000
const SEARCH_PAUSE_MS = 180
const RETRY_MS = 2_000

const mounted = new WeakMap()

/** Called by Streamlit once, and again with each change of its data; returns what undoes it. */
export function mount({ parentElement, data }) {
  if (!data.signed_in) {
    location.replace("/login")
    return () => {}
  }
  const old = mounted.get(parentElement)
  if (old) return old
  const view = start(parentElement, data)
  const unmount = () => {
    mounted.delete(parentElement)
    view.stop()
  }
  mounted.set(parentElement, unmount)
  return unmount
}

function start(parent, data) {
  const words = createWords(data)
  const store = createStore()
  const thread = createThread()
  const query = new URLSearchParams(location.search)
  const view = { filter: FILTERS.includes(query.get("f")) ? query.get("f") : "all", search: "" }
  let listProblem = false
  let searching = 0
  let retrying = 0

  const list = createList(words, { choose, filter, search, more, businesses: data.businesses })
  const conversation = createThreadView(words, { older, back: () => choose(null), details: toggleDetails })
  const panel = createPanel(words, { close: toggleDetails })
  const status = h("span", { class: "live", role: "status" })
  const root = h("div", { class: "desk", lang: data.language },
    header(data, words, status),
    h("div", { class: "panes" }, list.element, conversation.element, panel.element))
  parent.append(root)

  const link = createLink({ connected, lost, signedOut, message })
  const ticking = setInterval(draw, TICK_MS)
  const onVisible = () => {
    if (document.hidden) return
    link.hurry()
    seen()
  }
  document.addEventListener("visibilitychange", onVisible)
  addEventListener("online", onVisible)
  setStatus("reconnecting")
  if (query.get("c")) thread.begin(query.get("c"))
  draw()

  // What the link tells.

  function connected() {
    load()
    if (thread.id) reopen()
  }

  function lost() {
    setStatus("reconnecting")
  }

  function signedOut() {
    location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
  }

  function message(message) {
    if (message.op === "live") setStatus(message.live ? "live" : "slow")
    if (message.op === "rows") changed(message)
    if (message.op === "messages" && message.id === thread.id) heard(message)
    if (message.op === "panel" && message.id === thread.id) thread.setPanel(message.panel, message.number)
    draw()
  }

  function changed({ rows, number }) {
    store.change(rows, number, view)
    const open = rows.find((row) => row.id === thread.id)
    if (open) thread.setRow(open, number)
  }

  function heard({ rows, number, more: isMore }) {
    if (thread.state !== "ready") return
    if (!thread.joins(rows, isMore)) {
      reopen()
      return
    }
    thread.merge(rows, number)
    seen()
  }

  // The list.

  async function load() {
    const asked = { filter: view.filter, search: view.search }
    try {
      const answer = await link.ask("list", { ...asked, cursor: null })
      if (asked.filter !== view.filter || asked.search !== view.search) return
      listProblem = false
      store.page(answer, false)
    } catch (why) {
      failed(why)
    }
    draw()
  }

  async function more() {
    const asked = { filter: view.filter, search: view.search }
    try {
      const answer = await link.ask("list", { ...asked, cursor: store.cursor })
      if (asked.filter === view.filter && asked.search === view.search) store.page(answer, true)
    } catch (why) {
      failed(why)
    }
    draw()
  }

  // A lost connection loads everything anew by itself; a refusal of storage is asked again after a while.
  function failed(why) {
    if (why === "lost") return
    listProblem = true
    clearTimeout(retrying)
    retrying = setTimeout(load, RETRY_MS)
  }

  function filter(name) {
    if (view.filter === name) return
    view.filter = name
    remember()
    store.reset()
    draw()
    load()
  }

  function search(text) {
    view.search = text
    draw()
    clearTimeout(searching)
    searching = setTimeout(() => {
      store.reset()
      draw()
      load()
    }, SEARCH_PAUSE_MS)
  }

  // The thread.

  function choose(id) {
    if (id === thread.id && thread.state !== "gone") return
    thread.begin(id)
    if (id === null) thread.state = "none"
    else if (store.get(id)) thread.setRow(store.get(id), 0)
    remember()
    draw()
    if (id !== null) reopen()
  }

  async function reopen() {
    const id = thread.id
    try {
      const answer = await link.ask("open", { id })
      if (id !== thread.id) return
      if (thread.state === "ready" && !thread.joins(answer.rows, answer.more)) thread.messages = new Map()
      if (thread.messages.size === 0) thread.more = answer.more
      thread.merge(answer.rows, answer.number)
      thread.setRow(answer.row, answer.number)
      thread.setPanel(answer.panel, answer.number)
      thread.state = "ready"
      seen()
    } catch (why) {
      if (id !== thread.id || why === "lost") return
      if (why === "refused") thread.state = "gone"
      else setTimeout(() => id === thread.id && reopen(), RETRY_MS)
    }
    draw()
  }

  async function older() {
    const id = thread.id
    const first = thread.sorted()[0]
    if (!first) return
    try {
      const answer = await link.ask("older", { id, before: first.sequence })
      if (id !== thread.id) return
      thread.merge(answer.rows, answer.number)
      thread.more = answer.more
    } catch {
      // The button is still there; the person presses it again.
    }
    draw()
  }

  /** The open conversation was looked at, so it is no longer unread. */
  function seen() {
    const row = thread.row
    if (data.may_act && !document.hidden && thread.state === "ready" && row?.unread_count > 0)
      link.tell("seen", { id: thread.id })
  }

  // Drawing.

  function draw() {
    const rows = store.visible(view)
    list.draw({ rows, view, chosen: thread.id, more: store.cursor !== null, isLoaded: store.isLoaded, problem: listProblem })
    conversation.draw(thread)
    panel.draw(thread)
    root.classList.toggle("has-thread", thread.id !== null)
  }

  function setStatus(state) {
    status.className = `live ${state}`
    status.title = words.say(`desk.${state}_hint`)
    status.replaceChildren(h("i", {}), words.say(`desk.${state}`))
    root.dataset.live = state
  }

  function remember() {
    const kept = new URLSearchParams()
    if (thread.id) kept.set("c", thread.id)
    if (view.filter !== "all") kept.set("f", view.filter)
    history.replaceState(history.state, "", kept.size ? `?${kept}` : location.pathname)
  }

  function toggleDetails() {
    root.classList.toggle("with-details")
  }

  root.addEventListener("keydown", (event) => {
    const typing = event.composedPath()[0] instanceof HTMLInputElement
    if (event.key === "/" && !typing) {
      event.preventDefault()
      list.focusSearch()
    }
    if (event.key !== "Escape") return
    if (closeMenu(root)) root.querySelector(".account summary").focus()
    else if (typing && view.search) list.clear()
  })
  root.addEventListener("pointerdown", (event) => {
    if (!event.composedPath().some((element) => element.classList?.contains("account"))) closeMenu(root)
  })

  return {
    stop() {
      clearInterval(ticking)
      clearTimeout(searching)
      clearTimeout(retrying)
      document.removeEventListener("visibilitychange", onVisible)
      removeEventListener("online", onVisible)
      link.end()
      root.remove()
    },
  }
}

function header(data, words, status) {
  const names = [...new Set(Object.values(data.businesses))]
  return h("header", { class: "top" },
    h("img", { class: "mark", src: "/assets/mark.svg", alt: "", width: 28, height: 28 }),
    h("strong", { class: "product" }, "relaydesk"),
    h("span", { class: "business", dir: "auto" }, names.join(", ")),
    h("span", { class: "space" }),
    status,
    account(data, words))
}

function account(data, words) {
  const languages = data.languages.map((language) =>
    h("button", {
      type: "button", class: "menu-item", lang: language, "aria-pressed": String(language === data.language),
      on: { click: () => speak(language) },
    }, icon("globe", 16), { it: "Italiano", en: "English" }[language] ?? language, language === data.language && icon("check", 16)))
  return h("details", { class: "account" },
    h("summary", { "aria-label": words.say("desk.menu") },
      avatar(data.name, data.email, "small"),
      h("span", { class: "who" }, h("b", { dir: "auto" }, data.name), h("small", {}, words.say(`role.${data.role}`))),
      icon("chevron", 16)),
    h("div", { class: "menu" },
      h("div", { class: "menu-head" }, h("b", { dir: "auto" }, data.name), h("small", {}, data.email)),
      h("div", { class: "menu-label" }, words.say("desk.language")), ...languages,
      h("form", { method: "post", action: "/auth/logout" },
        h("button", { type: "submit", class: "menu-item out" }, icon("exit", 16), words.say("desk.sign_out")))))
}

/** Close the person's menu; whether it was open. */
function closeMenu(root) {
  const menu = root.querySelector(".account")
  const wasOpen = menu.open
  menu.open = false
  return wasOpen
}

function speak(language) {
  document.cookie = `relaydesk_language=${language}; path=/; max-age=31536000; samesite=lax`
  location.reload()
}
