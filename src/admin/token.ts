// Comparing secrets without telling by the time it takes how much of one was right.

/** Whether an Authorization header carries exactly this token (RFC 6750 section 2.1). */
export async function isBearer(header: string | null, token: string): Promise<boolean> {
  const given = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]
  return given !== undefined && isSame(given, token)
}

export async function isSame(given: string, secret: string): Promise<boolean> {
  // Digests have one length, so not even the secret's length shows.
  const [a, b] = await Promise.all([digest(given), digest(secret)])
  return crypto.subtle.timingSafeEqual(a, b)
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
}
