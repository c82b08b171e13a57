// `crt FILE`, `crt DIRECTORY` and `crt-list FILE` on a bind (configuration manual 5.1): which certificates they are. workerd has one for
// each socket, and no choice by name (SNI).

import { listIn } from './acl.ts'

export interface CertificatePorts {
  /** What a file holds; undefined when it cannot be read. */
  readonly text: (file: string) => string | undefined
  /** The files of a directory; undefined for what is no directory. */
  readonly namesIn?: (directory: string) => readonly string[] | undefined
}

/** What HAProxy reads beside a certificate, and not as one. */
const BESIDE = /^\.|\.(?:issuer|ocsp|sctl|key)$/

/** HAProxy's order: clients that ask for no name that is known get the first. */
export function certificatesOf(
  { files, lists }: { readonly files: readonly string[]; readonly lists: readonly string[] },
  ports: CertificatePorts,
): readonly string[] | { readonly problem: string } {
  const found: string[] = []
  for (const file of files) {
    const names = ports.namesIn?.(file)
    const certificates = names?.filter((name) => !BESIDE.test(name)).toSorted()
    if (certificates?.length === 0) return { problem: `crt ${file}: there is no certificate in this directory` }
    found.push(...(certificates?.map((name) => `${file.replace(/\/$/, '')}/${name}`) ?? [file]))
  }
  for (const list of lists) {
    const text = ports.text(list)
    if (text === undefined) return { problem: `crt-list ${list}: cannot be read; write one crt FILE` }
    for (const line of listIn(text)) {
      const [file = ''] = line.split(/\s/, 1)
      if (line.includes('['))
        return { problem: `crt-list ${list}: options of one certificate are not available; write one crt FILE` }
      found.push(file)
    }
  }
  return found.length > 0 ? found : { problem: 'ssl needs crt FILE' }
}
