// Where a person writes: an answer to the customer, or a note to colleagues. Each conversation has its own draft, which
// nothing that arrives, no switch and no reload takes away.

import { fill, h, icon } from "../common/dom.js"
import { createAssist } from "./assist.js"
import { filled } from "./canned.js"
import { isSnoozed } from "./store.js"

const MOST = { reply: 4096, note: 4000, caption: 1024 }
const SOON_MS = 2 * 3_600_000
const TYPING_MS = 4_000
const SUGGESTIONS = 7

/** actions: {name: the person's own, language, say(act, id, body), problem(reason), typing(on), template(anchor), kit(), isMine(row), colleagues(row)} */
export function createComposer(words, kept, actions) {
  const area = h("textarea", { class: "words", rows: 1, "aria-label": words.say("composer.reply"), dir: "auto", on: {
    input: onInput, keydown: onKey, paste: onPaste, blur: () => setTimeout(() => area.getRootNode().activeElement === area || closeSuggestions(), 150), click: suggest,
  } })
  const tabs = Object.fromEntries(["reply", "note"].map((mode) => [mode, h("button", {
    type: "button", role: "tab", on: { click: () => setMode(mode) },
  }, icon(mode === "reply" ? "reply" : "note", 15), words.say(`composer.${mode}`))]))
  const clock = h("span", { class: "window-left" })
  const quoted = h("div", { class: "quoted", hidden: true })
  const suggestions = h("div", { class: "suggestions", role: "listbox", hidden: true })
  const closed = h("div", { class: "shut" })
  const counter = h("span", { class: "counter" })
  const canned = h("button", { type: "button", class: "icon-button", title: words.say("composer.canned"), on: { click: openCanned } }, icon("bolt", 18))
  const template = h("button", { type: "button", class: "icon-button", title: words.say("act.template"), on: { click: () => actions.template(template) } }, icon("template", 18))
  const mention = h("button", { type: "button", class: "icon-button", title: words.say("composer.mention"), on: { click: () => insert("@") } }, icon("at", 18))
  const picker = h("input", { type: "file", hidden: true, on: { change: () => { upload(picker.files[0]); picker.value = "" } } })
  const attach = h("button", { type: "button", class: "icon-button", title: words.say("composer.attach"), on: { click: () => picker.click() } }, icon("clip", 18))
  const attached = h("div", { class: "quoted", hidden: true })
  const assist = createAssist(words, actions.language, { row: () => row, draft: draftOf, put, problem: actions.tell })
  const send = h("button", { type: "button", class: "button main send", on: { click: submit } })
  const hint = h("span", { class: "keys soft" })
  const write = h("div", { class: "write", on: { dragover: (event) => event.preventDefault(), drop: onDrop } }, quoted, attached, assist.bar, area,
    h("div", { class: "tools" }, picker, attach, canned, template, ...assist.buttons, mention, h("span", { class: "space" }), counter, hint, send))
  const element = h("footer", { class: "composer" }, suggestions,
    h("div", { class: "composer-head" }, h("div", { class: "modes", role: "tablist" }, tabs.reply, tabs.note), h("span", { class: "space" }), clock),
    write, closed)

  // The upload under way of each conversation; one that was cancelled, or that another file took the place of, is none.
  const uploads = new Map()
  let row = null
  let draft = null
  let found = []
  let at = 0
  let typedAt = 0
  let typingOff = 0

  function draw(thread, mayAct) {
    element.hidden = thread.state !== "ready" || !thread.row
    if (element.hidden) return
    const isOther = row?.id !== thread.row.id
    row = thread.row
    if (isOther) load()
    element.classList.toggle("only-reading", !mayAct)
    drawMode(mayAct)
  }

  function load() {
    closeSuggestions()
    draft = { mentions: {}, ...kept.draft(row.id) }
    // What was on its way up when the page was left is not there.
    if (draft.file?.state === "uploading" && !uploads.has(row.id)) draft.file = null
    area.value = draft[draft.mode]
    grow()
    drawQuoted()
    drawAttached()
  }

  // A file goes up as soon as it is chosen; sending it is then as quick, and as safe, as sending words.

  async function upload(file) {
    if (!file || !row) return
    const { id } = row
    const own = new AbortController()
    uploads.get(id)?.abort()
    uploads.set(id, own)
    setFile(id, { state: "uploading", file_name: file.name })
    try {
      const answer = await fetch(`/files/${id}`, {
        method: "POST", body: file, signal: own.signal,
        headers: { "content-type": file.type || "application/octet-stream", "x-file-name": encodeURIComponent(file.name) },
      })
      const body = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : { reason: "not_uploaded" }
      if (!answer.ok) throw new Error(body.reason)
      if (uploads.get(id) === own) setFile(id, { state: "ready", ...body })
    } catch (error) {
      if (uploads.get(id) !== own) return
      setFile(id, null)
      actions.problem(words.has(`refusal.${error.message}`) ? error.message : "not_uploaded")
    } finally {
      if (uploads.get(id) === own) uploads.delete(id)
    }
  }

  function detach() {
    uploads.get(row.id)?.abort()
    uploads.delete(row.id)
    setFile(row.id, null)
  }

  function setFile(id, file) {
    if (row?.id === id) {
      draft.file = file
      save()
      drawAttached()
      drawSend()
    } else kept.setDraft(id, { ...kept.draft(id), file })
  }

  function onPaste(event) {
    const [file] = event.clipboardData?.files ?? []
    if (!file || draft.mode === "note") return
    event.preventDefault()
    upload(file)
  }

  function onDrop(event) {
    event.preventDefault()
    if (draft.mode === "reply") upload(event.dataTransfer?.files[0])
  }

  function drawAttached() {
    const { file } = draft
    attached.hidden = !file || draft.mode === "note"
    if (!file) return
    fill(attached, icon("clip", 15), h("div", {}, h("b", { dir: "auto" }, file.file_name), file.state === "uploading" && h("span", { role: "status" }, words.say("composer.uploading"))),
      h("button", { type: "button", class: "icon-button", title: words.say("act.cancel"), on: { click: detach } }, icon("close", 16)))
  }

  function save() {
    kept.setDraft(row.id, draft)
  }

  function draftOf(id) {
    return row?.id === id ? draft.reply : kept.draft(id).reply
  }

  /** Words for the answer of a conversation, which need not be the one on the screen any more. */
  function put(id, text) {
    if (row?.id !== id) {
      kept.setDraft(id, { ...kept.draft(id), reply: text })
      return
    }
    draft.reply = text
    setMode("reply")
    onInput()
  }

  function setMode(mode) {
    if (!row) return
    draft.mode = mode
    area.value = draft[mode]
    closeSuggestions()
    drawMode(true)
    grow()
    area.focus()
    area.setSelectionRange(area.value.length, area.value.length)
  }

  function why(mayAct) {
    if (!mayAct) return "viewer"
    if (draft.mode === "note") return ""
    if (row.contact?.blocked_at) return "blocked"
    return isShut() ? "window" : ""
  }

  function isShut() {
    return !row.account?.simulated && !(new Date(row.window_expires_at ?? 0) > Date.now())
  }

  function drawMode(mayAct) {
    const { mode } = draft
    for (const name of ["reply", "note"]) tabs[name].setAttribute("aria-selected", String(name === mode))
    element.dataset.mode = mode
    const shut = why(mayAct)
    write.hidden = Boolean(shut)
    drawShut(shut)
    drawClock()
    const handler = row.owner === "bot" ? "composer.hint_bot" : isSnoozed(row) || row.status === "resolved" ? "composer.hint_reopen" : "composer.hint_reply"
    area.placeholder = words.say(mode === "note" ? "composer.hint_note" : handler)
    area.setAttribute("aria-label", words.say(`composer.${mode}`))
    canned.hidden = template.hidden = attach.hidden = mode === "note"
    drawAttached()
    mention.hidden = mode === "reply"
    assist.draw(mode === "reply" && !shut)
    drawSend()
  }

  function drawShut(shut) {
    closed.hidden = !shut
    if (closed.sign === shut) return
    closed.sign = shut
    if (!shut) return
    fill(closed, icon({ viewer: "info", blocked: "stop", window: "clock" }[shut], 20),
      h("div", {}, h("b", {}, words.say(`composer.shut_${shut}`)), h("p", { class: "soft" }, words.say(`composer.shut_${shut}_hint`))),
      shut === "window" && h("button", { type: "button", class: "button main", on: { click: (event) => actions.template(event.currentTarget) } }, icon("template", 16), words.say("act.template")))
  }

  function drawClock() {
    const left = new Date(row.window_expires_at ?? 0) - Date.now()
    clock.hidden = Boolean(row.account?.simulated)
    const tone = left <= 0 ? "bad" : left < SOON_MS ? "warn" : ""
    clock.className = `window-left ${tone}`
    clock.title = left > 0 ? words.say("panel.window_hint", { time: words.moment(row.window_expires_at) }) : words.say("panel.window_closed_hint")
    fill(clock, icon("clock", 14), left > 0 ? words.say("composer.window", { time: words.span(left) }) : words.say("panel.window_closed"))
  }

  function drawSend() {
    const length = area.value.length
    const most = MOST[draft.mode]
    counter.textContent = length > most * 0.8 ? `${length} / ${most}` : ""
    counter.classList.toggle("bad", length > most)
    const { file } = draft.mode === "reply" ? draft : {}
    send.disabled = (file ? file.state !== "ready" : !area.value.trim()) || length > (file ? MOST.caption : most)
    hint.textContent = words.say("composer.keys")
    const label = words.say(draft.mode === "note" ? "composer.add_note" : "act.send")
    if (send.sign !== label) {
      send.sign = label
      fill(send, icon(draft.mode === "note" ? "note" : "send", 16), label)
    }
  }

  function drawQuoted() {
    const target = draft.replyTo
    quoted.hidden = !target
    if (!target) return
    fill(quoted, icon("reply", 15), h("div", {}, h("b", { dir: "auto" }, target.author), h("span", { dir: "auto" }, target.text)),
      h("button", { type: "button", class: "icon-button", title: words.say("act.cancel"), on: { click: () => replyTo(null) } }, icon("close", 16)))
  }

  function replyTo(target) {
    if (!row) return
    if (target && draft.mode !== "reply") setMode("reply")
    draft.replyTo = target
    save()
    drawQuoted()
    area.focus()
  }

  function grow() {
    area.style.height = "auto"
    area.style.height = `${Math.min(area.scrollHeight + 2, 210)}px`
  }

  function onInput() {
    draft[draft.mode] = area.value
    save()
    grow()
    drawSend()
    suggest()
    tellTyping()
  }

  function tellTyping() {
    if (draft.mode !== "reply") return
    if (Date.now() - typedAt > TYPING_MS / 2) {
      typedAt = Date.now()
      actions.typing(true)
    }
    clearTimeout(typingOff)
    typingOff = setTimeout(stopTyping, TYPING_MS)
  }

  function stopTyping() {
    clearTimeout(typingOff)
    if (typedAt) actions.typing(false)
    typedAt = 0
  }

  function onKey(event) {
    if (event.isComposing) return
    if (!suggestions.hidden && onSuggestionKey(event)) {
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (event.key === "Escape") {
      event.stopPropagation()
      if (draft.replyTo) replyTo(null)
      else area.blur()
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      submit()
    }
  }

  function submit() {
    const text = area.value.trim()
    if (send.disabled) return
    if (draft.mode === "note") {
      actions.say("note", row.id, { body: text, mentions: named(text) })
      draft.note = ""
      draft.mentions = {}
    } else if (draft.file) {
      const { state: _, ...file } = draft.file
      actions.say("file", row.id, { file, text, reply_to: draft.replyTo?.id ?? null })
      Object.assign(draft, { reply: "", file: null, replyTo: null })
    } else {
      actions.say("reply", row.id, { text, reply_to: draft.replyTo?.id ?? null })
      draft.reply = ""
      draft.replyTo = null
    }
    area.value = ""
    if (draft.mode === "reply") assist.done(row.id)
    save()
    stopTyping()
    grow()
    drawQuoted()
    drawAttached()
    drawSend()
  }

  /** Whom a note names, chosen from the list or written out. The longest name first: who it names is not who it begins with. */
  function named(text) {
    const longest = [...actions.colleagues(row)].sort((a, b) => b.name.length - a.name.length)
    let rest = text
    const found = []
    for (const { name, id } of longest) {
      if (!rest.includes(`@${name}`)) continue
      rest = rest.replaceAll(`@${name}`, "")
      found.push(draft.mentions[name] ?? id)
    }
    return found
  }

  // Canned replies at `/`, colleagues at `@`.

  function query() {
    const before = area.value.slice(0, area.selectionStart)
    const match = draft.mode === "reply" ? before.match(/(?:^|\s)\/([\p{L}\p{N}_-]*)$/u) : before.match(/(?:^|\s)@([\p{L}\p{N}_. -]{0,30})$/u)
    return match ? { typed: match[1].toLowerCase(), from: area.selectionStart - match[1].length - 1 } : null
  }

  function suggest() {
    const asked = query()
    found = asked ? candidates(asked.typed) : []
    at = 0
    suggestions.hidden = found.length === 0
    drawSuggestions()
  }

  function candidates(typed) {
    if (draft.mode === "note") {
      return actions.colleagues(row).filter((one) => one.name.toLowerCase().startsWith(typed))
        .map((one) => ({ head: one.name, detail: words.say(`role.${one.role}`), text: `@${one.name} `, mention: one }))
        .slice(0, SUGGESTIONS)
    }
    const fits = (one) => (one.language === row.language ? 0 : 1)
    const names = { customer: row.contact?.name, agent: actions.name }
    return actions.kit().canned.filter((one) => one.business_id === row.business_id)
      .filter((one) => one.shortcut.toLowerCase().includes(typed) || one.body.toLowerCase().includes(typed))
      .sort((a, b) => fits(a) - fits(b) || !a.shortcut.startsWith(typed) - !b.shortcut.startsWith(typed))
      .map((one) => ({ ...one, body: filled(one.body, names) }))
      .map((one) => ({ head: `/${one.shortcut}`, detail: one.body, text: one.body }))
      .slice(0, SUGGESTIONS)
  }

  function drawSuggestions() {
    suggestions.setAttribute("aria-label", words.say(draft.mode === "note" ? "composer.mention" : "composer.canned"))
    fill(suggestions, found.map((one, index) => h("button", {
      type: "button", role: "option", "aria-selected": String(index === at),
      on: { pointerdown: (event) => { event.preventDefault(); accept(one) } },
    }, h("b", { dir: "auto" }, one.head), h("span", { dir: "auto" }, one.detail))))
  }

  function onSuggestionKey(event) {
    if (event.key === "Escape") closeSuggestions()
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length
      drawSuggestions()
      suggestions.children[at]?.scrollIntoView({ block: "nearest" })
    } else if (event.key === "Enter" || event.key === "Tab") accept(found[at])
    else return false
    return true
  }

  function accept(one) {
    const asked = query()
    if (!one || !asked) return
    if (one.mention) draft.mentions[one.mention.name] = one.mention.id
    area.setRangeText(one.text, asked.from, area.selectionStart, "end")
    closeSuggestions()
    onInput()
  }

  function closeSuggestions() {
    suggestions.hidden = true
    found = []
  }

  function openCanned() {
    insert("/")
  }

  function insert(sign) {
    area.focus()
    const before = area.value.slice(0, area.selectionStart)
    area.setRangeText(before && !/\s$/.test(before) ? ` ${sign}` : sign, area.selectionStart, area.selectionEnd, "end")
    onInput()
  }

  return {
    element, draw, replyTo, setMode,
    focus: () => area.focus(),
    /** Words come back to be changed, as those of an answer that was refused. */
    restore(text, mode) {
      draft[mode] = draft[mode] ? `${text}\n${draft[mode]}` : text
      save()
      setMode(mode)
      onInput()
    },
  }
}
