// Outside credentials, read from Secrets when they are needed and remembered for seconds, so that a rotated one is used
// soon. Values never leave this program and never enter a message.
import type { Clock } from "../platform/clock.ts";
import type { ResourceReader } from "../platform/resource-store.ts";
import { SECRET } from "../resources/core.ts";
import { Refusal } from "./refusal.ts";

const SECRET_CACHE_MS = 10_000;
const SECRETS_CACHED_MAX = 200;

export class Secrets {
  readonly #store: ResourceReader;
  readonly #clock: Clock;
  readonly #namespace: string;
  readonly #cache = new Map<string, { readonly values: Readonly<Record<string, string>>; readonly until: number }>();

  constructor(options: { readonly store: ResourceReader; readonly clock: Clock; readonly namespace: string }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#namespace = options.namespace;
  }

  /** One decoded value; Misconfigured, naming secret and key, when it is missing or empty. */
  async read(secret: string, key: string): Promise<string> {
    const value = (await this.#values(secret))[key];
    if (value === undefined || value === "") {
      throw new Refusal("Misconfigured", `the Secret ${this.#namespace}/${secret} has no key "${key}": create it`);
    }
    return value;
  }

  async #values(secret: string): Promise<Readonly<Record<string, string>>> {
    const now = this.#clock.now();
    const known = this.#cache.get(secret);
    if (known !== undefined && known.until > now) return known.values;
    const object = await this.#store.get(SECRET, { namespace: this.#namespace, name: secret });
    if (object === undefined) throw new Refusal("Misconfigured", `there is no Secret ${this.#namespace}/${secret}`);
    const values = Object.fromEntries(
      Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
    );
    if (this.#cache.size >= SECRETS_CACHED_MAX) this.#cache.clear();
    this.#cache.set(secret, { values, until: now + SECRET_CACHE_MS });
    return values;
  }
}
