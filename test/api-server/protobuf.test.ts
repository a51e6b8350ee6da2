import { describe, expect, it } from "vitest";
import { parseProtobuf } from "../../src/api-server/protobuf.ts";

const varint = (value: number): readonly number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const bytes = (number: number, content: Buffer | string): Buffer => {
  const body = Buffer.from(content);
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(body.length)]), body]);
};
const integer = (number: number, value: number): Buffer => Buffer.from([...varint(number * 8), ...varint(value)]);
const join = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);
const body = (kind: string, raw: Buffer): Buffer =>
  join(Buffer.from("k8s\0"), bytes(1, join(bytes(1, "v1"), bytes(2, kind))), bytes(2, raw));

describe("a protobuf body", () => {
  it("is read as the JSON that it stands for", () => {
    const owner = join(bytes(1, "Pod"), bytes(3, "p"), bytes(4, "u"), bytes(5, "v1"), integer(6, 1), integer(7, 0));
    const metadata = join(
      bytes(1, "a"),
      bytes(2, ""),
      bytes(8, ""),
      bytes(9, integer(1, 1_800_000_000)),
      integer(10, 300),
      bytes(11, join(bytes(1, "x"), bytes(2, "y"))),
      bytes(11, join(bytes(1, "empty"))),
      bytes(13, owner),
      bytes(14, "one"),
      bytes(14, "two"),
      bytes(17, "skipped"),
    );
    const secret = join(
      bytes(1, metadata),
      bytes(2, join(bytes(1, "k"), bytes(2, Buffer.from([0, 255])))),
      integer(5, 1),
    );

    expect(parseProtobuf(body("Secret", secret))).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "a",
        deletionTimestamp: "2027-01-15T08:00:00Z",
        deletionGracePeriodSeconds: 300,
        labels: { x: "y", empty: "" },
        ownerReferences: [
          { apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true, blockOwnerDeletion: false },
        ],
        finalizers: ["one", "two"],
      },
      data: { k: "AP8=" },
      immutable: true,
    });
  });

  it("keeps the microseconds of a lease's times", () => {
    const spec = join(
      bytes(1, "me"),
      integer(2, 15),
      bytes(4, join(integer(1, 1_800_000_000), integer(2, 123_456_789))),
    );

    expect(parseProtobuf(body("Lease", bytes(2, spec)))).toMatchObject({
      spec: { holderIdentity: "me", leaseDurationSeconds: 15, renewTime: "2027-01-15T08:00:00.123456Z" },
    });
  });

  it.each([
    ["another prefix", Buffer.from("json{}"), 400],
    ["a type that is not read", body("Pod", Buffer.alloc(0)), 415],
    ["a field that is not known", body("ConfigMap", bytes(99, "x")), 400],
    ["a length beyond the end", body("ConfigMap", Buffer.from([10, 50, 1])), 400],
    ["a number without an end", body("ConfigMap", Buffer.from([32, 255])), 400],
    ["a number that is too long", body("ConfigMap", Buffer.from([32, ...Array.from({ length: 11 }, () => 255)])), 400],
    ["a wire type that no field has", body("ConfigMap", Buffer.from([5, 0, 0, 0, 0])), 400],
    ["a number instead of a message", body("ConfigMap", integer(1, 5)), 400],
    ["bytes instead of a flag", body("ConfigMap", bytes(4, "x")), 400],
  ])("with %s is refused", (_what, content, code) => {
    expect(() => parseProtobuf(content)).toThrow(
      expect.objectContaining({ status: expect.objectContaining({ code }) }),
    );
  });
});
