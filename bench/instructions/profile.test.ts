// callgrind's file as valgrind 3.19 writes it, shortened: names once, then their numbers; inlined files; calls; a recursion.

import { expect, it } from 'vitest'

import { COMPILED, parseProfile } from './profile.ts'

const FILE = `# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 24216
cmd:  /usr/bin/workerd serve worker.capnp --control-fd=3
part: 1

desc: Trigger: dump

positions: line
events: Ir
summary: 14


ob=(6) /usr/bin/workerd
fl=(160) ???
fn=(1362) kj::heapString(unsigned long)
0 1000
cob=(3) /usr/lib/libc.so.6
cfi=(167) memset.S
cfn=(662) __memset_avx2_unaligned_erms
calls=3000 167 
0 33000
+4 20
fi=(168) string.h
* 5
-12 6

fn=(12) work(int)
0 100
cfn=(13) work(int)'2
calls=1 0 
0 40

fn=(13)
0 40

fn=(1362)
16 7

ob=(3)
fn=(662)
1 8583005
2

ob=(2) ???
fn=(26112) 0x0000000064006000
0 11
cfn=(39286) 0x0000000064023380
calls=1 0 
0 22

fn=(39286)
0 22

totals: 8584216
`

it('counts what each function executed itself, and not what it called', () => {
  expect([...parseProfile(FILE, ['Ir']).self]).toEqual([
    ['kj::heapString(unsigned long)', 1038],
    ['work(int)', 140],
    ['__memset_avx2_unaligned_erms', 8583005],
    [COMPILED, 33],
  ])
})

it('counts every instruction of the file', () => {
  expect(parseProfile(FILE, ['Ir']).total).toBe(8584216)
})

it('refuses a file whose functions do not add up to its last line', () => {
  expect(() => parseProfile(FILE.replace('+4 20', '+4 21'), ['Ir'])).toThrow(
    "callgrind's file is not understood: its functions have 8584217 of Ir, its last line '8584216'",
  )
  expect(() => parseProfile(FILE.replace(/totals.*/, ''), ['Ir'])).toThrow("its last line 'none'")
})

it('refuses counts of something else', () => {
  expect(() => parseProfile(FILE, ['ILmr', 'DLmr'])).toThrow("callgrind counted 'Ir' in place of 'ILmr DLmr'")
  expect(() => parseProfile('', ['Ir'])).toThrow("callgrind counted 'nothing' in place of 'Ir'")
})

it('adds up the events that are asked for; zeros at the end of a line are not written', () => {
  const file = `events: Ir Dr I1mr ILmr DLmr

fn=(1) free
0 100 30 7 5 2
+1 40
cfn=(2) work(int)
calls=1 0
0 900 90 90 90 90

fn=(2)
* 900 1 0 3

totals: 1040 31 7 8 2
`
  expect([...parseProfile(file, ['ILmr', 'DLmr']).self]).toEqual([
    ['free', 7],
    ['work(int)', 3],
  ])
  expect(parseProfile(file, ['Ir']).total).toBe(1040)
})
