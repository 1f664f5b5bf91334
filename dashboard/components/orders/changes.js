// What a person can do to an order on the board, and to the duty of riders.

const FAILABLE = ["accepted", "preparing", "ready", "out_for_delivery"]
const RIDDEN = [...FAILABLE, "failed_delivery"]
const CANCELLABLE = ["held", "offered", "accepted", "preparing", "ready", "failed_delivery"]
const REASONS = ["nobody_home", "wrong_address", "refused", "other"]
const LONGEST_REASON = 300

/** `act(name, id, body)` does it and shows the board again; `data` says in which businesses the person may. */
export function createChanges(words, { over, act, data }) {
  const busy = new Set()

  /** Once, however often it is pressed before the answer is there. */
  async function once(name, id, body) {
    if (busy.has(`${name} ${id}`)) return
    busy.add(`${name} ${id}`)
    try {
      await act(name, id, body)
    } finally {
      busy.delete(`${name} ${id}`)
    }
  }

  const choices = (rows) => rows.map((row) => ({ value: row.id, label: row.paused ? `${row.name} ⏸` : row.name }))

  /** What is left to do to an order besides its next step: items of a menu, whose `run` takes the button. */
  function of(order, board) {
    const may = data.may_act.includes(order.business_id)
    const own = (rows) => rows.filter((row) => row.business_id === order.business_id)
    const dealers = own(board.dealers).filter((dealer) => !order.asked.some((one) => one.id === dealer.id))
    const riders = own(board.riders).filter((rider) => rider.id !== order.rider?.id)
    const left = Number(order.payment?.left ?? 0)
    return [
      may && order.status === "offered" && dealers.length > 0 && { key: "offer", icon: "store", run: (anchor) => choose(anchor, order, "offer", "dealer_id", choices(dealers), "offer_order") },
      may && RIDDEN.includes(order.status) && !order.is_collected && riders.length > 0 &&
        { key: "rider", icon: "scooter", run: (anchor) => choose(anchor, order, "rider", "rider_id", choices(riders), "assign_rider") },
      may && FAILABLE.includes(order.status) && !order.is_collected && { key: "fail", icon: "alert", run: (anchor) => fail(anchor, order) },
      may && order.payment?.cashable && { label: words.say("pay_cash.item"), icon: "cart", run: (anchor) => payCash(anchor, order) },
      data.may_refund.includes(order.business_id) && left > 0 && { label: words.say("orders.refund_item"), icon: "reply", run: (anchor) => refund(anchor, order) },
      may && CANCELLABLE.includes(order.status) && { label: words.say("orders.cancel"), icon: "stop", tone: "bad", run: (anchor) => cancel(anchor, order) },
    ].filter(Boolean).map((item) => ({ label: words.say(`orders_choose.${item.key}`), ...item }))
  }

  function choose(anchor, order, key, name, options, action) {
    over.form(anchor, {
      heading: `${words.say(`orders_choose.${key}`)} · ${order.code}`, submit: words.say(`orders_do.${key}`),
      fields: [{ name, label: words.say("orders.choose"), options }],
      done: (values) => once(action, order.id, values),
    })
  }

  function fail(anchor, order) {
    over.form(anchor, {
      heading: words.say("orders_choose.fail"), hint: words.say("delivery_failed.hint", { code: order.code }), submit: words.say("orders_do.fail"),
      fields: [{ name: "reason", label: words.say("delivery_failed.why"), options: REASONS.map((one) => ({ value: one, label: words.say(`delivery_failed.${one}`) })) }],
      done: ({ reason }) => once("fail_delivery", order.id, { reason }),
    })
  }

  function payCash(anchor, order) {
    over.form(anchor, {
      heading: words.say("pay_cash.item"), hint: words.say("pay_cash.hint", { code: order.code, total: words.money(order.total, order.currency) }),
      fields: [], submit: words.say("pay_cash.submit"), done: () => once("pay_cash", order.relay_id),
    })
  }

  function refund(anchor, order) {
    const { id, left, currency } = order.payment
    over.form(anchor, {
      heading: words.say("orders.refund_item"), hint: words.say("orders.refund_hint", { amount: words.money(left, currency) }), submit: words.say("orders.refund"),
      fields: [{ name: "amount", label: words.say("orders.refund_amount"), placeholder: words.money(left, currency), max: 16 }],
      done: ({ amount }) => once("refund", id, { amount: { text: amount, language: words.language } }),
    })
  }

  function cancel(anchor, order) {
    over.form(anchor, {
      heading: `${words.say("orders.cancel")} · ${order.code}`, submit: words.say("orders.cancel"),
      fields: [{ name: "reason", label: words.say("orders.reason"), required: true, max: LONGEST_REASON }],
      done: ({ reason }) => once("cancel_order", order.id, { reason }),
    })
  }

  return {
    of,
    menu: (anchor, order, board) => over.menu(anchor, of(order, board).map((item) => ({ ...item, run: () => item.run(anchor) })), { heading: order.code }),
    move: (order, status) => once("move_order", order.id, { status }),
    /** Who is on duty, with what they bring, and a way to change it for those who may. */
    duty(anchor, board) {
      over.menu(anchor, board.riders.map((rider) => {
        const bringing = board.orders.filter((order) => order.rider?.id === rider.id && RIDDEN.includes(order.status)).length
        return {
          label: `${rider.name} · ${words.say("orders.bringing", { count: `${bringing}${board.more ? "+" : ""}` })}`,
          hint: words.say(rider.paused ? "orders.off_duty" : "orders.on_duty"), dot: rider.paused ? "away" : "online",
          run: () => data.may_act.includes(rider.business_id) && once("pause_rider", rider.id, { paused: !rider.paused }),
        }
      }), { heading: words.say("orders.riders_hint") })
    },
  }
}
