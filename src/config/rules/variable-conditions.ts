// What must hold before a variable is set. HAProxy: configuration manual 4.2 "http-request set-var".

/** Of the variable before, or of what it would become. */
export const VARIABLE_CONDITIONS = [
  'ifexists',
  'ifnotexists',
  'ifempty',
  'ifnotempty',
  'ifset',
  'ifnotset',
  'ifgt',
  'iflt',
] as const
export type VariableCondition = (typeof VARIABLE_CONDITIONS)[number]
