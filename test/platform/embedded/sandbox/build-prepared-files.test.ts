import { expect, it } from "vitest";
import { buildPreparedFiles } from "../../../../src/platform/embedded/sandbox/build-prepared-files.ts";

const REQUEST = {
  uid: 7,
  gid: 8,
  node: "/opt/runyard/node",
  application: "/opt/runyard/app",
  home: "/home/runyard",
  source: { folder: "dist", extension: "js" },
};

it("the pod's user has a name, and the agent program has the name it has in the cluster's image", () => {
  const files = buildPreparedFiles({ ...REQUEST, compiled: "/opt/runyard/compiled" });

  const content = Object.fromEntries(files.map((file) => [file.path, file.content]));
  expect(content["passwd"]).toBe("runyard:x:7:8:Runyard pod:/home/runyard:/bin/sh\n");
  expect(content["group"]).toBe("runyard:x:8:\n");
  expect(content["bin/agent"]).toBe(
    "#!/bin/sh\nexport NODE_COMPILE_CACHE=/opt/runyard/compiled\n" +
      'exec /opt/runyard/node --min-semi-space-size=16 /opt/runyard/app/dist/programs/agent.js "$@"\n',
  );
  expect(files.filter((file) => file.mode === 0o755).map((file) => file.path)).toEqual(["bin/agent", "fallback/node"]);
});

it("without a place for compiled code, the agent program compiles its own", () => {
  const agent = buildPreparedFiles(REQUEST).find((file) => file.path === "bin/agent");

  expect(agent?.content).toBe(
    '#!/bin/sh\nexec /opt/runyard/node --min-semi-space-size=16 /opt/runyard/app/dist/programs/agent.js "$@"\n',
  );
});
