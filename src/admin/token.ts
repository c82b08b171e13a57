// What a request carries, and comparing it with a secret without telling by the time it takes how much of it was right.

/** What an Authorization header carries as a bearer token (RFC 6750 section 2.1). */
export function bearerOf(authorization: string | null): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

export async function isSame(given: string, secret: string): Promise<boolean> {
  // Digests have one length, so not even the secret's length shows.
  const [a, b] = await Promise.all([digest(given), digest(secret)])
  return crypto.subtle.timingSafeEqual(a, b)
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
}
