import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { PlanSchema, type Plan, type Relation, type RelationSchema } from './proto/plan_pb.ts'

/** The largest limit that the protocol can say. */
const mostRows = 2_147_483_647

/** A statement as a query: the server runs it as part of a plan, so it must be nothing else (see sqlText.ts). */
export function queryPlan(sql: string, limitRows: number): Plan {
  return limitPlan({ relType: { case: 'sql', value: { query: sql } } }, limitRows)
}

/** A statement as a command: the server runs it once, before it answers. */
export function commandPlan(sql: string): Plan {
  const input = { relType: { case: 'sql', value: { query: sql } } } as const
  return create(PlanSchema, {
    opType: { case: 'command', value: { commandType: { case: 'sqlCommand', value: { input } } } },
  })
}

/** The first rows of what a command answered with. */
export function resultPlan(relation: Relation, limitRows: number): Plan {
  return limitPlan(relation, limitRows)
}

/** Every limit brings all rows into one partition first, so there is none where it cuts nothing. */
function limitPlan(input: MessageInitShape<typeof RelationSchema>, limit: number): Plan {
  const value = limit > mostRows ? input : ({ relType: { case: 'limit', value: { input, limit } } } as const)
  return create(PlanSchema, { opType: { case: 'root', value } })
}
