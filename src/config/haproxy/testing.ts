// What tests of translations have in common.

/** A file that stands before another, so that its sections need no `mode`. */
export const HTTP = { file: 'defaults.cfg', text: 'defaults\nmode http\n' }
