import type { Environment } from '#runtime/places.ts'

/** Variables that would change what a service does: other people's keys, class paths, settings of another Spark or of the editor. */
const foreign =
  /^(?:AWS_|SPARK_|PYSPARK_|HADOOP_|HIVE_|_?MLFLOW_|PREFECT_|STREAMLIT_|UVICORN_|ELECTRON_|VSCODE_|CLASSPATH$|JAVA_HOME$|JDK_JAVA_OPTIONS$|PYTHONHOME$|PYTHONPATH$|PYTHONDONTWRITEBYTECODE$)/

/** The environment of a service: that of its starter without what would lead it astray, and its own variables. */
export function serviceEnv(env: Environment, own: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]) => (value === undefined || foreign.test(name) ? [] : [[name, value]]))
  return { ...Object.fromEntries(kept), ...own }
}
