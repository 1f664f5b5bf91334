// The inbox: lays out the view, keeps what is chosen, and brings answers of the link to list, thread and panel.

import { h } from "../common/dom.js"
import { createLink } from "../common/link.js"
import { mountOnce } from "../common/mount.js"
import { createOver } from "../common/over.js"
import { tellLive } from "../common/status.js"
import { createWords, title } from "../common/words.js"
import { createCart } from "./cart.js"
import { createComposer } from "./composer.js"
import { createDoings } from "./doings.js"
import { createHead } from "./head.js"
import { createKept } from "./kept.js"
import { listenToKeys } from "./keys.js"
import { createList } from "./list.js"
import { createNotice } from "./notice.js"
import { createOwn } from "./own.js"
import { createPanel } from "./panel.js"
import { createPerson } from "./person.js"
import { createSending } from "./sending.js"
import { createStart } from "./start.js"
import { createStore, createThread, dueOf, FILTERS, isAwake } from "./store.js"
import { createThreadView } from "./thread.js"
import { createTranslations } from "./translations.js"

const TICK_MS = 15_000
const CLOSE_MS = 62_000
const SEARCH_PAUSE_MS = 140
const RETRY_MS = 2_000
const COUNTS_GAP_MS = 1_500

export const mount = mountOnce(start)

