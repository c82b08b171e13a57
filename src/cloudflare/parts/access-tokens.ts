// Verifies tokens of Cloudflare Access. Imported when the first comes, so that an isolate that never sees one does not run the library.

export const accessTokens = () => import('../../admin/jwt.ts')
