/** Whether `text` is one of JavaScript's regular expressions. */
export function isRegularExpression(text: string): boolean {
  try {
    return Boolean(new RegExp(text))
  } catch {
    return false
  }
}
