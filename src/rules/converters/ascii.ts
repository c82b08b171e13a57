// Upper and lower case of the letters A to Z alone: all others are bytes to HAProxy.

export function asciiLower(text: string): string {
  return /[A-Z]/.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text
}

export function asciiUpper(text: string): string {
  return /[a-z]/.test(text) ? text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()) : text
}
