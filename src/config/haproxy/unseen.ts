// What HAProxy sees of a connection and a Worker does not: a sample of it has no value here, not even a constant one, so a line
// that needs it is not taken.

/** On Cloudflare the platform tells them apart. */
export const VERSIONS_ALIKE = 'limpet serve does not tell HTTP/1.0 from HTTP/1.1'

const UNSEEN: readonly (readonly [names: RegExp, reason: string])[] = [
  [
    /^(?:res\.ver|resp_ver|capture\.res\.ver|bc_http_major)/,
    'a Worker does not see which version of HTTP a server speaks',
  ],
  [/^HTTP_1/, VERSIONS_ALIKE],
  [/^(?:HTTP_URL_|url_ip|url_port)/, 'a Worker does not see in which form a target was sent'],
  [
    /^(?:ssl_c_|ssl_f_)/,
    'a rule does not see certificates: verify required on the bind line refuses clients without one',
  ],
  [/^(?:ssl_|req\.ssl_|req_ssl_|res\.ssl_|rep_ssl_)/, 'of TLS a rule knows ssl_fc and ssl_fc_sni alone'],
  [
    /^(?:[bf]c_|dst$|dst_is_local|src_is_local|http_first_req|so_)/,
    'a Worker does not see connections, nor its own addresses',
  ],
  [/^be_tunnel_timeout/, 'nothing ends a tunnel after a time: there is no timeout tunnel'],
  [
    /^cur_(?:client|server|tunnel)_timeout/,
    "what a rule has set is for the request alone: ask be_server_timeout for the section's",
  ],
  [/^prio_/, 'requests wait in the order in which they came: there are no priorities'],
  [/^res\.(?:cache|comp)/, 'nothing is cached and compressed here'],
  [/^fcgi\./, 'servers speak HTTP, not FastCGI'],
  [
    /^(?:payload|req\.payload|req\.len|req_len|res\.payload|res\.len|rdp_cookie|req\.rdp_cookie|req_rdp_cookie|RDP_COOKIE|REQ_CONTENT|distcc_|fix_|mqtt_)/,
    'a Worker sees requests, not bytes of other protocols',
  ],
  [
    /^(?:env|hostname)\b/,
    'a Worker has no environment and no host: write "$NAME" between double quotes, which is read with the file',
  ],
  [/(?:^|,)table_server_id\b/, 'which server a table has is asked when a server is chosen, after the rules'],
  [/^(?:cpu_|lat_)/, 'nothing measures what a rule costs'],
  [/^last_rule_/, 'which rule ended a request is told by limpet explain'],
  [/^(?:protobuf|ungrpc)/, 'bodies are read as text and forms alone'],
  [/^(?:req\.hdrs_bin|res\.hdrs_bin)/, 'nothing outside of Limpet is asked in binary form'],
  [/^aes_gcm_/, 'the platform decrypts only while a request waits, and a converter does not wait'],
  [/^internal\./, "it is for HAProxy's developers"],
  [/^(?:51d\.|da-csv|wurfl)/, 'no database of devices is loaded'],
  [/^lua\./, 'there is no Lua'],
]

/** Why it has no value here; undefined: it is only not available. */
export function unseenBecause(fetch: string): string | undefined {
  return UNSEEN.find(([fetches]) => fetches.test(fetch))?.[1]
}
