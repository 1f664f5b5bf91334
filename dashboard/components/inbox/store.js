// What the page knows. Every row and message carries the number of the read it came from; an older read that
// arrives later changes nothing.

export const FILTERS = ["open", "mine", "unassigned", "overdue", "escalated", "failed", "mentioned", "reminders", "customers", "dealers", "riders", "snoozed", "resolved", "all"]

/** Asleep until its time comes or the contact writes. */
export function isSnoozed(row) {
  return row.status === "snoozed" && new Date(row.snoozed_until ?? 0) > Date.now()
}

export function isAwake(row) {
  return row.status !== "resolved" && !isSnoozed(row)
}

/** Who has a conversation: the bot, a person, or nobody although somebody is needed. */
export function ownerOf(row) {
  if (row.assignee_id && (row.owner === "human" || row.escalated_at)) return "human"
  return row.owner === "human" || row.escalated_at ? "nobody" : "bot"
}

/** What a person owes next here: {kind: response | resolution, left in ms, late}, null when nothing has a target. */
export function dueOf(row) {
  if (!row.due_at) return null
  const kind = row.response_due_at === row.due_at ? "response" : "resolution"
  const left = new Date(row.due_at) - Date.now()
  return { kind, left, late: left <= 0 }
}

/** The person's own reminders of a conversation whose time has come. */
export function dueReminders(row, me) {
  return (row.reminders ?? []).filter((one) => one.staff_id === me[row.business_id] && new Date(one.remind_at) <= Date.now())
}

/** `me`: the person's staff id in each business. */
export function createStore(me) {
  const rows = new Map()
  let loaded = false
  let cursor = null

  const SHOWN = {
    open: isAwake,
    mine: (row) => isAwake(row) && row.assignee_id !== null && row.assignee_id === me[row.business_id],
    unassigned: (row) => isAwake(row) && !row.assignee_id && ownerOf(row) === "nobody",
    overdue: (row) => Boolean(row.due_at) && new Date(row.due_at) <= Date.now(),
    escalated: (row) => Boolean(row.escalated_at),
    failed: (row) => Boolean(row.failed_at),
    mentioned: (row) => (row.mentioned ?? []).includes(me[row.business_id]),
    reminders: (row) => dueReminders(row, me).length > 0,
    customers: (row) => isAwake(row) && row.conversation_type === "customer",
    dealers: (row) => isAwake(row) && row.conversation_type === "dealer",
    riders: (row) => isAwake(row) && row.conversation_type === "rider",
    snoozed: isSnoozed,
    resolved: (row) => row.status === "resolved",
    all: () => true,
  }

  /** Whether a row belongs to the list as it is filtered now. What a search finds is known to storage alone. */
  function belongs(row, { filter, search }) {
    if (!row.last_message_at) return false
    return search.trim() ? true : SHOWN[filter](row)
  }

  function order(a, b) {
    if (a.last_message_at !== b.last_message_at) return a.last_message_at < b.last_message_at ? 1 : -1
    return a.id < b.id ? -1 : 1
  }

  function put(row, number) {
    const known = rows.get(row.id)
    if (known && known.number > number) return
    rows.set(row.id, { row, number })
  }

  return {
    /** The first page, or a further one, has come. */
    page(answer, further) {
      if (!further) {
        const kept = [...rows.values()].filter((entry) => entry.number > answer.number)
        rows.clear()
        for (const entry of kept) rows.set(entry.row.id, entry)
      }
      for (const row of answer.rows) put(row, answer.number)
      cursor = answer.cursor
      loaded = true
    },
    /** Rows changed. What lies beyond the last page stays there until it is asked for. */
    change(changed, number, view) {
      const isSearch = Boolean(view.search.trim())
      const last = cursor === null ? null : this.visible(view).at(-1)
      for (const row of changed) {
        if (rows.has(row.id) || (!isSearch && (!last || order(row, last) < 0))) put(row, number)
      }
    },
    reset() {
      rows.clear()
      cursor = null
      loaded = false
    },
    get: (id) => rows.get(id)?.row,
    all: () => [...rows.values()].map((entry) => entry.row),
    visible: (view) => [...rows.values()].map((entry) => entry.row).filter((row) => belongs(row, view)).sort(order),
    get cursor() { return cursor },
    get isLoaded() { return loaded },
  }
}

export function createThread() {
  return {
    id: null, row: null, panel: null, notes: [], people: [], more: false, state: "none",
    rowNumber: 0, panelNumber: 0, cartNumber: 0, notesNumber: 0, messages: new Map(),

    begin(id) {
      Object.assign(this, { id, row: null, panel: null, notes: [], people: [], more: false, state: "loading", rowNumber: 0, panelNumber: 0, cartNumber: 0, notesNumber: 0 })
      this.messages = new Map()
    },
    setRow(row, number) {
      if (number >= this.rowNumber) Object.assign(this, { row, rowNumber: number })
    },
    setPanel(panel, number) {
      if (number < this.panelNumber) return
      // A cart that is newer than this read, as after the person's own change, stays.
      if (number < this.cartNumber) panel = { ...panel, cart: this.panel?.cart }
      Object.assign(this, { panel, panelNumber: number })
    },
    setCart(cart, number) {
      if (!this.panel || number < this.cartNumber) return
      Object.assign(this, { panel: { ...this.panel, cart }, cartNumber: number })
    },
    setNotes(notes, number) {
      if (number >= this.notesNumber) Object.assign(this, { notes, notesNumber: number })
    },
    merge(rows, number) {
      for (const message of rows) {
        const known = this.messages.get(message.id)
        if (!known || known.number <= number) this.messages.set(message.id, { message, number })
      }
    },
    /** Whether these latest messages follow on what is known; false: some between them are missing. */
    joins(rows, more) {
      if (this.messages.size === 0 || !more || rows.length === 0) return true
      return rows.some((message) => this.messages.has(message.id))
    },
    sorted() {
      return [...this.messages.values()].map((entry) => entry.message).sort((a, b) => a.sequence - b.sequence)
    },
  }
}
