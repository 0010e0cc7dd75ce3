import type { ExecutePlanResponse_ExecutionProgress } from '#spark/proto/service_pb.ts'

/** How far a statement is, over the stages that Spark has planned so far. */
export interface StatementProgress {
  readonly tasks: number
  readonly tasksDone: number
  readonly tasksRunning: number
  readonly stages: number
  readonly stagesDone: number
  readonly bytesRead: number
}

export function progressOf({ stages, numInflightTasks }: ExecutePlanResponse_ExecutionProgress): StatementProgress {
  return {
    tasks: sum(stages.map(stage => stage.numTasks)),
    tasksDone: sum(stages.map(stage => stage.numCompletedTasks)),
    tasksRunning: Number(numInflightTasks),
    stages: stages.length,
    stagesDone: stages.filter(stage => stage.done).length,
    bytesRead: sum(stages.map(stage => stage.inputBytesRead)),
  }
}

function sum(values: readonly bigint[]): number {
  return Number(values.reduce((total, value) => total + value, 0n))
}
