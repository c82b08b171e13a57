// What `limpet build` writes, known before it is there.
declare module '*/.limpet/config.js' {
  import type { BuiltConfig } from 'limpet'

  const config: BuiltConfig
  export default config
}
