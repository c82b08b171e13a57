import { expect, it } from 'vitest'

import { html, raw } from './html.ts'

it('what is put into a template is escaped, in a text and in an attribute', () => {
  const name = `"><script>'&amp;`
  expect(html`<b title="${name}">${name}</b>`.text).toBe(
    '<b title="&quot;&gt;&lt;script&gt;&#39;&amp;amp;">&quot;&gt;&lt;script&gt;&#39;&amp;amp;</b>',
  )
})

it('templates within templates stay, and so do lists of them and what is raw; undefined leaves nothing', () => {
  const items = ['a<', 'b'].map((text) => html`<li>${text}</li>`)
  expect(html`${items}${undefined}${0}${['<', raw('<hr>')]}`.text).toBe('<li>a&lt;</li><li>b</li>0&lt;<hr>')
})
