// The connection to `/rt`: asks, hears, and connects again when it is lost.

const SIGNED_OUT = 4401
const RIGHTS_CHANGED = 4409
const SILENCE_MS = 32_000
const FIRST_PAUSE_MS = 400
const LONGEST_PAUSE_MS = 8_000

/**
 * handlers: {connected(), lost(), signedOut(), message(message)}.
 * `ask` returns a promise of the answer; it is rejected with {why: "lost" | "refused" | "unavailable", reason}.
 */
export function createLink(handlers) {
  const waiting = new Map()
  let socket = null
  let refs = 0
  let pause = FIRST_PAUSE_MS
  let ended = false
  let silence = 0
  let retry = 0

  function connect() {
    clearTimeout(retry)
    if (ended) return
    const scheme = location.protocol === "https:" ? "wss" : "ws"
    socket = new WebSocket(`${scheme}://${location.host}/rt`)
    socket.onopen = () => {
      pause = FIRST_PAUSE_MS
      listen()
      handlers.connected()
    }
    socket.onmessage = (event) => {
      listen()
      receive(JSON.parse(event.data))
    }
    socket.onclose = (event) => lose(event.code)
  }

  // A network that drops out closes no socket; the server's beats do not come, and that is the sign.
  function listen() {
    clearTimeout(silence)
    silence = setTimeout(() => {
      const dead = socket
      dead.onclose = null
      dead.close()
      lose(0)
    }, SILENCE_MS)
  }

  function receive(message) {
    const asked = waiting.get(message.ref)
    if (!asked) {
      handlers.message(message)
      return
    }
    waiting.delete(message.ref)
    if (message.op === "failed") asked.reject({ why: message.why, reason: message.reason })
    else asked.resolve(message)
  }

  function lose(code) {
    clearTimeout(silence)
    socket = null
    for (const { reject } of waiting.values()) reject({ why: "lost" })
    waiting.clear()
    if (ended) return
    if (code === SIGNED_OUT) {
      ended = true
      handlers.signedOut()
      return
    }
    // What the person may do is drawn with the page; what they were typing is kept.
    if (code === RIGHTS_CHANGED) {
      ended = true
      location.reload()
      return
    }
    handlers.lost()
    retry = setTimeout(connect, pause * (0.7 + Math.random() * 0.6))
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  }

  function isOpen() {
    return socket !== null && socket.readyState === WebSocket.OPEN
  }

  connect()
  return {
    ask(op, body) {
      if (!isOpen()) return Promise.reject({ why: "lost" })
      const ref = ++refs
      socket.send(JSON.stringify({ op, ref, ...body }))
      return new Promise((resolve, reject) => waiting.set(ref, { resolve, reject }))
    },
    tell(op, body) {
      if (isOpen()) socket.send(JSON.stringify({ op, ...body }))
    },
    /** Try now instead of after the pause, as when the machine wakes up. */
    hurry() {
      if (socket === null) connect()
    },
    end() {
      ended = true
      clearTimeout(retry)
      clearTimeout(silence)
      socket?.close()
    },
  }
}
