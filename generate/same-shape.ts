// When two types say the same of an object's keys: what same-as-rows.ts, which is generated, compares with.

/**
 * Every key with whether it may be left out, so that neither a missing key nor a missing `?` goes by. Two levels, each by a name of its
 * own: TypeScript takes types for equal that nest deeper by one name, and what lies deeper is a concept with a line below.
 */
type Outer<T> = T extends readonly (infer E)[]
  ? readonly Outer<E>[]
  : T extends object
    ? { readonly [K in keyof T]-?: readonly [{} extends Pick<T, K> ? '?' : '', Inner<T[K]>] }
    : T
type Inner<T> = T extends readonly (infer E)[]
  ? readonly Inner<E>[]
  : T extends object
    ? { readonly [K in keyof T]-?: readonly [{} extends Pick<T, K> ? '?' : '', Leaf<T[K]>] }
    : T
type Leaf<T> = T extends readonly (infer E)[] ? readonly Leaf<E>[] : T extends object ? Extract<keyof T, string> : T

export type Same<A, B> = [Outer<A>] extends [Outer<B>] ? ([Outer<B>] extends [Outer<A>] ? true : false) : false
export type All<_ extends readonly true[]> = never
