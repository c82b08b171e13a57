// Names as callgrind writes them of workerd.

import { expect, it } from 'vitest'

import { categoryOf } from './categories.ts'
import { COMPILED } from './profile.ts'

it.each([
  ['JavaScript', COMPILED],
  ['JavaScript', 'Builtins_GetNamedPropertyHandler'],
  ['JavaScript', 'Builtins_InterpreterEntryTrampoline'],
  ['V8 builtins', 'Builtins_StringIndexOf'],
  ['V8 builtins', 'Builtins_KeyedStoreIC_Megamorphic'],
  [
    'V8 in C++',
    'v8::internal::String::Utf8Length(v8::internal::Isolate*, v8::internal::DirectHandle<v8::internal::String>)',
  ],
  ['V8 in C++', 'void v8::internal::LookupIterator::Start<false>()'],
  ['V8 in C++', 'v8::internal::HeapObject::SizeFromMap(v8::internal::Tagged<v8::internal::Map>) const'],
  [
    'V8 in C++',
    '_ZN2v88internal11PropertyKeyC2INS0_6ObjectENS0_12DirectHandleEQsr3stdE16is_convertible_vIT0_IT_ENS4_IS6_EE',
  ],
  [
    'V8 in C++',
    'v8::internal::IsCompiledScope::IsCompiledScope(v8::internal::Tagged<v8::internal::SharedFunctionInfo>)',
  ],
  [
    'GC',
    'heap::base::SlotCallbackResult v8::internal::Scavenger::ScavengeObject<v8::internal::FullHeapObjectSlot>(int)',
  ],
  [
    'GC',
    'void v8::internal::BodyDescriptorBase::IterateJSObjectBodyImpl<v8::internal::ScavengerCopiedObjectVisitor>(int)',
  ],
  ['GC', 'cppgc::internal::BasePage::heap() const'],
  ['V8 compilers', 'v8::internal::compiler::GraphReducer::Reduce(v8::internal::compiler::Node*)'],
  [
    'V8 compilers',
    'std::__1::__tree_node<v8::internal::maglev::ValueNode*, void*>* std::__1::__tree<int>::find<int>(int const&)',
  ],
  ['workerd, jsg', 'workerd::api::(anonymous namespace)::getHeaderKeyFor(kj::StringPtr)'],
  [
    'workerd, jsg',
    'auto workerd::api::Headers::Headers(workerd::jsg::Lock&, kj::HttpHeaders const&)::$_0::operator()<kj::StringPtr>(int) const',
  ],
  ['workerd, jsg', '_ZNH7workerd3jsg11DictWrapper9tryUnwrapIN2kj6StringES4_RNS_6server12_GLOBAL__N_1'],
  ['kj', 'kj::_::HeapDisposer<workerd::api::Headers::Header>::disposeImpl(void*) const'],
  [
    'kj',
    'kj::Maybe<unsigned long> kj::HashIndex<kj::HashMap<void const*, kj::Own<void> >::Callbacks>::insert<int>(int)',
  ],
  ['HTTP in Rust', '<hyper::proto::h1::role::Server as hyper::proto::h1::Http1Transaction>::parse'],
  ['HTTP in Rust', 'http::header::map::hash_elem_using::<http::header::name::HeaderName>'],
  ['HTTP in Rust', 'std::rt::lang_start_internal'],
  ['memory', 'tcmalloc::tcmalloc_internal::FreeSmallSlow(void*, std::__1::optional<unsigned long>, unsigned long)'],
  ['memory', 'operator new[](unsigned long)'],
  ['memory', 'void tcmalloc::tcmalloc_internal::(anonymous namespace)::InvokeHooksAndFreePages<int>(void*, int)'],
  ['memory', '__memcpy_avx_unaligned_erms'],
  ['memory', 'free'],
  ['memory', '__rustc::__rdl_alloc'],
  ['the rest', 'std::__1::basic_string<char, std::__1::char_traits<char> >::append(char const*, unsigned long)'],
  ['the rest', '__memcmp_avx2_movbe'],
  ['the rest', 'freelocale'],
])('finds %s in %s', (category, name) => {
  expect(categoryOf(name)).toBe(category)
})
