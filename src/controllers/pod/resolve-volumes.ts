// The contents of a pod's volumes: ConfigMaps, Secrets and ServiceAccount tokens, read when the pod starts. Tokens are
// bound to the pod, and made anew before they expire.
import type { TokenIssuer } from "../../platform/identity.ts";
import type { VolumeFile, VolumeFiles } from "../../platform/pod-runner.ts";
import { hasCode } from "../../platform/errors.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { CONFIG_MAP, SECRET, SERVICE_ACCOUNT } from "../../resources/core.ts";
import type { Container, KeyToPath, Pod, ProjectedSource, Volume, VolumeMount } from "../../resources/pod.ts";
import type { PodWait } from "./summarize-pod.ts";

/** Kubernetes' default life of a projected token, and the shortest it allows. */
const TOKEN_SECONDS = 3600;
const TOKEN_SECONDS_MIN = 600;
const TOKEN_MODE = 0o600;
/** The volume that Kubernetes' admission adds for the ServiceAccount. */
export const API_ACCESS_VOLUME = "runyard-api-access";
const API_ACCESS_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface VolumeSources {
  readonly store: ResourceReader;
  readonly tokens: TokenIssuer;
  /** Audience of tokens for the API, where a volume names none. */
  readonly apiAudience: string;
  /** PEM; what the API's certificate is checked against. */
  readonly apiCertificateAuthority: string;
}

export interface ResolvedVolumes {
  /** As it is run: with the ServiceAccount's volume, where it is mounted. */
  readonly pod: Pod;
  readonly files: VolumeFiles;
  /** When the first token expires, milliseconds since the epoch; undefined without tokens. */
  readonly tokensExpireAt: number | undefined;
}

export type Resolution =
  | { readonly kind: "resolved"; readonly volumes: ResolvedVolumes }
  /** A ConfigMap, Secret, key or account does not exist yet. */
  | { readonly kind: "missing"; readonly wait: PodWait };

export async function resolveVolumes(given: Pod, sources: VolumeSources): Promise<Resolution> {
  try {
    const pod = await addApiAccess(given, sources.store);
    const resolver = new VolumeResolver(pod, sources);
    const files: Record<string, readonly VolumeFile[]> = {};
    for (const volume of pod.spec.volumes ?? []) files[volume.name] = await resolver.filesOf(volume);
    return { kind: "resolved", volumes: { pod, files, tokensExpireAt: resolver.tokensExpireAt } };
  } catch (error) {
    if (error instanceof MissingSource) {
      return { kind: "missing", wait: { reason: "CreateContainerConfigError", message: error.message } };
    }
    throw error;
  }
}

/** Volumes with tokens, and the life they were asked for. */
export function hasTokens(volume: Volume): boolean {
  return (volume.projected?.sources ?? []).some((source) => "serviceAccountToken" in source);
}

class MissingSource extends Error {}

/** As Kubernetes' ServiceAccount admission: unless it was declined, every container gets the account's token. */
async function addApiAccess(pod: Pod, store: ResourceReader): Promise<Pod> {
  const name = pod.spec.serviceAccountName ?? "default";
  const account = await store.get(SERVICE_ACCOUNT, { namespace: pod.metadata.namespace ?? "", name });
  if (account === undefined && pod.spec.serviceAccountName !== undefined) {
    throw new MissingSource(`serviceaccount "${name}" not found`);
  }
  const isWanted = pod.spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
  if (!isWanted || account === undefined) return pod;
  const token = { path: "token", expirationSeconds: TOKEN_SECONDS };
  const volume: Volume = { name: API_ACCESS_VOLUME, projected: { sources: [{ serviceAccountToken: token }] } };
  const { initContainers, containers, volumes } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withApiMount) }),
      containers: containers.map(withApiMount),
      volumes: [...(volumes ?? []), volume],
    },
  };
}

function withApiMount(container: Container): Container {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some(({ mountPath }) => mountPath === API_ACCESS_PATH)) return container;
  const mount: VolumeMount = { name: API_ACCESS_VOLUME, mountPath: API_ACCESS_PATH, readOnly: true };
  return Object.assign({}, container, { volumeMounts: [...mounts, mount] });
}

