// What of HAProxy's scenarios is not replayed in process, and why. Those that differ on purpose everywhere say so themselves, and those
// that measure time or begin at a moment stay with the processes.

export const LEFT_OUT_SUBJECTS: Readonly<Record<string, string>> = {
  stats: "the pages are the operator's window's",
  checks: 'there are no checks',
  'server-states': 'states come from checks',
  'in-flight': 'states change while servers are asked',
}

export const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^counters: a second frontend reads/, 'a second address is a second socket'],
  [/^bytes under .*: foreign cookies alone$/, 'bytes that are no UTF-8 are decoded by workerd'],
]
