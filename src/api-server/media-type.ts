// What form of answer a client accepts: plain objects, Tables, metadata only, or aggregated discovery.
// Source: Kubernetes API concepts, "Resource representations" and "Receiving resources as Tables".
import { StatusError } from "./status-error.ts";

export type Representation = "object" | "table" | "partial" | "aggregatedDiscovery";

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The first range of the Accept header that we can answer with. 406 when there is none. */
export function negotiate(accept: string | undefined, offered: readonly Representation[]): Representation {
  const ranges = parseAccept(accept === undefined || accept.trim() === "" ? "*/*" : accept);
  for (const range of ranges) {
    const representation = representationOf(range);
    if (representation !== undefined && offered.includes(representation)) return representation;
  }
  throw new StatusError({
    code: 406,
    reason: "NotAcceptable",
    message: "only the following media types are accepted: application/json",
  });
}

/** The media type of a Content-Type header, in lower case, without parameters; JSON when the header is missing. */
export function contentTypeOf(header: string | undefined): string {
  const type = (header ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return type === "" ? "application/json" : type;
}

function parseAccept(accept: string): readonly MediaRange[] {
  return accept.split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    return {
      type: type.toLowerCase(),
      parameters: new Map(parameters.map((parameter) => splitOnce(parameter))),
    };
  });
}

function splitOnce(parameter: string): [string, string] {
  const at = parameter.indexOf("=");
  return at < 0 ? [parameter, ""] : [parameter.slice(0, at).trim(), parameter.slice(at + 1).trim()];
}

function representationOf({ type, parameters }: MediaRange): Representation | undefined {
  if (type !== "application/json" && type !== "application/*" && type !== "*/*") return undefined;
  const form = parameters.get("as");
  if (form === undefined) return "object";
  return FORMS.get([form, parameters.get("g"), parameters.get("v")].join(" "));
}

/** By `as`, `g` and `v`. */
const FORMS: ReadonlyMap<string, Representation> = new Map<string, Representation>([
  ["Table meta.k8s.io v1", "table"],
  ["PartialObjectMetadata meta.k8s.io v1", "partial"],
  ["PartialObjectMetadataList meta.k8s.io v1", "partial"],
  ["APIGroupDiscoveryList apidiscovery.k8s.io v2", "aggregatedDiscovery"],
]);
