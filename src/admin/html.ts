// Pages as templates: what is written in one stays, and all that is put into it is escaped.

export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

type Part = Html | string | number | undefined | readonly Part[]

/** Undefined leaves nothing. */
export function html(written: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = written[0]!
  parts.forEach((part, i) => (text += textOf(part) + written[i + 1]!))
  return new Html(text)
}

/** Of a text that is HTML already, or a script's or a style sheet's. */
export function raw(text: string): Html {
  return new Html(text)
}

function textOf(part: Part): string {
  if (Array.isArray(part)) return (part as readonly Part[]).map(textOf).join('')
  return part instanceof Html
    ? part.text
    : part === undefined
      ? ''
      : String(part).replaceAll(/["&'<>]/g, (found) => ENTITIES[found]!)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '"': '&quot;',
  '&': '&amp;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
}
