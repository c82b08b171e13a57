// Comparing a bearer token with the secret, without telling by the time it takes how much of it was right.

/** Whether an Authorization header carries exactly this token (RFC 6750 section 2.1). */
export async function isBearer(header: string | undefined, token: string): Promise<boolean> {
  const given = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]
  if (given === undefined) return false
  // Digests have one length, so not even the token's length shows.
  const [a, b] = await Promise.all([digest(given), digest(token)])
  return crypto.subtle.timingSafeEqual(a, b)
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
}
