import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { PlanSchema, type Plan, type Relation, type RelationSchema } from './proto/plan_pb.ts'

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

function limitPlan(input: MessageInitShape<typeof RelationSchema>, limit: number): Plan {
  return create(PlanSchema, { opType: { case: 'root', value: { relType: { case: 'limit', value: { input, limit } } } } })
}
