// Judging a server by its live traffic (HAProxy: configuration manual 5.2 "observe", "error-limit", "on-error").

export const OBSERVE_LAYERS = ['layer4', 'layer7'] as const
export const ON_ERROR = ['fastinter', 'fail-check', 'sudden-death', 'mark-down'] as const

export interface Observe {
  /** `layer4`: any answer is good. `layer7`: any answer but a server error is. */
  readonly layer: (typeof OBSERVE_LAYERS)[number]
  /** So many bad ones in a row, in one isolate. */
  readonly errorLimit: number
  readonly onError: (typeof ON_ERROR)[number]
}
