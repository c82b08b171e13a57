// Every fetch, under HAProxy's name. The rows of config/rules/samples/fetch-rows.ts say what each gives, and what it takes.

export { dstPort as dst_port, src, srcPort as src_port, sslFc as ssl_fc, sslFcSni as ssl_fc_sni } from './client.ts'
export { uniqueId as 'unique-id' } from './client.ts'
export {
  alwaysFalse as always_false,
  alwaysTrue as always_true,
  alwaysTrue as 'req.proto_http',
  alwaysTrue as wait_end,
  alwaysFalse as stopping,
  one as nbproc,
  one as proc,
  zero as thread,
  bin,
  bool,
  int,
  ip as ipv4,
  ip as ipv6,
  str,
  str as meth,
  uuid,
} from './constants.ts'
export { base32, base32AndSrc as 'base32+src', url32, url32AndSrc as 'url32+src' } from './hashes.ts'
export { date, dateUs as date_us, rand } from './moment.ts'
export {
  askedUri as 'capture.req.uri',
  base,
  baseq,
  method,
  method as 'capture.req.method',
  path,
  pathq,
  pathq as url,
  query,
  urlParam as url_param,
  urlpVal as urlp_val,
} from './request-line.ts'
export {
  reqCook as 'req.cook',
  reqCookCnt as 'req.cook_cnt',
  reqCookVal as 'req.cook_val',
  reqFhdr as 'req.fhdr',
  reqFhdrCnt as 'req.fhdr_cnt',
  reqHdr as 'req.hdr',
  reqHdrCnt as 'req.hdr_cnt',
  reqHdrIp as 'req.hdr_ip',
  reqHdrNames as 'req.hdr_names',
  reqHdrs as 'req.hdrs',
  reqHdrVal as 'req.hdr_val',
} from './request-headers.ts'
export {
  resCook as 'res.cook',
  resCookCnt as 'res.cook_cnt',
  resCookVal as 'res.cook_val',
  resFhdr as 'res.fhdr',
  resFhdrCnt as 'res.fhdr_cnt',
  resHdr as 'res.hdr',
  resHdrCnt as 'res.hdr_cnt',
  resHdrIp as 'res.hdr_ip',
  resHdrNames as 'res.hdr_names',
  resHdrs as 'res.hdrs',
  resHdrVal as 'res.hdr_val',
  status,
} from './response.ts'
export {
  beConn as be_conn,
  beConnFree as be_conn_free,
  connslots,
  feConn as dst_conn,
  feConn as fe_conn,
  srvConn as srv_conn,
  srvConnFree as srv_conn_free,
} from './connections.ts'
export { avgQueue as avg_queue, queue, srvQueue as srv_queue } from './queues.ts'
export {
  beSessRate as be_sess_rate,
  feSessRate as fe_req_rate,
  feSessRate as fe_sess_rate,
  srvSessRate as srv_sess_rate,
} from './rates.ts'
export {
  beId as be_id,
  beName as be_name,
  beServerTimeout as be_server_timeout,
  feClientTimeout as fe_client_timeout,
  feDefbe as fe_defbe,
  feId as fe_id,
  feName as fe_name,
  nbsrv,
  srvId as srv_id,
  srvIsUp as srv_is_up,
  srvIweight as srv_iweight,
  srvName as srv_name,
  srvUweight as srv_uweight,
  srvWeight as srv_weight,
} from './servers.ts'
export {
  httpAuth as http_auth,
  httpAuthBearer as http_auth_bearer,
  httpAuthGroup as http_auth_group,
  httpAuthPass as http_auth_pass,
  httpAuthType as http_auth_type,
  httpAuthUser as http_auth_user,
} from './users.ts'
export { variable as var } from './variables.ts'
