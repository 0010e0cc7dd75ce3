// `node scripts/docker.ts`: builds the test images on the engine that DOCKER_HOST names, and prints the lines that a
// project's .env needs to run with them.
import { createDockerBed } from '../test/docker/bed.ts'

const host = process.env['DOCKER_HOST']
if (host === undefined) throw new Error('DOCKER_HOST names no engine.')
for (const [name, image] of Object.entries(await createDockerBed(host).imageVariables())) process.stdout.write(`${name}=${image}\n`)
