// The fetches, converters and ACL keywords of HAProxy 2.6, as `haproxy -dKsmp,cnv,acl` lists them: with a name that is not here HAProxy
// refuses the file.

import { nearest } from '../nearest.ts'
import { FETCHES as OWN_FETCHES } from '../rules/samples/fetch-rows.ts'

/** Of counters: `sc0_conn_cnt`, `src_conn_cnt` and so on. */
const COUNTERS =
  'bytes_in_rate bytes_out_rate clr_gpc clr_gpc0 clr_gpc1 conn_cnt conn_cur conn_rate get_gpc get_gpc0 get_gpc1 get_gpt get_gpt0 gpc0_rate gpc1_rate gpc_rate http_err_cnt http_err_rate http_fail_cnt http_fail_rate http_req_cnt http_req_rate inc_gpc inc_gpc0 inc_gpc1 kbytes_in kbytes_out sess_cnt sess_rate'.split(
    ' ',
  )
/** Of what a rule tracks. */
const TRACKS = ['tracked', 'trackers']
const FETCHES = new Set([
  ...'always_false always_true avg_queue base base32 base32+src baseq bc_dst bc_dst_port bc_err bc_err_str bc_http_major bc_src bc_src_port be_conn be_conn_free be_id be_name be_server_timeout be_sess_rate be_tunnel_timeout bin bool capture.req.hdr capture.req.method capture.req.uri capture.req.ver capture.res.hdr capture.res.ver connslots cook cook_cnt cook_val cookie cpu_calls cpu_ns_avg cpu_ns_tot cur_server_timeout cur_tunnel_timeout date date_us distcc_body distcc_param dst dst_conn dst_is_local dst_port env fc_dst fc_dst_is_local fc_dst_port fc_err fc_err_str fc_fackets fc_http_major fc_lost fc_pp_authority fc_pp_unique_id fc_rcvd_proxy fc_reordering fc_retrans fc_rtt fc_rttvar fc_sacked fc_src fc_src_is_local fc_src_port fc_unacked fcgi.docroot fcgi.index fe_client_timeout fe_conn fe_defbe fe_id fe_name fe_req_rate fe_sess_rate hdr hdr_cnt hdr_ip hdr_val hostname http_auth http_auth_bearer http_auth_group http_auth_pass http_auth_type http_auth_user http_first_req int ipv4 ipv6 last_rule_file last_rule_line lat_ns_avg lat_ns_tot meth method nbproc nbsrv path pathq payload payload_lv prio_class prio_offset proc query queue rand rdp_cookie rdp_cookie_cnt rep_ssl_hello_type req.body req.body_len req.body_param req.body_size req.cook req.cook_cnt req.cook_val req.fhdr req.fhdr_cnt req.hdr req.hdr_cnt req.hdr_ip req.hdr_names req.hdr_val req.hdrs req.hdrs_bin req.len req.payload req.payload_lv req.proto_http req.rdp_cookie req.rdp_cookie_cnt req.ssl_alpn req.ssl_ec_ext req.ssl_hello_type req.ssl_sni req.ssl_st_ext req.ssl_ver req.ver req_len req_proto_http req_ssl_hello_type req_ssl_sni req_ssl_ver req_ver res.body res.body_len res.body_size res.cache_hit res.cache_name res.comp res.comp_algo res.cook res.cook_cnt res.cook_val res.fhdr res.fhdr_cnt res.hdr res.hdr_cnt res.hdr_ip res.hdr_names res.hdr_val res.hdrs res.hdrs_bin res.len res.payload res.payload_lv res.ssl_hello_type res.ver resp_ver scook scook_cnt scook_val shdr shdr_cnt shdr_ip shdr_val so_id so_name src src_is_local src_port src_updt_conn_cnt srv_conn srv_conn_free srv_id srv_is_up srv_iweight srv_name srv_queue srv_sess_rate srv_uweight srv_weight ssl_bc ssl_bc_alg_keysize ssl_bc_alpn ssl_bc_cipher ssl_bc_client_random ssl_bc_err ssl_bc_err_str ssl_bc_is_resumed ssl_bc_npn ssl_bc_protocol ssl_bc_server_random ssl_bc_session_id ssl_bc_session_key ssl_bc_unique_id ssl_bc_use_keysize ssl_c_ca_err ssl_c_ca_err_depth ssl_c_chain_der ssl_c_der ssl_c_err ssl_c_i_dn ssl_c_key_alg ssl_c_notafter ssl_c_notbefore ssl_c_s_dn ssl_c_serial ssl_c_sha1 ssl_c_sig_alg ssl_c_used ssl_c_verify ssl_c_version ssl_f_der ssl_f_i_dn ssl_f_key_alg ssl_f_notafter ssl_f_notbefore ssl_f_s_dn ssl_f_serial ssl_f_sha1 ssl_f_sig_alg ssl_f_version ssl_fc ssl_fc_alg_keysize ssl_fc_alpn ssl_fc_cipher ssl_fc_cipherlist_bin ssl_fc_cipherlist_hex ssl_fc_cipherlist_str ssl_fc_cipherlist_xxh ssl_fc_client_early_traffic_secret ssl_fc_client_handshake_traffic_secret ssl_fc_client_random ssl_fc_client_traffic_secret_0 ssl_fc_early_exporter_secret ssl_fc_ecformats_bin ssl_fc_eclist_bin ssl_fc_err ssl_fc_err_str ssl_fc_exporter_secret ssl_fc_extlist_bin ssl_fc_has_crt ssl_fc_has_early ssl_fc_has_sni ssl_fc_is_resumed ssl_fc_npn ssl_fc_protocol ssl_fc_protocol_hello_id ssl_fc_server_handshake_traffic_secret ssl_fc_server_random ssl_fc_server_traffic_secret_0 ssl_fc_session_id ssl_fc_session_key ssl_fc_sni ssl_fc_unique_id ssl_fc_use_keysize ssl_s_chain_der ssl_s_der ssl_s_i_dn ssl_s_key_alg ssl_s_notafter ssl_s_notbefore ssl_s_s_dn ssl_s_serial ssl_s_sha1 ssl_s_sig_alg ssl_s_version status stopping str table_avl table_cnt thread unique-id url url32 url32+src url_ip url_param url_port urlp urlp_val uuid var wait_end'.split(
    ' ',
  ),
  ...['sc', 'sc0', 'sc1', 'sc2'].flatMap((prefix) => [...COUNTERS, ...TRACKS].map((counter) => `${prefix}_${counter}`)),
  ...COUNTERS.map((counter) => `src_${counter}`),
])
const ACLS = new Set(
  'base_beg base_dir base_dom base_end base_len base_reg base_sub cook_beg cook_dir cook_dom cook_end cook_len cook_reg cook_sub hdr_beg hdr_dir hdr_dom hdr_end hdr_len hdr_reg hdr_sub path_beg path_dir path_dom path_end path_len path_reg path_sub req_rdp_cookie req_rdp_cookie_cnt scook_beg scook_dir scook_dom scook_end scook_len scook_reg scook_sub shdr_beg shdr_dir shdr_dom shdr_end shdr_len shdr_reg shdr_sub ssl_fc_sni_end ssl_fc_sni_reg url_beg url_dir url_dom url_end url_len url_reg url_sub urlp_beg urlp_dir urlp_dom urlp_end urlp_len urlp_reg urlp_sub'.split(
    ' ',
  ),
)
const CONVERTERS = new Set(
  'add add_item aes_gcm_dec and b64dec base64 be2dec be2hex bool bytes capture-req capture-res concat cpl crc32 crc32c cut_crlf debug digest div djb2 even field fix_is_valid fix_tag_value hex hex2i hmac host_only htonl http_date iif in_table ipmask json json_query jwt_header_query jwt_payload_query jwt_verify language length lower ltime ltrim map map_beg map_beg_int map_beg_ip map_dir map_dir_int map_dir_ip map_dom map_dom_int map_dom_ip map_end map_end_int map_end_ip map_int map_int_int map_int_ip map_ip map_ip_int map_ip_ip map_reg map_reg_int map_reg_ip map_regm map_str map_str_int map_str_ip map_sub map_sub_int map_sub_ip mod mqtt_field_value mqtt_is_valid mul nbsrv neg not odd or port_only protobuf regsub rtrim sdbm secure_memcmp set-var sha1 sha2 srv_queue strcmp sub table_bytes_in_rate table_bytes_out_rate table_conn_cnt table_conn_cur table_conn_rate table_expire table_gpc table_gpc0 table_gpc0_rate table_gpc1 table_gpc1_rate table_gpc_rate table_gpt table_gpt0 table_http_err_cnt table_http_err_rate table_http_fail_cnt table_http_fail_rate table_http_req_cnt table_http_req_rate table_idle table_kbytes_in table_kbytes_out table_server_id table_sess_cnt table_sess_rate table_trackers ub64dec ub64enc ungrpc unset-var upper url_dec url_enc utime word wt6 xor xxh3 xxh32 xxh64'.split(
    ' ',
  ),
)
/** Of HAProxy 2.7 to 3.2: no typing errors, and not available either. */
const NEWER = new Set(
  'accept_date bc_rtt bc_rttvar bytes_in bytes_out cur_client_timeout fc_pp_tlv fc_settings_streams_limit aes_gcm_enc jwt_decrypt_secret le2dec le2hex ms_ltime ms_utime param path_only req.timer.hdr req.timer.idle req.timer.queue req.timer.tq request_date res.timer.data res.timer.hdr rfc7239_field rfc7239_is_valid rfc7239_n2nn rfc7239_n2np rfc7239_nn rfc7239_np sc_add_gpc ssl_fc_supported_versions_bin table_clr_gpc table_clr_gpc0 table_clr_gpc1 table_inc_gpc table_inc_gpc0 table_inc_gpc1 term_events txn.sess_term_state txn.timer.total txn.timer.user us_ltime us_utime when x509_v_err_str'.split(
    ' ',
  ),
)
/** Names that depend on what HAProxy was built with, or loads. */
const LOADED = /^(?:lua|51d|internal)\.|^(?:da-csv|wurfl-get)/
const NAMES = [...FETCHES, ...ACLS, ...CONVERTERS]

