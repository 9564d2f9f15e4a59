// A browser as far as a hub needs one: it keeps cookies, fills in forms by the
// ids of their inputs, and runs no script.

const unescape = (text) =>
  text.replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n)))
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)
  return found ? unescape(found[1]) : undefined
}

export class Browser {
  #cookies = new Map()

  constructor(world) {
    this.world = world
  }

  async #fetch(address, init = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(address, { ...init, redirect: 'manual', headers: { accept: 'text/html', cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';')
      const at = pair.indexOf('=')
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.#cookies.delete(pair.slice(0, at))
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const location = response.headers.get('location')
    if (!location) return { address: String(address), status: response.status, html: await response.text() }
    const next = new URL(location, address)
    if (next.origin !== this.world.issuer) return { left: next }
    return this.#fetch(next)
  }

  // forms are those of a page: their action, fields and buttons.
  #forms(page) {
    return [...page.html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([html]) => {
      const fields = new URLSearchParams()
      for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
        if (attribute(tag, 'name')) fields.set(attribute(tag, 'name'), attribute(tag, 'value') ?? '')
      }
      const ids = [...html.matchAll(/<(?:input|button)\b[^>]*>/g)].map(([tag]) => attribute(tag, 'id'))
      const button = (id) => [...html.matchAll(/<button\b[^>]*>/g)].map(([tag]) => tag).find((tag) => attribute(tag, 'id') === id)
      return { action: new URL(attribute(html, 'action'), page.address), fields, ids, button }
    })
  }

  // press sends the form that has a button of this id.
  async #press(page, id, typed = {}) {
    const form = this.#forms(page).find((f) => f.ids.includes(id))
    const button = form.button(id)
    for (const [name, value] of Object.entries(typed)) form.fields.set(name, value)
    if (attribute(button, 'name')) form.fields.set(attribute(button, 'name'), attribute(button, 'value') ?? '')
    return this.#fetch(form.action, { method: 'POST', body: form.fields })
  }

  // visit opens an address, does what the pages ask for, and returns where the
  // browser is sent: a URL, or a Request if the answer is posted. A person who
  // ends on a page of the hub (as after approving a device) gets the page.
  async visit(address) {
    let page = await this.#fetch(address)
    for (let step = 0; step < 6; step++) {
      if (page.left) return page.left
      const ids = this.#forms(page).flatMap((form) => form.ids)
      const allow = ids.find((id) => /^allow(-|$)/.test(id ?? ''))
      if (ids.includes('sign-in')) {
        page = await this.#press(page, 'sign-in', { email: this.world.email, password: this.world.password })
      } else if (allow) {
        page = await this.#press(page, allow)
      } else if (ids.includes('continue')) {
        const [form] = this.#forms(page)
        if (form.action.origin !== this.world.issuer) return new Request(form.action, { method: 'POST', body: form.fields })
        page = await this.#press(page, 'continue')
      } else {
        return page
      }
    }
    throw new Error('the hub shows pages for ever')
  }
}
