// A connection to an address that has been checked.
import { connect, type Socket } from "node:net";
import { Refusal } from "../refusal.ts";

const CONNECT_TIMEOUT_MS = 15_000;

/** A connected socket; Unavailable when nobody answers there. */
export function openDirect(address: string, port: number): Promise<Socket> {
  const socket = connect({ host: address, port });
  return new Promise((resolve, reject) => {
    const fail = () => {
      socket.destroy();
      reject(new Refusal("Unavailable", `${address}:${port} does not answer`));
    };
    socket.setTimeout(CONNECT_TIMEOUT_MS, fail);
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.off("error", fail);
      socket.removeAllListeners("timeout");
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}
