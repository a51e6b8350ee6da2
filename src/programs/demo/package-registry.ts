// A stand-in for an npm registry with one package, so that the demonstration installs a real dependency without network.
import { createServer } from "node:http";
import type { PackedPackage } from "./pack-package.ts";
import { listenOnLoopback, type LoopbackServer } from "./loopback-server.ts";

export interface PackageRegistry extends LoopbackServer {
  /** How often the package itself was fetched. */
  downloads(): number;
}

const NAME = "tiny-money";
const VERSION = "1.2.0";
const TARBALL_PATH = `/${NAME}/-/${NAME}-${VERSION}.tgz`;

/** Answers the metadata and the tarball of the package, by the name it was asked by; everything else is 404. */
export async function startPackageRegistry(packed: PackedPackage): Promise<PackageRegistry> {
  let downloads = 0;
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    if (request.method === "GET" && path === `/${NAME}`) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(metadataOf(packed, `http://${request.headers.host}`)));
    } else if (request.method === "GET" && path === TARBALL_PATH) {
      downloads += 1;
      response.writeHead(200, {
        "content-type": "application/octet-stream",
        "content-length": packed.tarball.length,
      });
      response.end(packed.tarball);
    } else {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
    }
  });
  const loopback = await listenOnLoopback(server);
  return { ...loopback, downloads: () => downloads };
}

function metadataOf({ integrity }: PackedPackage, url: string): unknown {
  const dist = { tarball: `${url}${TARBALL_PATH}`, integrity };
  const version = { name: NAME, version: VERSION, type: "module", exports: "./index.js", dist };
  return { name: NAME, "dist-tags": { latest: VERSION }, versions: { [VERSION]: version } };
}
