// Compiles the regular expressions of rules and of checks.

export { patternOf as patterns } from '../../pattern/compile.ts'
