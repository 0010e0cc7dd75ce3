import { parentPort } from 'node:worker_threads'
import { createTableReads } from '#app/deltaReads.ts'
import type { TableReads } from '#app/tableReads.ts'
import { threadPort } from '#app/threadPort.ts'
import type { ReadsHost } from '#app/workerReads.ts'
import { Peer } from '#protocol/rpc.ts'
import { openStore, renewCredentials } from '#storage/openStore.ts'
import type { CredentialSource } from '#storage/storeSpec.ts'

/** Entry of worker.cjs: Delta reads behind a Peer. Secrets are asked of the host, since a provider cannot cross threads. */
if (!parentPort) throw new Error('This file runs in a worker thread.')
const credentials: CredentialSource = async (connection, signal) => (await host.call('credentials', { connection }, signal)) ?? undefined
const host: Peer<TableReads, ReadsHost> = new Peer<TableReads, ReadsHost>(
  threadPort(parentPort),
  createTableReads(
    spec => openStore(spec, credentials),
    connection => renewCredentials(credentials, connection),
  ),
)
