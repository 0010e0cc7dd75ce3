// Entry of docker.cjs: the client library of container engines and what packs a build context, loaded on first use.
import ignore from '@balena/dockerignore'

export { default as Docker } from 'dockerode'
export { pack } from 'tar-fs'

// SAFETY: the package is this function; its types take it for a member.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const dockerIgnore = ignore as unknown as typeof ignore.default
