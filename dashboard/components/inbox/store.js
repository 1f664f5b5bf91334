// What the page knows. Every row and message carries the number of the read it came from; an older read that
// arrives later changes nothing.

export const FILTERS = ["all", "escalated", "customers", "dealers"]

export function createStore() {
  const rows = new Map()
  let loaded = false
  let cursor = null

  /** Whether a row belongs to the list as it is filtered and searched now. */
  function belongs(row, { filter, search }) {
    if (!row.last_message_at) return false
    if (filter === "escalated" && !row.escalated_at) return false
    if (filter === "customers" && row.conversation_type !== "customer") return false
    if (filter === "dealers" && row.conversation_type !== "dealer") return false
    const words = search.trim().toLowerCase()
    if (!words) return true
    const contact = row.contact ?? {}
    const digits = words.replace(/\D/g, "")
    const texts = [contact.name, contact.username, row.preview].map((text) => (text ?? "").toLowerCase())
    return texts.some((text) => text.includes(words)) || (digits.length >= 3 && (row.phone ?? "").includes(digits))
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
      const last = cursor === null ? null : this.visible(view).at(-1)
      for (const row of changed) {
        if (rows.has(row.id) || !last || order(row, last) < 0) put(row, number)
      }
    },
    reset() {
      rows.clear()
      cursor = null
      loaded = false
    },
    get: (id) => rows.get(id)?.row,
    visible: (view) => [...rows.values()].map((entry) => entry.row).filter((row) => belongs(row, view)).sort(order),
    get cursor() { return cursor },
    get isLoaded() { return loaded },
  }
}

export function createThread() {
  return {
    id: null, row: null, panel: null, more: false, state: "none", rowNumber: 0, panelNumber: 0, messages: new Map(),

    begin(id) {
      Object.assign(this, { id, row: null, panel: null, more: false, state: "loading", rowNumber: 0, panelNumber: 0 })
      this.messages = new Map()
    },
    setRow(row, number) {
      if (number >= this.rowNumber) Object.assign(this, { row, rowNumber: number })
    },
    setPanel(panel, number) {
      if (number >= this.panelNumber) Object.assign(this, { panel, panelNumber: number })
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
