import { createLimpet } from 'limpet'

import config from '../limpet.config.ts'

const limpet = createLimpet(config)

export default limpet.worker
export const { Monitor, StickTable, Slots, Stats } = limpet
