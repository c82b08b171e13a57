// Requests that no condition of a file names, by file.

import type { Step } from '../scenario.ts'

const at = (host: string, path: string, more: Step = {}): Step => ({
  path,
  ...more,
  headers: [['Host', host], ...(more.headers ?? [])],
})
const www = (path: string, more: Step = {}): Step => at('www.example.com', path, more)
const header = (name: string, value: string): Step => ({ headers: [[name, value]] })
const answer = (status: number, headers: readonly (readonly [string, string])[] = []): Step => ({
  answer: { status, headers },
})

/** Of the API gateway. */
const withKey = (path: string, more: Step = {}): Step => www(path, { ...more, headers: [['X-Api-Key', 'k-abcdef']] })
const OPENSHIFT: readonly Step[] = [
  at('SHOP.apps.example.com', '/', { jar: true }),
  at('shop.apps.example.com', '/x', { jar: true }),
  at('shop.apps.example.com:80', '/api'),
  at('shop.apps.example.com', '/api/v1', header('X-Forwarded-Proto', 'https')),
  at('blog.apps.example.com', '/', { jar: true }),
  at('blog.apps.example.com', '/', { ...header('Proxy', 'http://evil.example'), jar: true }),
  at('secure.apps.example.com', '/login'),
]

export const BY_HAND: Readonly<Record<string, readonly Step[]>> = {
  'blog-api-gateway': [
    withKey('/v1/orders'),
    withKey('/v2/orders/7', { method: 'POST', body: 'a=1' }),
    withKey('/v1/users?id=1'),
    withKey('/v1/users?id=2'),
    withKey('/orders'),
    withKey('/v3/users'),
    withKey('/v1/orders', answer(302, [['Location', 'http://10.17.0.1:8080/v1/orders/8']])),
    withKey('/v1/orders', answer(200, [['Server', 'nginx']])),
    www('/v1/orders', header('X-Api-Key', 'k-unknown')),
  ],
  'openshift-router': OPENSHIFT,
  'openshift-router-4': OPENSHIFT,
  'marathon-lb-maps': [
    at('WIKI.example.com:80', '/', { jar: true }),
    at('wiki.example.com', '/', { jar: true }),
    at('forum.example.com', '/'),
    www('/', header('X-Marathon-App-Id', '/FORUM')),
  ],
  'opnsense-plugin': [
    at('media.example.net', '/', { jar: true }),
    at('media.example.net', '/', { jar: true }),
    at('a.films.example.net', '/'),
  ],
  'old-14-virtualhosts': [
    at('app.dev.example.com', '/'),
    www('/old/page?x=1'),
    www('/', header('X-Forwarded-For', '192.0.2.1')),
    www('/', answer(200, [['Server', 'Apache']])),
  ],
  'old-14-listen': [www('/', answer(200, [['Set-Cookie', 'IP=10.0.0.1']]))],
  'old-15-reqrep': [www('/sonar/x', answer(302, [['Location', 'http://10.4.0.1:9000/login']]))],
  'compose-traefik-like': [
    at('adm.home.example', '/', header('Authorization', `Basic ${btoa('me:open sesame')}`)),
    at('adm.home.example', '/', header('Authorization', `Basic ${btoa('me:wrong')}`)),
  ],
  'pfsense-webfarm': [
    at('cloud.example.net', '/'),
    at('git.example.net', '/'),
    at('blog.example.net', '/', { jar: true }),
    at('blog.example.net', '/', { jar: true }),
  ],
  'ingress-haproxytech': [
    at('a.apps.example.com', '/'),
    at('a.apps.example.com', '/status'),
    at('web.example.com:8080', '/app/x'),
    at('WEB.example.com', '/'),
    at('secure.example.com', '/'),
  ],
  'ingress-jcmoraisjr': [
    at('app.example.com', '/', { jar: true }),
    at('app.example.com', '/', { jar: true }),
    at('api.example.com', '/v1/users?x=1'),
    at('api.example.com', '/v2'),
    at('API.example.com:80', '/v1'),
  ],
  'blog-rate-limit': [www('/', header('User-Agent', 'curl/8')), www('/', header('User-Agent', ''))],
  'blog-bluegreen': [www('/?release=green'), www('/?release=blue'), www('/?release=red')],
  'wiki-gitlab': [www('/', answer(200, [['X-Frame-Options', 'SAMEORIGIN']]))],
  'canary-random': [
    www('/', { cookie: 'release=canary' }),
    www('/', { cookie: 'release=stable' }),
    www('/', { jar: true }),
    www('/', { jar: true }),
  ],
  'redirect-https-uri': [
    at('Example.COM', '/a?b=c'),
    at('shop.example.com', '/'),
    at('other.example', '/x y'.replace(' ', '%20')),
    at('other.example', '/', { method: 'DELETE' }),
  ],
  'redirect-prefix-samples': [
    www('/', header('Accept-Language', 'de-CH,de;q=0.9')),
    www('/', header('Accept-Language', 'it')),
    www('/a//b///c'),
    www('/page.html'),
    www('/page.htm?x=1'),
    www('/account/me'),
    www('/about.php'),
    www('/find?query=a%20b'),
  ],
  'cors-after-response': [
    www('/', header('Origin', 'https://app.example.com')),
    www('/', header('Origin', 'https://evil.example')),
    www('/x', {
      method: 'OPTIONS',
      headers: [
        ['Origin', 'https://example.com'],
        ['Access-Control-Request-Headers', 'x-a'],
      ],
    }),
    www('/private/x', header('Origin', 'https://evil.example')),
    www('/private/x', header('Origin', 'https://example.com')),
  ],
  'security-headers': [
    www('/', answer(500)),
    www(
      '/app/x',
      answer(200, [
        ['X-Powered-By', 'PHP'],
        ['Server', 'Apache'],
      ]),
    ),
    at('WWW.Example.com:80', '/'),
  ],
  'tenants-by-map': ['acme', 'globex', 'initech', 'hooli', 'nobody'].flatMap((tenant) => [
    at(`${tenant}.saas.example.com`, '/', { jar: true }),
    at(`${tenant.toUpperCase()}.saas.example.com:80`, '/'),
  ]),
  'map-regexes': [
    www('/u/42'),
    www('/news/2024/a/b'),
    www('/u/x'),
    at('files.example.com', '/a.css'),
    www('/pages/x.tar.gz'),
    www('/x.js'),
  ],
  'log-and-capture': [
    www('/a?b', {
      headers: [
        ['User-Agent', 'Mozilla/5.0 (X11)'],
        ['Referer', 'http://a.example/'],
      ],
      cookie: 'session=s1',
    }),
    www('/', answer(200, [['Content-Type', 'application/json; charset=utf-8']])),
  ],
  'bots-score': [
    www('/', {
      headers: [
        ['User-Agent', 'curl/8'],
        ['Accept-Language', 'en'],
      ],
    }),
    www('/', {
      headers: [
        ['User-Agent', 'Mozilla'],
        ['Accept-Language', 'en'],
      ],
    }),
    www('/', header('User-Agent', 'Wget/1')),
    www('/.git/config', header('User-Agent', 'Mozilla')),
    www('/.GIT/config', {
      headers: [
        ['User-Agent', 'Mozilla'],
        ['Accept-Language', 'en'],
      ],
      cookie: 'known=1',
    }),
    www('/', { cookie: 'known=1' }),
  ],
  'sticky-app-id': [
    ...['alice', 'bob', 'alice'].map((user) => www('/', header('X-User', user))),
    www('/?user=alice'),
    www('/?user=carol'),
    www('/', { cookie: 'user=BOB' }),
  ],
  'api-versions': [
    www('/v1/users'),
    www('/v2/users?debug=1&x=2'),
    www('/v2/users?x=2&debug=1'),
    www('/v3/users'),
    www('/users', header('Accept', 'application/json; version=2')),
    www('/users'),
  ],
  'jcmoraisjr-full': [
    at('shop.example.com', '/cart', { jar: true }),
    at('shop.example.com', '/cart', { jar: true }),
    at('SHOP.example.com', '/x'),
    at('shop.example.com', '/exact'),
    at('docs.example.com', '/guide/x'),
    at('v2.docs.example.com', '/'),
    at('example.com', '/a?b'),
    at('old.example.com', '/a'),
  ],
  'proxy-trust': [
    www('/', header('X-Forwarded-For', '198.51.100.1, 192.0.2.9')),
    www('/', header('X-Forwarded-For', '203.0.113.5')),
    www('/secure?a=1', header('X-Forwarded-Proto', 'HTTPS')),
    www('/secure?a=1'),
  ],
  'auth-token': [
    www('/', header('Authorization', 'Bearer abc123')),
    www('/adm', header('Authorization', 'bearer t0ps3cret')),
    www('/adm', header('Authorization', 'Bearer abc123')),
    www('/', { cookie: 'token=abc123', headers: [['X-User', 'root']] }),
    www('/', header('Authorization', 'Bearer nope')),
  ],
  'backend-in-response': [
    www('/beacon/x', answer(404)),
    www('/x', answer(500)),
    www('/static/very/long/path'),
    www('/x', answer(302, [['Location', 'http://internal:8080/y']])),
  ],
  'geo-map-ip': ['198.51.100.9', '203.0.113.9', '192.0.2.9', '192.0.2.200', '2001:db8::1', 'no address'].flatMap(
    (ip) => [www('/', header('X-Real-IP', ip)), www('/start?a=1', header('X-Real-IP', ip))],
  ),
  'maintenance-switch': [
    at('shop.example.com', '/'),
    at('shop.example.com', '/?preview=letmein'),
    at('shop.example.com', '/', { cookie: 'preview=letmein' }),
    at('old.example.com', '/'),
    at('OLD.example.com', '/'),
  ],
  'header-surgery': [
    www('/abc/def', {
      headers: [
        ['X-List', 'a, bb, c'],
        ['X-Internal-A', '1'],
        ['x-internal-b', '2'],
        ['X-Internal', '3'],
      ],
    }),
    www('/ABC?q=H%C3%A9llo', { cookie: 'a=1; tracking=zzz; b=2' }),
    www(
      '/',
      answer(200, [
        ['X-Debug', '1'],
        ['Content-Type', 'text/plain'],
      ]),
    ),
  ],
  'spa-fallback': [
    www('/deep/link'),
    www('/app.0a1b2c3d.js'),
    www('/app.js'),
    www('/api/users?x=1'),
    www('/api/users', { method: 'PATCH', body: 'a=1' }),
    www('/', answer(200, [['ETag', '"abc-1"']])),
  ],
  'defaults-with-rules': [
    at('shop.example.com', '/a/.git/config'),
    at('Static.example.com:80', '/x'),
    at('nobody.example', '/'),
  ],
}
