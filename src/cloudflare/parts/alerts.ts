// Tells recipients of changes.

export { createAlerts as alerts } from '../objects/alerts.ts'
