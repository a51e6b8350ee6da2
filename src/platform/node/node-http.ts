// Node's HTTP, for programs that start often. An `import` of "node:http" reads all that it exports, and with that loads the
// WebSocket client too: some 30 ms of every start, and several MB, for what none of our programs uses.

export const { createServer, request } = process.getBuiltinModule("node:http");
