// How a view lives in a page of Streamlit.

/**
 * What a `main.js` exports as `mount`. Streamlit calls it once, and again with each change of its data; it returns what
 * undoes it. `start(parent, data)` draws the view, once, and returns {stop}.
 */
export function mountOnce(start) {
  const mounted = new WeakMap()
  return ({ parentElement, data }) => {
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
}

/**
 * The same for a view that is drawn anew with each change of its data: `start(parent)` returns {draw(context), stop}.
 */
export function mountDrawn(start) {
  const mounted = new WeakMap()
  return (context) => {
    const { parentElement } = context
    let view = mounted.get(parentElement)
    if (!view) {
      view = start(parentElement)
      mounted.set(parentElement, view)
    }
    view.draw(context)
    return () => {
      mounted.delete(parentElement)
      view.stop()
    }
  }
}
