// Metrics as a service of a rule. Imported when somebody asks first, as the operator's window is.

import type { exportMetrics } from '../../admin/exporter.ts'

export const exporter: typeof exportMetrics = async (operations, query) => {
  const { exportMetrics: answer } = await import('../../admin/exporter.ts')
  return answer(operations, query)
}
