// Whose work is a function, by its name as callgrind writes it: in C++ "int v8::internal::Factory::New<T>(int) const", in Rust
// "<hyper::body::Incoming as Body>::poll", a builtin of V8 "Builtins_ArrayPush".

import { COMPILED } from './profile.ts'

/** In the order of the table. */
export const CATEGORIES = [
  'JavaScript',
  'V8 builtins',
  'V8 in C++',
  'GC',
  'workerd, jsg',
  'kj',
  'HTTP in Rust',
  'memory',
  'the rest',
  'V8 compilers',
] as const

export type Category = (typeof CATEGORIES)[number]

const INTERPRETER = /^Builtins_(?:\w+Handler$|Interpreter|Baseline)/
const MEMORY =
  /^(?:operator (?:new|delete)|tcmalloc::|(?:__libc_)?(?:malloc|calloc|realloc|free|memalign|posix_memalign|aligned_alloc|cfree)$|_*(?:mem(?:cpy|move|set)|wmemset)(?:_|$)|__rustc::|__rust_)/
const RUST =
  /^(?:<|(?:alloc|bytes|core|futures_\w+|http|httparse|hashbrown|hyper|hyper_util|itoa|kj_hyper|kj_rs\w*|mio|rustls|socket2|std|tokio|tokio_\w+|tower\w*|want|workerd_\w+)::)/
/** The library of C++ has the name of a crate. */
const STD_CPP = /^std::__/
const COMPILER =
  /\bv8::internal::(?:\w+::)*?(?:compiler|maglev|baseline|interpreter|parsing)::|\bv8::internal::(?:\w*Compil\w*|Parser\w*|Scanner\w*|PreParser\w*|Zone|AccountingAllocator|FrameTranslation\w*|IdentityMap\w*|Assembler\w*|MacroAssembler\w*|FeedbackIterator)\b|^_Z+N[A-Z]*2v88internal(?:8compiler|6maglev)/
/** What has such a name, and runs whenever a function is made of code that is compiled already. */
const OF_CLOSURES = /::(?:IsCompiledScope|Compiler::PostInstantiation)\b/
const COLLECTOR =
  /\b(?:cppgc|heap::base)::|\bv8::internal::(?:\(anonymous namespace\)::)?(?:\w*(?:Scaveng|Mark(?:ing|Compact)|Sweep|Evacuat|Collector|Visitor|WeakHandles|Compaction|Worklist)\w*|Heap|GCTracer|MemoryAllocator|MemoryReducer|\w*Space|PagedSpace\w*|TracedHandles|MemoryBalancer|SemiSpace\w*|MutablePage|FreeList\w*)\b/

export function categoryOf(name: string): Category {
  if (name === COMPILED || INTERPRETER.test(name)) return 'JavaScript'
  if (name.startsWith('Builtins_')) return 'V8 builtins'
  if (MEMORY.test(name)) return 'memory'
  if (RUST.test(name) && !STD_CPP.test(name)) return 'HTTP in Rust'
  const own = qualifiedName(name)
  if (MEMORY.test(own)) return 'memory'
  // A template's argument may say whose work it is: a visitor's, a compiler's phase's.
  if (/^(?:v8|cppgc|heap|std)::/.test(own) && COMPILER.test(name) && !OF_CLOSURES.test(own)) return 'V8 compilers'
  if (/^(?:v8|cppgc|heap)::/.test(own)) return COLLECTOR.test(name) ? 'GC' : 'V8 in C++'
  if (/^(?:kj_rs|rust)\b/.test(own)) return 'HTTP in Rust'
  if (own.startsWith('workerd::')) return 'workerd, jsg'
  return own.startsWith('kj::') || own.startsWith('capnp::') ? 'kj' : 'the rest'
}

const MANGLED = /^_Z+N[A-Z]*(\d+)(\w+)/

/** Without what a function returns, takes, and is a template of. */
function qualifiedName(name: string): string {
  // Some names are too much for valgrind.
  const mangled = MANGLED.exec(name)
  if (mangled) return `${mangled[2]!.slice(0, Number(mangled[1]))}::`
  const anonymous = name.replaceAll('(anonymous namespace)', '{anonymous}')
  let depth = 0
  let own = ''
  for (const character of anonymous) {
    if (character === '<') depth++
    if (depth === 0 && character === '(') break
    if (depth === 0) own += character
    if (character === '>' && depth > 0) depth--
  }
  const operator = /\boperator\b.*$/.exec(own)?.[0] ?? ''
  const before = own.slice(0, own.length - operator.length)
  return `${before.slice(before.lastIndexOf(' ') + 1)}${operator}`
}
