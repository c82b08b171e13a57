// The acls that HAProxy has without a line (configuration manual 7.4).

import type { ConditionInput } from '../rules/condition.ts'

export const PREDEFINED_ACLS = new Map<string, ConditionInput>(
  Object.entries({
    // A request is read before its rules are asked.
    WAIT_END: { sample: 'always_true', match: 'bool' },
    TRUE: { sample: 'always_true', match: 'bool' },
    FALSE: { sample: 'always_false', match: 'bool' },
    HTTP: { sample: 'always_true', match: 'bool' },
    HTTP_CONTENT: { sample: 'req.hdr(content-length)', match: 'int', values: ['gt 0'] },
    HTTP_URL_SLASH: { sample: 'url', match: 'beg', values: ['/'] },
    HTTP_URL_STAR: { sample: 'url', match: 'str', values: ['*'] },
    'HTTP_2.0': { sample: 'req.ver', match: 'str', values: ['2.0'] },
    LOCALHOST: { src: ['127.0.0.0/8', '::1'] },
    METH_GET: { method: ['GET', 'HEAD'] },
    ...Object.fromEntries(
      ['CONNECT', 'DELETE', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE'].map((method) => [
        `METH_${method}`,
        { method: [method] },
      ]),
    ),
  }),
)

/** HAProxy's own that say nothing here (configuration manual 7.4). */
export const UNAVAILABLE_ACLS = new Set('HTTP_1.0 HTTP_1.1 HTTP_URL_ABS RDP_COOKIE REQ_CONTENT'.split(' '))

/** Every acl that HAProxy has without a line, and whether it is known here. */
export function predefinedAcls(): readonly (readonly [name: string, isKnown: boolean])[] {
  return [...PREDEFINED_ACLS.keys(), ...UNAVAILABLE_ACLS].toSorted().map((name) => [name, PREDEFINED_ACLS.has(name)])
}
