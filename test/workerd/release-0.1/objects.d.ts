export {
  configOrThrow,
  createMonitorClass,
  createSealed,
  createSlotsClass,
  createStatsClass,
  createStickTableClass,
  importCookieKeys,
} from '../release-objects.ts'
