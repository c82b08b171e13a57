// Addresses. HAProxy: configuration manual 7.3.1 "ipmask".

import { maskedBy, maskOf } from '../../config/network.ts'
import type { ConverterMaker } from '../tools.ts'
import { Ip } from '../values.ts'
import { ofIp } from './inputs.ts'

/** The network that it lies in. IPv6 has none without the second mask. */
export const ipmask: ConverterMaker = ([mask4 = '32', mask6]) => {
  const masks = [maskOf(mask4, 4), mask6 === undefined || mask6 === '' ? undefined : maskOf(mask6, 16)]
  return ofIp(({ text }) => {
    const mask = masks[text.includes(':') ? 1 : 0]
    return mask && new Ip(maskedBy(text, mask))
  })
}
