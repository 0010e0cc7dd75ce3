import { createGrpcTransport } from '#spark/grpcTransport.ts'
import { FakeSpark } from '../../fakes/sparkServer.ts'
import { contractQuery, sparkContract } from '../../support/sparkContract.ts'
import { batchMessage } from '../../support/sparkMessages.ts'

describe('fake Spark server', () => {
  let spark: FakeSpark

  before(async () => {
    spark = await FakeSpark.start()
    spark.token = 'right'
    spark.answers.set(contractQuery, { messages: [batchMessage(0, 1)] })
  })

  after(() => spark.dispose())

  sparkContract((token = 'right') => createGrpcTransport({ host: '127.0.0.1', port: spark.port, tls: false, token, headers: {} }))
})
