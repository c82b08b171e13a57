// Hashes of what is asked for, by which clients or pages are told apart. HAProxy: configuration manual 7.3.6 "base32", "url32".

import { parseAddress } from '../../config/address.ts'
import { avalanche } from '../../hash/avalanche.ts'
import { sdbm } from '../../hash/string-hash.ts'
import { bytesOf } from '../../pattern/bytes.ts'
import type { Fetch, FetchMaker } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import { Bytes } from '../values.ts'

const hashOfBase = ({ forOrigin }: Transaction) => hashOf(forOrigin.headers.get('host'), forOrigin.target.path)
const hashOfUrl = ({ forOrigin }: Transaction) => hashOf(forOrigin.headers.get('host'), forOrigin.target.pathAndQuery)

export const base32: FetchMaker = () => (transaction) => BigInt(hashOfBase(transaction))
export const url32: FetchMaker = () => (transaction) => BigInt(hashOfUrl(transaction))
export const base32AndSrc: FetchMaker = () => withAddress(hashOfBase)
export const url32AndSrc: FetchMaker = () => withAddress(hashOfUrl)

function hashOf(host: string | null, rest: string): number {
  return avalanche(sdbm(bytesOf((host ?? '') + rest)))
}

function withAddress(hashIn: (transaction: Transaction) => number): Fetch {
  return (transaction) => {
    const hash = hashIn(transaction)
    const address = parseAddress(transaction.asked.clientAddress)?.bytes ?? []
    return new Bytes(String.fromCharCode(hash >>> 24, (hash >> 16) & 0xff, (hash >> 8) & 0xff, hash & 0xff, ...address))
  }
}
