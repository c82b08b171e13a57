import { createLimpet } from 'limpet'

import config from '../.limpet/config.js'

const limpet = createLimpet(config)

export default limpet.worker
export const { Monitor, StickTable, Slots, Stats } = limpet
