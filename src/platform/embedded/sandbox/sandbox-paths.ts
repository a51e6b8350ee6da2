// Where things are inside a container's sandbox. One table, so that builder, init and tests agree.

/** The tmpfs that holds everything of Runyard inside the sandbox. */
export const INSTALLATION = "/opt/runyard";
/** Runyard's own node, whatever node the host has. */
export const NODE = "/opt/runyard/node";
export const PROGRAMS = "/opt/runyard/bin";
/** Last on PATH: a `node` for programs that need one where the host's /usr has none. */
export const FALLBACK_PROGRAMS = "/opt/runyard/fallback";
export const APPLICATION = "/opt/runyard/app";
/** What Node has compiled of our programs, for Node: see compile-ahead.ts. */
export const COMPILED = "/opt/runyard/compiled";
/** On the host, among the prepared files. */
export const COMPILED_FOLDER = "compiled";
/** Tells Node where it is. Only our own programs are told. */
export const COMPILE_CACHE_VARIABLE = "NODE_COMPILE_CACHE";
export const TOOLCHAINS = "/opt/toolchains";
export const HOME = "/home/runyard";
/** The directories of the two sockets are bound, not the sockets: a restarted listener makes a new file. */
export const GATEWAY_DIRECTORY = "/run/runyard/gateway";
export const GATEWAY_SOCKET = "/run/runyard/gateway.sock";
export const API_DIRECTORY = "/run/runyard/api";
export const API_SOCKET = "/run/runyard/api.sock";
/** What the forwarder listens on, on the loopback of the container. */
export const GATEWAY_PORT = 8080;
export const API_PORT = 6443;
export const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";
export const TERMINATION_LOG = "/dev/termination-log";

/** Directories a sandbox always has for writing, in memory, one per container. */
export const SCRATCH: readonly string[] = ["/tmp", "/var/tmp", "/dev/shm", HOME];

/**
 * Files and directories of the host's /etc that programs need to start, find certificates and know the time.
 * Nothing else of /etc is visible: no hosts, no resolver, no accounts, no git or ssh configuration.
 */
export const ETC_ALLOWED: readonly string[] = [
  "alternatives",
  "ca-certificates",
  "ca-certificates.conf",
  "crypto-policies/back-ends",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "mime.types",
  "pki/ca-trust/extracted",
  "pki/tls/cert.pem",
  "pki/tls/certs",
  "pki/tls/openssl.cnf",
  "protocols",
  "services",
  "ssl/certs",
  "ssl/openssl.cnf",
];

/** Top-level directories of the host that a sandbox sees, read-only, or as the same symbolic link. */
export const SYSTEM_ROOTS: readonly string[] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
