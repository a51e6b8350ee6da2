// The operator's proxy and certificate authorities, as every program finds them in its environment.
import { readFile } from "node:fs/promises";
import type { UpstreamOptions } from "../gateway/upstream.ts";

export async function upstreamOf(environment: NodeJS.ProcessEnv): Promise<UpstreamOptions> {
  const read = (name: string) => environment[name] ?? environment[name.toLowerCase()];
  const [httpProxy, httpsProxy, noProxy] = [read("HTTP_PROXY"), read("HTTPS_PROXY"), read("NO_PROXY")];
  const authorities = environment["NODE_EXTRA_CA_CERTS"];
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
    ...(authorities === undefined ? {} : { certificateAuthorities: [await readFile(authorities, "utf8")] }),
  };
}
