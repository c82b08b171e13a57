// What of HAProxy's scenarios is not compared with the deployed bundle, and why. Those that differ on purpose everywhere say so themselves.

export const LEFT_OUT_SUBJECTS: Readonly<Record<string, string>> = {
  balance: 'each isolate begins its turns elsewhere, and policies read nothing of the platform',
  patterns: 'pure text, read by the same code',
  converters: 'pure text, read by the same code',
  checks: 'checks go by fetch, each every 200 ms here: checks.test.ts',
  'server-states': 'needs checks by socket, whose failures a test cannot time on Cloudflare',
  'in-flight': 'needs checks by socket, too',
  host: 'a Host of another zone is not sent from there: fetch would go wherever it points',
  stats: 'pages without a password are shown under `limpet serve` only',
}

const NO_ADDRESS = 'a deployment has no address and port of its own, and is not told those of clients'
const NO_OTHER_HOST = 'it needs the Host www.example.com, and here each scenario has another'

export const LEFT_OUT: Readonly<Record<string, string>> = {
  'unique ID: the shape of %cp-%fp-%Ts-%rt-%pid': NO_ADDRESS,
  'unique ID: the shape of %{+X}o %ci:%cp_%fi:%fp_%Ts_%rt:%pid': NO_ADDRESS,
  'unique ID: hexadecimal addresses': NO_ADDRESS,
  'unique ID: addresses': NO_ADDRESS,
  'unique ID: blanks': NO_ADDRESS,
  'counters: a second frontend reads, and refuses by, what the first has counted': NO_ADDRESS,
  'samples: what is fetched, 1': NO_OTHER_HOST,
  'samples: which conditions hold, 3': NO_OTHER_HOST,
  'rules: deny if { hdr(host) -i WWW.example.com }': NO_OTHER_HOST,
  'replies: req.hdr(x-in),map({dir}/hosts.map)': NO_OTHER_HOST,
  'replies: req.hdr(x-in),map_str({dir}/hosts.map,none)': NO_OTHER_HOST,
}
