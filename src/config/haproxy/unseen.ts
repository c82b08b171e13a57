// What HAProxy sees of a connection and a Worker does not: a sample of it has no value here, not even a constant one, so a line
// that needs it is not taken.

const UNSEEN: readonly (readonly [fetches: RegExp, reason: string])[] = [
  [/^(?:req\.ver|req_ver|res\.ver|resp_ver|capture\.re[qs]\.ver|HTTP_\d)/, 'a Worker does not see the version of HTTP'],
  [/^(?:HTTP_URL_|url_ip|url_port)/, 'a Worker does not see in which form a target was sent'],
  [/^(?:ssl_|req\.ssl_|req_ssl_|res\.ssl_)/, 'of TLS a rule knows ssl_fc alone'],
  [
    /^(?:fc_|bc_|be_conn|fe_conn|dst$|dst_conn|src_is_local|dst_is_local|http_first_req|so_|connslots|avg_queue|queue$|srv_|\w+_sess_rate|[bf]e_req_rate)/,
    'a Worker does not see connections',
  ],
  [
    /^(?:payload|req\.payload|req\.len|req_len|res\.payload|res\.len|rdp_cookie|req\.rdp_cookie|RDP_COOKIE)/,
    'a Worker sees requests, not bytes',
  ],
  [
    /^(?:env|hostname)\b/,
    'a Worker has no environment and no host: write "$NAME" between double quotes, which is read with the file',
  ],
  [/,table_server_id\b/, 'which server a table has is asked when a server is chosen, after the rules'],
  [/^(?:thread|proc|nbproc|cpu_|lat_|stopping|last_rule_)/, 'a Worker has no processes and threads'],
  [/^(?:req\.body|res\.body)/, 'rules are read before the body is there'],
  [/^(?:bytes_|req\.hdrs|res\.hdrs)/, 'sizes are only known with countBytes, and not to rules'],
]

/** Why it has no value here; undefined: it is only not available. */
export function unseenBecause(fetch: string): string | undefined {
  return UNSEEN.find(([fetches]) => fetches.test(fetch))?.[1]
}
