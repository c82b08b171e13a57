import { expect, it } from 'vitest'
it('timers', async () => { console.log('ST', String(setTimeout).slice(0,80)); await new Promise((r) => setTimeout(r, 20)); expect(1).toBe(1) })