function start(parent, data) {
  const words = createWords(data)
  const me = data.me
  const mayAct = (row) => data.may_act.includes(row?.business_id)
  const store = createStore(me)
  const thread = createThread()
  const kept = createKept(data.user)
  const notice = createNotice()
  const query = new URLSearchParams(location.search)
  const view = { filter: FILTERS.includes(query.get("filter")) ? query.get("filter") : "open", search: "" }
  let kit = { staff: [], canned: [], templates: [], labels: [], languages: {}, accounts: [] }
  let listProblem = false
  let searching = 0
  // Only the answer to the latest question for a list is shown; what goes on from an earlier one belongs to no list any more.
  let loads = 0
  let retrying = 0
  let counting = 0
  let drawing = 0

  const root = h("div", { class: "rd desk", lang: data.language })
  const over = createOver(root, words)
  const opening = (id) => (id === thread.id ? null : { label: words.say("list.show"), run: () => choose(id) })
  const own = createOwn(words, me, {
    given(row) {
      if (row.id !== thread.id && isAwake(row)) announce(words.say("list.given", { name: title(row, words) }), opening(row.id))
    },
    woken(row) {
      if (row.id !== thread.id) announce(words.say("list.woken", { name: title(row, words) }), opening(row.id))
    },
    due: (one) => announce(words.say("panel.due", { name: one.name, text: one.body }), opening(one.conversation_id)),
    several: (count) => announce(words.say("list.due_several", { count }), { label: words.say("list.show"), run: () => filter("reminders") }),
  })
  const link = createLink({ connected, lost, signedOut, message })
  const sending = createSending(link, kept, { changed: () => drawSoon(), refused: (_, reason) => over.toast(words.name("refusal", reason)) })
  const person = createPerson(words, { over, sending, ask: link.ask })
  const doings = createDoings(words, { over, sending, person, kit: () => kit, me, translating: {
    isOn: (row) => translations.isOn(row.id), turn: (row) => translations.follow(thread, !translations.isOn(row.id)),
  } })
  const acting = Object.fromEntries(Object.entries(data.businesses).filter(([id]) => data.may_act.includes(id)))
  const start = Object.keys(acting).length > 0 && createStart(words, {
    over, ask: link.ask, sending, kit: () => kit, businesses: acting,
    opened(id) {
      choose(id)
      load()
    },
  }).open
  const list = createList(words, { choose, filter, search, more, menu: over.menu, start, businesses: data.businesses, kept, me })
  const head = createHead(words, { back: () => choose(null), details: toggleDetails, doings, me, mayAct })
  const translations = createTranslations(words, data.language, kept, { changed: () => drawSoon(), problem: over.toast })
  const composer = createComposer(words, kept, {
    name: data.name, language: data.language, tell: over.toast,
    say: sending.say, problem: (reason) => over.toast(words.name("refusal", reason)), kit: () => kit, colleagues: doings.colleagues,
    template: (anchor) => doings.template(anchor, thread.row),
    typing: (typing) => thread.id && link.tell("typing", { id: thread.id, typing }),
  })
  const conversation = createThreadView(words, {
    older, head, composer, translations, doings, sending, over, mayAct, answer: composer.replyTo, myName: data.name,
    restore: (entry) => composer.restore(entry.body.text ?? entry.body.body ?? "", entry.act === "note" ? "note" : "reply"),
  })
  const cart = createCart(words, {
    ask: link.ask, sending, over, mayAct,
    known(id, given, number) {
      if (id === thread.id) thread.setCart(given, number)
      drawSoon()
    },
  })
  const panel = createPanel(words, { close: toggleDetails, choose, doings, cart, me, mayAct })
  root.prepend(h("div", { class: "panes" }, list.element, conversation.element, panel.element))
  parent.append(root)

  const ticking = setInterval(() => {
    remind()
    draw()
  }, TICK_MS)
  // What is due within a minute, or has just become late, is shown to the second.
  const countingDown = setInterval(() => {
    if (!document.hidden && store.all().some((row) => Math.abs(dueOf(row)?.left ?? Infinity) < CLOSE_MS)) draw()
  }, 1_000)
  const onVisible = () => {
    if (document.hidden) return
    link.hurry()
    notice.seen()
    seen()
  }
  document.addEventListener("visibilitychange", onVisible)
  addEventListener("online", onVisible)
  const deafen = listenToKeys(root, words, {
    next: () => step(1), previous: () => step(-1), search: list.focusSearch, details: toggleDetails, help: over.help, escape,
    isOpen: () => over.isOpen,
    reply: () => mayAct(thread.row) && composer.setMode("reply"),
    note: () => mayAct(thread.row) && composer.setMode("note"),
    takeOver: () => doing((row) => doings.takeOver(row)),
    handBack: () => doing((row) => doings.handBack(row)),
    resolve: () => doing((row) => doings.resolve(row)),
    assign: () => doing((row) => doings.assign(head.anchor("assign"), row)),
    snooze: () => doing((row) => doings.snooze(head.anchor("more"), row)),
    label: () => doing((row) => doings.label(head.anchor("more"), row)),
    start: () => list.start(),
    cart: () => doing(() => {
      root.classList.add("with-details")
      cart.focus()
    }),
  })
  setStatus("reconnecting")
  if (query.get("conversation")) thread.begin(query.get("conversation"))
  draw()

  // What the link tells.

  function connected() {
    load()
    loadKit()
    loadOwn()
    if (thread.id) reopen()
    else if (query.get("order")) find(query.get("order"))
    sending.connected()
  }

  function lost() {
    thread.people = []
    setStatus("reconnecting")
    drawSoon()
  }

  function signedOut() {
    location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
  }

  function message(message) {
    if (message.op === "live") setStatus(message.live ? "live" : "slow")
    if (message.op === "rows") changed(message)
    if (message.op === "messages" && message.id === thread.id) heard(message)
    if (message.op === "panel" && message.id === thread.id) thread.setPanel(message.panel, message.number)
    if (message.op === "team") dispatchEvent(new CustomEvent("relaydesk:ask-team"))
    if (message.op === "present" && message.id === thread.id) thread.people = message.people
    draw()
  }

  function changed({ rows, number }) {
    for (const row of rows) {
      const known = store.get(row.id)
      if (known && row.unread_count > known.unread_count) notice.came(kept.sound())
    }
    store.change(rows, number, view)
    own.change(rows, number)
    remind()
    const open = rows.find((row) => row.id === thread.id)
    if (open) thread.setRow(open, number)
    if (open) seen()
    countSoon()
  }

  /** A word that stays until it is read, with what it leads to. */
  function announce(text, action) {
    over.toast(text, "good", action)
    notice.came(kept.sound())
  }

  function heard({ rows, number, more: isMore, notes }) {
    if (thread.state !== "ready") return
    if (!thread.joins(rows, isMore)) {
      reopen()
      return
    }
    thread.merge(rows, number)
    thread.setNotes(notes, number)
    seen()
  }

  // The list.

  async function load() {
    clearTimeout(searching)
    const asked = { filter: view.filter, search: view.search }
    const number = ++loads
    try {
      const answer = await link.ask("list", { ...asked, cursor: null })
      if (number !== loads || asked.filter !== view.filter || asked.search !== view.search) return
      listProblem = false
      store.page(answer, false)
      list.setBusy(false)
      countSoon()
    } catch ({ why }) {
      failed(why)
    }
    draw()
  }

  async function more() {
    const asked = { filter: view.filter, search: view.search }
    const number = loads
    try {
      const answer = await link.ask("list", { ...asked, cursor: store.cursor })
      if (number === loads && asked.filter === view.filter && asked.search === view.search) store.page(answer, true)
    } catch ({ why }) {
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

  async function loadKit() {
    try {
      kit = await link.ask("kit", {})
      draw()
    } catch {
      // Without it there is nothing to choose from; the next connection asks again.
    }
  }

  async function loadOwn() {
    try {
      own.learn(await link.ask("own", {}))
      remind()
      draw()
    } catch ({ why }) {
      if (why === "unavailable") setTimeout(loadOwn, RETRY_MS)
    }
  }

  function countSoon() {
    if (counting) return
    counting = setTimeout(async () => {
      counting = 0
      try {
        const { counts } = await link.ask("counts", {})
        list.setCounts(counts)
        dispatchEvent(new CustomEvent("relaydesk:badge", { detail: { page: "inbox", count: counts.mentioned + counts.unassigned } }))
        draw()
      } catch {
        // The numbers stay as they were until the next change.
      }
    }, COUNTS_GAP_MS)
  }

  function filter(name) {
    if (view.filter === name && !view.search) return
    view.filter = name
    view.search = ""
    list.setBusy(true)
    remember()
    store.reset()
    draw()
    load()
  }

  function search(text) {
    view.search = text
    list.setBusy(true)
    draw()
    clearTimeout(searching)
    searching = setTimeout(() => {
      store.reset()
      draw()
      load()
    }, SEARCH_PAUSE_MS)
  }

  function step(by) {
    const id = list.beside(thread.id, by)
    if (!id) return
    choose(id)
    list.reveal(id)
  }

  // The thread.

  function choose(id) {
    if (id === thread.id && thread.state !== "gone") return
    over.close(false)
    thread.begin(id)
    sending.forgetStored(id)
    if (id === null) {
      thread.state = "none"
      link.tell("close", {})
    } else if (store.get(id)) thread.setRow(store.get(id), 0)
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
      thread.setNotes(answer.notes, answer.number)
      thread.setRow(answer.row, answer.number)
      thread.state = "ready"
      seen()
    } catch ({ why }) {
      if (id !== thread.id || why === "lost") return
      if (why === "refused") thread.state = "gone"
      else setTimeout(() => id === thread.id && reopen(), RETRY_MS)
    }
    draw()
  }

  async function find(order) {
    try {
      const { id } = await link.ask("find", { order })
      query.delete("order")
      if (id) choose(id)
      else over.toast(words.say("list.no_order", { order }))
    } catch ({ why }) {
      if (why === "unavailable") setTimeout(() => find(order), RETRY_MS)
    }
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

  /** The open conversation was looked at, so it is no longer unread, and who was named there has seen it. */
  function seen() {
    const row = thread.row
    if (!row || !mayAct(row) || document.hidden || thread.state !== "ready") return
    if (row.unread_count > 0 || row.mentioned?.includes(me[row.business_id])) link.tell("seen", { id: thread.id })
  }

  /** What is due is said, and counted behind its list. */
  function remind() {
    own.remind()
    list.setDue(own.due)
  }

  function doing(run) {
    if (thread.state === "ready" && mayAct(thread.row)) run(thread.row)
  }

  // Drawing.

  function draw() {
    const rows = store.visible(view)
    list.draw({ rows, view, chosen: thread.id, more: store.cursor !== null, isLoaded: store.isLoaded, problem: listProblem })
    conversation.draw(thread)
    translations.need(thread)
    panel.draw(thread)
    root.classList.toggle("has-thread", thread.id !== null)
  }

  /** Several changes in a row are drawn once. */
  function drawSoon() {
    drawing ||= requestAnimationFrame(() => {
      drawing = 0
      draw()
    })
  }

  function setStatus(state) {
    root.dataset.live = state
    tellLive(state)
  }

  function remember() {
    const address = new URLSearchParams()
    if (thread.id) address.set("conversation", thread.id)
    if (view.filter !== "open") address.set("filter", view.filter)
    history.replaceState(history.state, "", address.size ? `?${address}` : location.pathname)
  }

  function toggleDetails() {
    root.classList.toggle("with-details")
  }

  function escape() {
    if (over.close()) return
    if (root.classList.contains("with-details")) toggleDetails()
    else {
      if (view.search) list.clear()
      root.getRootNode().activeElement?.blur()
    }
  }

  return {
    stop() {
      clearInterval(ticking)
      clearInterval(countingDown)
      clearTimeout(searching)
      clearTimeout(retrying)
      clearTimeout(counting)
      cancelAnimationFrame(drawing)
      translations.stop()
      deafen()
      document.removeEventListener("visibilitychange", onVisible)
      removeEventListener("online", onVisible)
      link.end()
      setStatus("")
      root.remove()
    },
  }
}