class VolumeResolver {
  readonly #pod: Pod;
  readonly #sources: VolumeSources;
  tokensExpireAt: number | undefined;

  constructor(pod: Pod, sources: VolumeSources) {
    this.#pod = pod;
    this.#sources = sources;
  }

  async filesOf(volume: Volume): Promise<readonly VolumeFile[]> {
    if (volume.configMap !== undefined) return await this.#configMapFiles(volume.configMap);
    const projected = volume.projected;
    if (projected === undefined) return [];
    const files: VolumeFile[] = [];
    for (const source of projected.sources) files.push(...(await this.#projectedFiles(source)));
    if (volume.name === API_ACCESS_VOLUME) files.push(...this.#apiFiles());
    const mode = projected.defaultMode;
    return mode === undefined ? files : files.map((file) => withMode(file, file.mode ?? mode));
  }

  #apiFiles(): readonly VolumeFile[] {
    return [
      { path: "ca.crt", content: this.#sources.apiCertificateAuthority },
      { path: "namespace", content: this.#namespace() },
    ];
  }

  async #projectedFiles(source: ProjectedSource): Promise<readonly VolumeFile[]> {
    if ("configMap" in source) return await this.#configMapFiles(source.configMap);
    if ("secret" in source) return await this.#secretFiles(source.secret);
    const { audience, expirationSeconds, path } = source.serviceAccountToken;
    const seconds = Math.max(expirationSeconds ?? TOKEN_SECONDS, TOKEN_SECONDS_MIN);
    return [{ path, content: await this.#issue(audience ?? this.#sources.apiAudience, seconds), mode: TOKEN_MODE }];
  }

  async #issue(audience: string, expirationSeconds: number): Promise<string> {
    const { name, uid = "" } = this.#pod.metadata;
    const serviceAccount = this.#pod.spec.serviceAccountName ?? "default";
    const request = { namespace: this.#namespace(), serviceAccount, audience, expirationSeconds, pod: { name, uid } };
    try {
      const { token, expiresAt } = await this.#sources.tokens.issue(request);
      this.tokensExpireAt = Math.min(this.tokensExpireAt ?? Infinity, expiresAt);
      return token;
    } catch (error) {
      if (hasCode(error, "NotFound")) throw new MissingSource(error.message);
      throw error;
    }
  }

  async #configMapFiles(source: FileSource): Promise<readonly VolumeFile[]> {
    const object = await this.#sources.store.get(CONFIG_MAP, { namespace: this.#namespace(), name: source.name });
    const data = object === undefined ? undefined : { ...object.data, ...decoded(object.binaryData) };
    return pick(`configmap "${source.name}"`, data, source);
  }

  async #secretFiles(source: FileSource): Promise<readonly VolumeFile[]> {
    const object = await this.#sources.store.get(SECRET, { namespace: this.#namespace(), name: source.name });
    const data = object === undefined ? undefined : { ...decoded(object.data), ...object.stringData };
    const files = pick(`secret "${source.name}"`, data, source);
    return files.map((file) => withMode(file, TOKEN_MODE));
  }

  #namespace(): string {
    return this.#pod.metadata.namespace ?? "";
  }
}

function withMode({ path, content }: VolumeFile, mode: number): VolumeFile {
  return { path, content, mode };
}

interface FileSource {
  readonly name: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

type Data = Readonly<Record<string, string | Uint8Array>>;

function pick(what: string, data: Data | undefined, source: FileSource): readonly VolumeFile[] {
  if (data === undefined) {
    if (source.optional === true) return [];
    throw new MissingSource(`${what} not found`);
  }
  if (source.items === undefined) return Object.entries(data).map(([path, content]) => ({ path, content }));
  return source.items.flatMap(({ key, path }) => {
    const content = Object.hasOwn(data, key) ? data[key] : undefined;
    if (content !== undefined) return [{ path, content }];
    if (source.optional === true) return [];
    throw new MissingSource(`${what} has no key "${key}"`);
  });
}

function decoded(data: Readonly<Record<string, string>> | undefined): Data {
  const entries = Object.entries(data ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Uint8Array.from(atob(value), (char) => char.charCodeAt(0))]),
  );
}
