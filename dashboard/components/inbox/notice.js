// What tells a person who looks elsewhere that something came: the title of the tab, and a short sound.

const GAP_MS = 1_500

export function createNotice() {
  const plain = document.title
  let missed = 0
  let last = 0
  let context = null

  function show() {
    const base = document.title.replace(/^\(\d+\+?\) /, "") || plain
    document.title = missed > 0 ? `(${missed > 99 ? "99+" : missed}) ${base}` : base
  }

  function ring() {
    if (Date.now() - last < GAP_MS) return
    last = Date.now()
    try {
      context ??= new AudioContext()
      const gain = context.createGain()
      gain.connect(context.destination)
      gain.gain.setValueAtTime(0.0001, context.currentTime)
      gain.gain.exponentialRampToValueAtTime(0.12, context.currentTime + 0.02)
      gain.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.45)
      for (const [at, tone] of [[0, 880], [0.12, 1174.7]]) {
        const source = context.createOscillator()
        source.frequency.value = tone
        source.connect(gain)
        source.start(context.currentTime + at)
        source.stop(context.currentTime + at + 0.3)
      }
    } catch {
      // A browser that lets nothing sound before the first press; the title tells it all the same.
    }
  }

  return {
    /** Somebody wrote while the tab was out of sight. */
    came(sound) {
      if (!document.hidden) return
      missed += 1
      show()
      if (sound) ring()
    },
    seen() {
      if (missed === 0) return
      missed = 0
      show()
    },
  }
}
