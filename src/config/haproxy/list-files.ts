// The maps and lists of a file: what lines name is read once, and gets the file's name. HAProxy: configuration manual 7.1.2 "-f", 7.3.1 "map".

import { listIn, mistake } from './acl.ts'
import type { ListFiles } from './acl.ts'

/** `textOf`: what a file holds; undefined when it cannot be read. */
export function createListFiles(textOf: (file: string) => string | undefined): ListFiles {
  const maps = new Map<string, ReadonlyMap<string, string>>()
  const lists = new Map<string, readonly string[]>()
  const named = new Map<string, 'map' | 'list'>()
  const otherKind = (file: string, found: string, wanted: string) =>
    mistake(`${file} is used as a file of ${found} already, and cannot be one of ${wanted}, too`)

  return {
    readMap(file) {
      if (maps.has(file)) return undefined
      if (lists.has(file)) return otherKind(file, 'one column', 'two')
      const text = textOf(file)
      if (text === undefined) return { problem: `${file} cannot be read` }
      const entries = new Map<string, string>()
      for (const line of listIn(text)) {
        const [key = ''] = line.split(/\s/, 1)
        // Of several entries for a key the first is found.
        if (!entries.has(key)) entries.set(key, line.slice(key.length).trim())
      }
      maps.set(file, entries)
      return undefined
    },
    readList(file) {
      if (lists.has(file)) return undefined
      if (maps.has(file)) return otherKind(file, 'two columns', 'one')
      const text = textOf(file)
      if (text === undefined) return { problem: `${file} cannot be read` }
      lists.set(file, [...new Set(listIn(text))])
      return undefined
    },
    name(file, kind) {
      // A rule for a map tells what kind of file it is.
      if (named.get(file) !== 'map') named.set(file, kind)
    },
    keysOf: (file) => lists.get(file) ?? [...(maps.get(file)?.keys() ?? [])],
    read() {
      const isRead = (file: string) => maps.has(file) || lists.has(file)
      const unread = [...named].filter(([file]) => !isRead(file))
      const allMaps = [...maps, ...unread.filter(([, kind]) => kind === 'map').map(([file]) => [file, []] as const)]
      const allLists = [...lists, ...unread.filter(([, kind]) => kind === 'list').map(([file]) => [file, []] as const)]
      return {
        ...(allMaps.length > 0
          ? { maps: Object.fromEntries(allMaps.map(([file, entries]) => [file, Object.fromEntries(entries)])) }
          : {}),
        ...(allLists.length > 0
          ? { lists: Object.fromEntries(allLists.map(([file, keys]) => [file, [...keys]])) }
          : {}),
      }
    },
  }
}
