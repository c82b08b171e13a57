// What of a release its successor meets: the classes of its objects, its configuration, its cookies.

export { createMonitorClass } from '../../src/cloudflare/objects/monitor.ts'
export { createSlotsClass } from '../../src/cloudflare/objects/maxconn-leases.ts'
export { createStatsClass } from '../../src/cloudflare/objects/stats.ts'
export { createStickTableClass } from '../../src/cloudflare/objects/stick-table.ts'
export { configOrThrow } from '../../src/config/validate.ts'
export { createSealed, importCookieKeys } from '../../src/persistence/sealed.ts'
