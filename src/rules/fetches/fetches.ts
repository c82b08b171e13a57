// Every fetch, under HAProxy's name. The rows of config/rules/samples/fetch-rows.ts say what each gives, and what it takes.

export { dstPort as dst_port, src, sslFc as ssl_fc, uniqueId as 'unique-id' } from './client.ts'
export { alwaysFalse as always_false, alwaysTrue as always_true, str, uuid } from './constants.ts'
export { method, path, pathq, query, urlParam as url_param } from './request-line.ts'
export { reqCook as 'req.cook', reqFhdr as 'req.fhdr', reqHdr as 'req.hdr' } from './request-headers.ts'
export { resCook as 'res.cook', resFhdr as 'res.fhdr', resHdr as 'res.hdr', status } from './response.ts'
export { nbsrv } from './servers.ts'
export { httpAuth as http_auth, httpAuthGroup as http_auth_group } from './users.ts'
export { readVar as var } from './variables.ts'
