// Which file `crt` and `ca-file` name, given `crt-base` and `ca-base` of the global section (configuration manual 3.1).

/** As HAProxy finds it; `@system-ca` is no file. */
export function fileIn(base: string | undefined, file: string): string {
  return base === undefined || file.startsWith('/') || file.startsWith('@') ? file : `${base}/${file}`
}
