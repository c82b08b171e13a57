// What a map file has for a value: by how its keys are compared, and by what it has. HAProxy: configuration manual 7.3.1.

import { row } from './converter-row.ts'
import type { ConverterRow } from './converter-row.ts'

const MAP = row('str', 'str', 'map', 'any?')
const MAP_INT = row('str', 'sint', 'map', 'integer?')
const MAP_IP = row('str', 'ip', 'map', 'address?')

export const MAP_CONVERTERS = {
  /** `map_str(hosts.map,none)`: what the map has for exactly it, or the default. */
  map_str: MAP,
  /** The longest key that it begins with. */
  map_beg: MAP,
  /** A key that it ends with. */
  map_end: MAP,
  /** A key that it contains. */
  map_sub: MAP,
  /** A key that is a part of it between slashes. */
  map_dir: MAP,
  /** A key that is a part of it between dots. */
  map_dom: MAP,
  /** The first key, an expression, that it matches. */
  map_reg: MAP,
  /** As `map_reg`, with the match's groups in what the map has: `\\1`. */
  map_regm: MAP,
  /** The smallest network that it lies in. */
  map_ip: row('ip', 'str', 'map', 'any?'),
  /** A key that is the number, or a range with it. */
  map_int: row('sint', 'str', 'map', 'any?'),
  /** As `map_str`; what the map has is an integer. */
  map_str_int: MAP_INT,
  /** As `map_beg`; what the map has is an integer. */
  map_beg_int: MAP_INT,
  /** As `map_end`; what the map has is an integer. */
  map_end_int: MAP_INT,
  /** As `map_sub`; what the map has is an integer. */
  map_sub_int: MAP_INT,
  /** As `map_dir`; what the map has is an integer. */
  map_dir_int: MAP_INT,
  /** As `map_dom`; what the map has is an integer. */
  map_dom_int: MAP_INT,
  /** As `map_reg`; what the map has is an integer. */
  map_reg_int: MAP_INT,
  /** As `map_ip`; what the map has is an integer. */
  map_ip_int: row('ip', 'sint', 'map', 'integer?'),
  /** As `map_int`; what the map has is an integer. */
  map_int_int: row('sint', 'sint', 'map', 'integer?'),
  /** As `map_str`; what the map has is an address. */
  map_str_ip: MAP_IP,
  /** As `map_beg`; what the map has is an address. */
  map_beg_ip: MAP_IP,
  /** As `map_end`; what the map has is an address. */
  map_end_ip: MAP_IP,
  /** As `map_sub`; what the map has is an address. */
  map_sub_ip: MAP_IP,
  /** As `map_dir`; what the map has is an address. */
  map_dir_ip: MAP_IP,
  /** As `map_dom`; what the map has is an address. */
  map_dom_ip: MAP_IP,
  /** As `map_reg`; what the map has is an address. */
  map_reg_ip: MAP_IP,
  /** As `map_ip`; what the map has is an address. */
  map_ip_ip: row('ip', 'ip', 'map', 'address?'),
  /** As `map_int`; what the map has is an address. */
  map_int_ip: row('sint', 'ip', 'map', 'address?'),
} as const satisfies Record<string, ConverterRow>
