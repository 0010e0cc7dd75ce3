import { createGrpcTransport } from '#spark/grpcTransport.ts'
import { liveStack, type LiveStack } from '../support/liveStack.ts'
import { sparkContract } from '../support/sparkContract.ts'

describe('Spark Connect server', function () {
  this.timeout(60_000)
  let spark: LiveStack['spark']

  before(function () {
    spark = liveStack(this).spark
  })

  sparkContract((token = spark.token) => createGrpcTransport({ host: spark.host, port: spark.port, tls: false, token, headers: {} }))
})
