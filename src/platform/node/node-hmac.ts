// HMAC by Node's crypto module.
import { createHmac } from "node:crypto";
import type { Hmac } from "../hmac.ts";

export const nodeHmac: Hmac = (algorithm, key, message) => createHmac(algorithm, key).update(message).digest();
