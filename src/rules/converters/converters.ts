// Every converter, under HAProxy's name. The rows of config/rules/samples/converter-rows.ts say what each takes and gives.

export { ipmask } from './addresses.ts'
export {
  mapBeg as map_beg,
  mapDir as map_dir,
  mapDom as map_dom,
  mapEnd as map_end,
  mapIp as map_ip,
  mapReg as map_reg,
  mapStr as map_str,
  mapSub as map_sub,
} from './maps.ts'
export { field, length, lower, upper, urlDec as url_dec, word } from './text.ts'
