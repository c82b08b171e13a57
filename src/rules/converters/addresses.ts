// Addresses. HAProxy: configuration manual 7.3.1.

import { clientNetwork, maskedIpv4 } from '../../config/network.ts'
import type { ConverterMaker } from '../tools.ts'
import { Ip } from '../values.ts'
import { ofIp } from './inputs.ts'

export const ipmask: ConverterMaker = ([bits4 = '', bits6 = '128']) =>
  ofIp(({ text }) => new Ip(text.includes(':') ? clientNetwork(text, Number(bits6)) : maskedIpv4(text, Number(bits4))))