/** As HAProxy 2.6 lists them. */
export const HAPROXY_NAMES = { fetches: FETCHES, converters: CONVERTERS, criteria: ACLS } as const
const NAME = /^[A-Za-z0-9_.+-]+$/

/** Also of a later HAProxy. */
export function isHaproxysFetch(name: string): boolean {
  return FETCHES.has(name) || NEWER.has(name)
}

export function isHaproxysConverter(name: string): boolean {
  return CONVERTERS.has(name) || NEWER.has(name)
}

/** `; did you mean 'lower'?`, behind a name that HAProxy does not have; nothing where none is near. */
export function nearName(name: string): string {
  if (Object.hasOwn(OWN_FETCHES, name))
    return ' to HAProxy: only limpet.config.ts has it, which limpet import writes from this file without the line'
  const near = nearest(name, NAMES)
  return near === undefined ? '' : `; did you mean '${near}'?`
}

/** The name in `hdr(host),lower` that HAProxy 2.6 does not have; undefined: it has all of them, or they cannot be told. */
export function unknownName(sample: string, kind: 'sample' | 'acl'): string | undefined {
  // Arguments, whose parentheses may be within quotes, are not looked into.
  const [fetch = '', ...converters] = sample.replaceAll(/\([^()]*\)/g, '').split(',')
  const isKnown = isHaproxysFetch(fetch) || (kind === 'acl' && ACLS.has(fetch))
  const wrong = isKnown ? converters.find((name) => !isHaproxysConverter(name)) : fetch
  return wrong !== undefined && NAME.test(wrong) && !LOADED.test(wrong) ? wrong : undefined
}
