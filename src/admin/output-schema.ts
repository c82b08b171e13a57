// `show schema json`: the shape of `show info json` and `show stat json` (management manual 9.3).

const ORIGINS = ['Metric', 'Status', 'Key', 'Config', 'Product', 'Unknown']
const NATURES = 'Gauge Limit Min Max Rate Counter Duration Age Time Name Output Avg Unknown'.split(' ')
const SCOPES = ['Cluster', 'Process', 'Service', 'System', 'Unknown']

function object(properties: Readonly<Record<string, unknown>>) {
  return { type: 'object', properties, required: Object.keys(properties) }
}

const NUMBER = { type: 'integer', minimum: 0 }
const VALUES = [
  ...['s32', 's64'].map((type) => object({ type: { enum: [type] }, value: { type: 'integer' } })),
  ...['u32', 'u64'].map((type) => object({ type: { enum: [type] }, value: NUMBER })),
  object({ type: { enum: ['str'] }, value: { type: 'string' } }),
]
const ITEM = {
  field: { $ref: '#/definitions/field' },
  processNum: { type: 'integer', minimum: 1 },
  tags: { $ref: '#/definitions/tags' },
  value: { $ref: '#/definitions/value' },
}
const STAT_ITEM = {
  objType: { enum: ['Frontend', 'Backend', 'Listener', 'Server', 'Unknown'] },
  proxyId: NUMBER,
  id: NUMBER,
  ...ITEM,
}

export const OUTPUT_SCHEMA = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  oneOf: [
    { title: 'Info', type: 'array', items: object(ITEM) },
    { title: 'Stat', type: 'array', items: { type: 'array', items: object(STAT_ITEM) } },
  ],
  definitions: {
    field: object({ pos: NUMBER, name: { type: 'string' } }),
    tags: object({ origin: { enum: ORIGINS }, nature: { enum: NATURES }, scope: { enum: SCOPES } }),
    value: { oneOf: VALUES },
  },
}
