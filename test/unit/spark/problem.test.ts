import assert from 'node:assert/strict'
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { toProblem } from '#base/errors.ts'
import { readFault } from '#spark/fault.ts'
import { createGrpcTransport } from '#spark/grpcTransport.ts'
import type { StatementText } from '#spark/position.ts'
import { explain } from '#spark/problem.ts'
import type { FetchErrorDetailsResponse_SparkThrowableSchema } from '#spark/proto/service_pb.ts'
import { ErrorInfoSchema, StatusSchema } from '#spark/proto/status_pb.ts'
import { SparkSession } from '#spark/session.ts'
import { TransportError, type SparkTransport } from '#spark/transport.ts'
import { FakeSpark } from '../../fakes/sparkServer.ts'

const internal = 13

function failure(
  metadata: Record<string, string>,
  message = 'shortened',
  reason = 'org.apache.spark.sql.AnalysisException',
): TransportError {
  const info = anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason, metadata }))
  return new TransportError(internal, message, toBinary(StatusSchema, create(StatusSchema, { code: internal, message, details: [info] })))
}

function textOf(sql: string, before = ''): StatementText {
  return { whole: before + sql, start: before.length, end: before.length + sql.length }
}

describe('Spark problem', () => {
  let spark: FakeSpark
  let transport: SparkTransport
  let session: SparkSession

  before(async () => {
    spark = await FakeSpark.start()
    transport = createGrpcTransport({ host: '127.0.0.1', port: spark.port, tls: false, headers: {} })
    session = new SparkSession({ transport, userId: 'me', clientType: 'test' })
  })

  after(() => {
    transport.dispose()
    spark.dispose()
  })

  /** The problem of a failure that the server knows more about. */
  async function explained(
    message: string,
    sparkThrowable: MessageInitShape<typeof FetchErrorDetailsResponse_SparkThrowableSchema>,
    text: StatementText,
  ) {
    spark.errors.set('e1', { rootErrorIdx: 1, errors: [{ message: 'a cause' }, { message, sparkThrowable }] })
    return toProblem(await explain(failure({ errorId: 'e1', errorClass: 'SHORT' }), session, text))
  }

  it("carries Spark's whole message, class and SQLSTATE, and the range of the text", async () => {
    const problem = await explained(
      '[UNRESOLVED_COLUMN] A column `foo` cannot be resolved.',
      { errorClass: 'UNRESOLVED_COLUMN', sqlState: '42703', queryContexts: [{ startIndex: 7, stopIndex: 9 }] },
      textOf('SELECT foo', '-- x\nSELECT 1;\n'),
    )
    assert.deepEqual(problem, {
      code: 'failed',
      message: '[UNRESOLVED_COLUMN] A column `foo` cannot be resolved.',
      details: {
        sparkClass: 'UNRESOLVED_COLUMN',
        sqlState: '42703',
        exception: 'org.apache.spark.sql.AnalysisException',
        line: 3,
        column: 8,
        start: 22,
        end: 25,
      },
    })
  })

  it('counts the code points of Spark as the UTF-16 units of an editor', async () => {
    const sql = "SELECT '😀😀', föö"
    const problem = await explained('x', { queryContexts: [{ startIndex: 13, stopIndex: 15 }] }, textOf(sql, '😀;\n'))
    const { start = 0, end = 0 } = problem?.details ?? {}
    assert.equal(`😀;\n${sql}`.slice(Number(start), Number(end)), 'föö')
    assert.equal(problem?.details?.['column'], 16)
  })

  it('names the view instead of a place in the cell when the failure lies in a view', async () => {
    const queryContexts = [{ objectType: 'VIEW', objectName: 'spark_catalog.default.v', startIndex: 7, stopIndex: 9 }]
    const { details } = (await explained('x', { queryContexts }, textOf('SELECT * FROM v'))) ?? {}
    assert.deepEqual([details?.['objectType'], details?.['objectName'], details?.['line']], ['VIEW', 'spark_catalog.default.v', undefined])
  })

  it('takes the place of a syntax error from the message, relative to the statement', async () => {
    const message = "[PARSE_SYNTAX_ERROR] Syntax error at or near 'FRM'. SQLSTATE: 42601 (line 2, pos 2)\n\n== SQL ==\nSELECT 1\n  FRM t"
    const { details } = (await explained(message, { errorClass: 'PARSE_SYNTAX_ERROR' }, textOf('SELECT 1\n  FRM t', 'SET a=1;\n  '))) ?? {}
    assert.deepEqual([details?.['line'], details?.['column'], details?.['start'], details?.['end']], [3, 3, 22, 23])
  })

  it('shifts the column of an error in the first line by what stands before the statement', async () => {
    const { details } = (await explained('oops (line 1, pos 0)', {}, textOf('selec', 'SELECT 1; '))) ?? {}
    assert.deepEqual([details?.['line'], details?.['column']], [1, 11])
  })

  it('keeps a position beyond the text inside it', async () => {
    const { details } = (await explained('oops (line 9, pos 99)', {}, textOf('selec'))) ?? {}
    assert.deepEqual([details?.['line'], details?.['start'], details?.['end']], [1, 5, 5])
  })

  it('leaves out the logical plan that one exception drags along', async () => {
    const error = failure(
      { errorClass: 'X' },
      "[X] No such column. SQLSTATE: 42703; line 1 pos 7;\n'Project ['foo]\n+- OneRow",
      'org.apache.spark.sql.catalyst.ExtendedAnalysisException',
    )
    assert.equal(toProblem(await explain(error, session))?.message, '[X] No such column. SQLSTATE: 42703; line 1 pos 7')
  })

  it('keeps the shortened message when the server has forgotten the rest', async () => {
    const problem = toProblem(await explain(failure({ errorId: 'gone', errorClass: 'SHORT' }, '[SHORT] abc'), session))
    assert.deepEqual([problem?.message, problem?.details?.['sparkClass']], ['[SHORT] abc', 'SHORT'])
  })

  it('tells a stopped statement from a failed one', async () => {
    const problem = toProblem(await explain(failure({ errorClass: 'OPERATION_CANCELED', sqlState: 'HY008' }), session))
    assert.equal(problem?.code, 'cancelled')
  })

  for (const reason of ['SESSION_CHANGED', 'SESSION_CLOSED', 'SESSION_NOT_FOUND']) {
    it(`says what is lost with ${reason}`, async () => {
      const problem = toProblem(await explain(failure({ errorClass: `INVALID_HANDLE.${reason}` }), session))
      assert.match(problem?.message ?? '', /temporary views, settings and cached tables are lost/)
      assert.equal(problem?.details?.['sessionLost'], true)
    })
  }

  const connection = [
    [16, 'Invalid authentication token', 'denied'],
    [7, 'no', 'denied'],
    [14, 'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1.', 'unreachable'],
    [14, 'Name resolution failed for target dns:nowhere:15002', 'unreachable'],
    [4, 'Deadline exceeded', 'timeout'],
    [1, 'Call cancelled', 'cancelled'],
    [12, 'Method not found', 'failed'],
  ] as const
  for (const [status, message, code] of connection) {
    it(`is ${code} when the call ends with status ${status}: ${message}`, async () => {
      const problem = toProblem(await explain(new TransportError(status, message), session))
      assert.equal(problem?.code, code)
    })
  }

  it('passes a bug through', async () => {
    const bug = new TypeError('x is undefined')
    assert.equal(await explain(bug, session), bug)
  })

  it('reads a class from the message when the trailer is broken', () => {
    const fault = readFault(new TransportError(internal, '[INVALID_CURSOR.DISCONNECTED] gone', new Uint8Array([255, 255, 1])))
    assert.deepEqual(fault, { status: internal, message: '[INVALID_CURSOR.DISCONNECTED] gone', sparkClass: 'INVALID_CURSOR.DISCONNECTED' })
  })
})
