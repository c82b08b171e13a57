// Networks of addresses, and dates as headers and logs write them. HAProxy: configuration manual 7.3.1.

import { row } from './converter-row.ts'
import type { ConverterRow } from './converter-row.ts'

export const ADDRESS_AND_DATE_CONVERTERS = {
  /** `ipmask(24,64)`: the network of an address, by the bits of IPv4 and of IPv6; without the second there is none of IPv6. */
  ipmask: row('ip', 'ip', 'mask4', 'mask6?'),
  /** Seconds since 1970 as headers write a date; `http_date(60)`: a minute later, `http_date(0,ms)`: of milliseconds. */
  http_date: row('sint', 'str', 'integer!', 'unit!'),
  /** `utime(%Y-%m-%d)`: seconds since 1970 in the form of strftime, in UTC; a second argument is added to them. */
  utime: row('sint', 'str', 'text', 'integer?'),
  /** As `utime`: a Worker has no time zone of its own. */
  ltime: row('sint', 'str', 'text', 'integer?'),
} as const satisfies Record<string, ConverterRow>
