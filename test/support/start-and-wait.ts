// Starts a pod and then does nothing: stands for an engine that a test kills. Arguments: data directory, pod as JSON.
import { openSupervisedPodRunner } from "../../src/platform/embedded/supervised-pod-runner.ts";
import type { Pod } from "../../src/resources/pod.ts";
import { SEARCH_PATH, waitFor } from "./pods.ts";

const [dataDirectory = "", text = ""] = process.argv.slice(2);
const pod = JSON.parse(text) as Pod;
const runner = await openSupervisedPodRunner({ dataDirectory, path: SEARCH_PATH });
await runner.start(pod, {});
await waitFor(runner, pod, (state) => state.containers[0]?.state === "running");
console.log("running");
setInterval(() => undefined, 1000);
