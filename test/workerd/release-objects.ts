// What of a release its successor meets: the classes of its objects, its configuration, its cookies.

export { createMonitorClass } from '../../src/cloudflare/monitor.ts'
export { createSlotsClass } from '../../src/cloudflare/slots.ts'
export { createStatsClass } from '../../src/cloudflare/stats.ts'
export { createStickTableClass } from '../../src/cloudflare/stick-table.ts'
export { configOrThrow } from '../../src/config/validate.ts'
export { createSealed, importCookieKeys } from '../../src/persistence/sealed.ts'
