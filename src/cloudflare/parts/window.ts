// What operators see and do. Imported when somebody looks first, so that an isolate that never shows it does not run it.

export const window = () => import('../operator-window.ts')
