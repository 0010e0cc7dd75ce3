import assert from 'node:assert/strict'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { commandPlan, queryPlan, resultPlan } from '#spark/plan.ts'
import { PlanSchema, RelationSchema } from '#spark/proto/plan_pb.ts'

/** Bytes of a plan as hex, by the field numbers of Spark's protocol. */
function wire(plan: Parameters<typeof toBinary<typeof PlanSchema>>[1]): string {
  return Buffer.from(toBinary(PlanSchema, plan)).toString('hex')
}

describe('Spark plan', () => {
  it('asks for a query under a limit: root 1, limit 8 (input 1, limit 2), sql 10 (query 1)', () => {
    assert.equal(wire(queryPlan('a', 5)), ['0a0b', '4209', '0a05', '5203', '0a0161', '1005'].join(''))
  })

  it('asks for a query without a limit when all rows are wanted', () => {
    assert.equal(wire(queryPlan('a', Number.MAX_SAFE_INTEGER)), ['0a05', '5203', '0a0161'].join(''))
  })

  it('asks for a command: command 2, sql_command 5 (input 6), sql 10 (query 1)', () => {
    assert.equal(wire(commandPlan('a')), ['1209', '2a07', '3205', '5203', '0a0161'].join(''))
  })

  it("hands a server's relation back unharmed, also where its kind is not known here", () => {
    const cachedRemote = Uint8Array.from([0xaa, 0x02, 0x04, 0x0a, 0x02, 0x78, 0x79]) // cached_remote_relation 37 (relation_id 1)
    const plan = resultPlan(fromBinary(RelationSchema, cachedRemote), 1)
    assert.ok(wire(plan).includes(Buffer.from(cachedRemote).toString('hex')))
  })
})
