// Every converter, under HAProxy's name. The rows of config/rules/samples/converter-rows.ts say what each takes and gives.

export { ipmask } from './addresses.ts'
export { captureReq as 'capture-req', captureRes as 'capture-res' } from './captures.ts'
export { httpDate as http_date, utime } from './dates.ts'
export { utime as ltime } from './dates.ts'
export { digest, hmac, sha1, sha2 } from './digests.ts'
export { b64dec, base64, be2dec, be2hex, bytes, hex, hex2i, htonl, ub64dec, ub64enc } from './encodings.ts'
export { crc32, crc32c, djb2, sdbm, wt6, xxh3, xxh32, xxh64 } from './hashes.ts'
export { hostOnly as host_only, portOnly as port_only } from './hosts.ts'
export {
  addItem as add_item,
  concat,
  debug,
  iif,
  secureMemcmp as secure_memcmp,
  strcmp,
  setVar as 'set-var',
  unsetVar as 'unset-var',
} from './joining.ts'
export { jsonQuery as json_query } from './json-query.ts'
export { json } from './json-text.ts'
export {
  jwtHeaderQuery as jwt_header_query,
  jwtPayloadQuery as jwt_payload_query,
  jwtVerify as jwt_verify,
} from './jwt.ts'
export { language } from './language.ts'
export {
  mapBeg as map_beg,
  mapBegInt as map_beg_int,
  mapBegIp as map_beg_ip,
  mapDir as map_dir,
  mapDirInt as map_dir_int,
  mapDirIp as map_dir_ip,
  mapDom as map_dom,
  mapDomInt as map_dom_int,
  mapDomIp as map_dom_ip,
  mapEnd as map_end,
  mapEndInt as map_end_int,
  mapEndIp as map_end_ip,
  mapInt as map_int,
  mapIntInt as map_int_int,
  mapIntIp as map_int_ip,
  mapIp as map_ip,
  mapIpInt as map_ip_int,
  mapIpIp as map_ip_ip,
  mapReg as map_reg,
  mapRegInt as map_reg_int,
  mapRegIp as map_reg_ip,
  mapStr as map_str,
  mapStrInt as map_str_int,
  mapStrIp as map_str_ip,
  mapSub as map_sub,
  mapSubInt as map_sub_int,
  mapSubIp as map_sub_ip,
  mapRegm as map_regm,
} from './maps.ts'
export { add, and, bool, cpl, div, even, mod, mul, neg, not, odd, or, sub, xor } from './numbers.ts'
export { nbsrv, srvQueue as srv_queue } from './servers.ts'
export { regsub } from './regsub.ts'
export {
  cutCrlf as cut_crlf,
  field,
  length,
  lower,
  ltrim,
  rtrim,
  upper,
  urlDec as url_dec,
  urlEnc as url_enc,
  word,
} from './text.ts'
export {
  inTable as in_table,
  tableBytesInRate as table_bytes_in_rate,
  tableBytesOutRate as table_bytes_out_rate,
  tableConnCnt as table_conn_cnt,
  tableConnCur as table_conn_cur,
  tableConnRate as table_conn_rate,
  tableGpc0Rate as table_gpc0_rate,
  tableGpc1Rate as table_gpc1_rate,
  tableHttpErrCnt as table_http_err_cnt,
  tableHttpErrRate as table_http_err_rate,
  tableHttpFailCnt as table_http_fail_cnt,
  tableHttpFailRate as table_http_fail_rate,
  tableHttpReqCnt as table_http_req_cnt,
  tableHttpReqRate as table_http_req_rate,
  tableSessCnt as table_sess_cnt,
  tableSessRate as table_sess_rate,
  tableKbytesIn as table_kbytes_in,
  tableKbytesOut as table_kbytes_out,
  tableGpc0 as table_gpc0,
  tableGpc1 as table_gpc1,
  tableGpt0 as table_gpt0,
  tableGpc as table_gpc,
  tableGpt as table_gpt,
  tableGpcRate as table_gpc_rate,
  tableTrackers as table_trackers,
  tableExpire as table_expire,
  tableIdle as table_idle,
} from './tables.ts'
