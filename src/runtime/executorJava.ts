import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installOnce, type InstallContext } from './install.ts'
import { hashOf } from './uv.ts'

/** Spark asks each executor for it, does without it all the same, and the JRE of the stack has not got it. */
const missingModule = '--add-modules=jdk.incubator.vector'

/**
 * A Java home for Spark's executors: its `java` is that of the stack, but for an option that Spark adds to every command and with
 * which the JRE does not start. Not on Windows, where no script can stand for a program.
 */
export async function ensureExecutorJava(java: string, context: InstallContext, signal: AbortSignal): Promise<string> {
  const script = scriptFor(java)
  const make = async (temporary: string): Promise<void> => {
    const file = join(temporary, 'bin', 'java')
    await mkdir(join(temporary, 'bin'))
    await writeFile(file, script)
    await chmod(file, 0o755)
  }
  await mkdir(join(context.cache, 'tools'), { recursive: true })
  return installOnce(join(context.cache, 'tools', `executor-java-${hashOf([script])}`), { ...context, make }, signal)
}

function scriptFor(java: string): string {
  return [
    '#!/bin/sh',
    'for option do',
    '  shift',
    `  [ "$option" = ${missingModule} ] || set -- "$@" "$option"`,
    'done',
    `exec '${java.replaceAll("'", String.raw`'\''`)}' "$@"`,
    '',
  ].join('\n')
}
