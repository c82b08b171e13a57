// The demo's pages. Whatever stands in them comes from the origin itself, never from a request.

interface Origin {
  readonly server: string
  readonly pid: number
}

interface Poll extends Origin {
  readonly csrfToken: string
  readonly requests: number
  readonly vote: string | null
  readonly choices: readonly { readonly choice: string; readonly votes: number }[]
}

export function pollPage({ server, pid, csrfToken, requests, vote, choices }: Poll): string {
  const most = Math.max(1, ...choices.map(({ votes }) => votes))
  const rows = choices
    .map(
      ({ choice, votes }) => `<label>
        <input type="radio" name="choice" value="${choice}" required${choice === vote ? ' checked' : ''}>
        <span>${choice}</span>
        <meter max="${most}" value="${votes}"></meter>
        <output>${votes}</output>
      </label>`,
    )
    .join('\n      ')
  return page(
    server,
    'Which one holds on best?',
    `<form method="post" action="/vote">
      <input type="hidden" name="csrf" value="${csrfToken}">
      ${rows}
      <button>${vote === null ? 'Vote' : 'Change my vote'}</button>
    </form>
    <p>${vote === null ? 'You have not voted yet.' : `You voted for <b>${vote}</b>.`}
      Request ${requests} of your session, which is in the memory of process ${pid} and nowhere else.</p>`,
  )
}

export function forbiddenPage({ server, pid }: Origin): string {
  return page(
    server,
    '403: this form is not from here',
    `<p>Process ${pid} has never seen your form's token: it was given out by another server.</p>
    <p><a href="/">Back to the poll</a></p>`,
  )
}

function page(server: string, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    <style>
      :root { color-scheme: light dark; --server: ${COLOURS[server] ?? '#555'} }
      body { max-width: 34rem; margin: 3rem auto; padding: 0 1rem; font: 1.05rem/1.5 system-ui, sans-serif }
      .server { display: inline-block; padding: .1em .7em; border-radius: 1em; background: var(--server); color: #fff }
      h1 { font-size: 1.5rem }
      label { display: grid; grid-template-columns: auto 6rem 1fr 2ch; gap: .7rem; align-items: center; padding: .35rem 0 }
      meter { width: 100% }
      output { text-align: right }
      button { margin: .8rem 0; padding: .4em 1.2em; border: 0; border-radius: .4em; background: var(--server); color: #fff; font: inherit; cursor: pointer }
    </style>
  </head>
  <body>
    <p>You are on <b class="server">${server}</b></p>
    <h1>${title}</h1>
    ${body}
  </body>
</html>
`
}

/** Dark enough for white text on them. */
const COLOURS: Record<string, string> = { s1: '#0b6e4f', s2: '#7a3e9d', s3: '#b3471d' }
