// Samples, conditions and actions, and whatever is made of them.

export { createRulesEngine as rules } from '../../rules/engine.ts'
