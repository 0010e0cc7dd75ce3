/** A Python program that logs a run with parameters and a metric to a server, for a first look at it. */
export function firstRunProgram(trackingUri: string, experiment: string): string {
  return `# pip install mlflow-skinny
import mlflow

mlflow.set_tracking_uri(${pythonText(trackingUri)})
mlflow.set_experiment(${pythonText(experiment)})

with mlflow.start_run(run_name="first run"):
    mlflow.log_params({"learning_rate": 0.1, "epochs": 50})
    loss = 1.0
    for epoch in range(50):
        loss *= 0.93
        mlflow.log_metric("loss", loss, step=epoch)
    mlflow.log_text("Logged by a first run.", "notes/readme.txt")
`
}

/** A Python literal: JSON's texts are among them, but for what it leaves unescaped beyond ASCII, which Python takes as it is. */
function pythonText(text: string): string {
  return JSON.stringify(text)
}
