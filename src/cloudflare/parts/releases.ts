// Keeps clients on the release of an application that their page was loaded from.

export { createReleases as releases } from '../../balancer/releases/routing.ts'
