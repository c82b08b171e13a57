// How the page keeps itself up to date: figures are changed in place, so that ticks, focus and selection stay;
// when none arrive, it says so and for how long. Runs in the operator's browser; nothing is loaded from elsewhere.
//
// Comments are here, because the text is sent as it is. `morph` turns what is shown into what is true now, element by
// element; an element with an id is only ever changed into itself. `setInterval`: a balancer that does not answer is asked more often.

export const SCRIPT = `
const find = (id) => document.getElementById(id)
const live = find('live')
const { uri, refresh } = document.body.dataset
const everyMs = 1000 * Number(refresh)
let title = document.title
let freshMs = Date.now()
let problem = ''
let isAsking = false
let triedMs = freshMs

const span = (ms) => {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return s + ' s'
  return s < 3600 ? Math.floor(s / 60) + ' min ' + (s % 60) + ' s' : Math.floor(s / 3600) + ' h ' + (Math.floor(s / 60) % 60) + ' min'
}
const write = (id, text) => {
  if (find(id).textContent !== text) find(id).textContent = text
}
const say = () => {
  const age = span(Date.now() - freshMs)
  write('age', everyMs === 0 ? age + ' old: refresh is off' : age + ' old, refreshed every ' + refresh + ' s')
  document.body.classList.toggle('stale', problem !== '')
  find('alarm').hidden = problem === ''
  write('problem', problem)
  write('since', problem === '' ? '' : 'for ' + age + ': what is shown is from ' + live.dataset.asOf + ' and may be untrue')
  document.title = (problem !== '' ? 'No answer: ' : everyMs === 0 || document.hidden ? 'Paused: ' : '') + title
}

const morph = (old, now) => {
  if (old.nodeName !== now.nodeName || old.id !== now.id) return old.replaceWith(now)
  if (old.nodeType !== 1) {
    if (old.data !== now.data) old.data = now.data
    return
  }
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  const wanted = [...now.childNodes]
  wanted.forEach((node, i) => {
    const same = node.id ? find(node.id) : null
    if (same && same.parentNode === old && same !== old.childNodes[i]) old.insertBefore(same, old.childNodes[i] ?? null)
    const at = old.childNodes[i]
    if (at) morph(at, node)
    else old.append(node)
  })
  while (old.childNodes.length > wanted.length) old.lastChild.remove()
}

const update = async () => {
  if (isAsking || everyMs === 0) return
  isAsking = true
  const askedMs = Date.now()
  try {
    const signal = AbortSignal.timeout(Math.max(5000, everyMs))
    const answer = await fetch(uri, { credentials: 'same-origin', signal })
    if (!answer.ok) throw new Error('HTTP ' + answer.status)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const next = page.getElementById('live')
    if (!next) throw new Error('another page')
    morph(live, next)
    title = page.title
    freshMs = askedMs
    problem = ''
  } catch (error) {
    problem = error.message.startsWith('HTTP ')
      ? 'No figures (the balancer answered ' + error.message.slice(5) + (error.message === 'HTTP 401' ? '; load the page again to log in' : '') + ')'
      : error.message === 'another page' ? 'No figures (another page is at this address)' : 'No answer'
  }
  isAsking = false
  triedMs = Date.now()
  say()
}

document.addEventListener('submit', (event) => {
  const { submitter, target } = event
  const ask = submitter?.dataset.ask
  if (!ask) return
  const names = [...target.querySelectorAll('[name=s]:checked')].map(({ value }) => value)
  if (names.length === 0 && ask.includes('{servers}')) return
  const warning = problem === '' ? '' : 'These states are ' + span(Date.now() - freshMs) + ' old. '
  if (!confirm(warning + ask.replace('{servers}', names.join(', ')))) event.preventDefault()
})
document.addEventListener('visibilitychange', () => {
  if (document.hidden) say()
  else update().then(say)
})
setInterval(() => {
  if (!document.hidden && Date.now() - triedMs >= (problem === '' ? everyMs : Math.min(everyMs, 5000))) update()
  say()
}, 1000)
say()
`
