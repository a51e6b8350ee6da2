import { createServer, type AddressInfo } from "node:net";
import { connect } from "node:tls";
import { describe, expect, it } from "vitest";
import { ALLOWED_HOSTS_MAX, decideTunnel, parseAllowedHosts } from "../../../src/gateway/egress/allowed-hosts.ts";
import { isPublicAddress } from "../../../src/gateway/egress/public-address.ts";
import { readServerName } from "../../../src/gateway/egress/read-server-name.ts";

describe("an address", () => {
  it.each(["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:2800:220:1::1", "2a00:1450::1"])(
    "%s is public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "example.com",
    "127.1",
    "",
  ])("%j is not public", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("a list of hosts", () => {
  it("is kept in lower case", () => {
    expect(parseAllowedHosts(["API.example.com", "*.example.com"])).toEqual(["api.example.com", "*.example.com"]);
  });

  it.each([
    ["a text", "example.com"],
    ["a number", [1]],
    ["a star alone", ["*"]],
    ["a star inside", ["a.*.com"]],
    ["a top level domain", ["com"]],
    ["an address", ["1.2.3.4"]],
    ["a port", ["example.com:443"]],
    ["an address of a page", ["https://example.com"]],
    ["too many", Array.from({ length: ALLOWED_HOSTS_MAX + 1 }, (_, index) => `h${index}.example.com`)],
  ])("is refused with %s", (_name, value) => {
    expect(parseAllowedHosts(value)).toHaveProperty("problem");
  });
});

describe("a tunnel", () => {
  const allowed = ["api.example.com", "*.wild.example.com"];

  it.each([
    ["api.example.com:443", { kind: "open", host: "api.example.com", port: 443 }],
    ["API.Example.com:80", { kind: "open", host: "api.example.com", port: 80 }],
    ["api.example.com.:443", { kind: "open", host: "api.example.com" }],
    ["a.b.wild.example.com:443", { kind: "open", host: "a.b.wild.example.com" }],
    ["wild.example.com:443", { kind: "refuse" }],
    ["evilwild.example.com:443", { kind: "refuse" }],
    ["api.example.com.evil.com:443", { kind: "refuse" }],
    ["x.api.example.com:443", { kind: "refuse" }],
    ["api.example.com:8443", { kind: "refuse" }],
    ["api.example.com", { kind: "refuse" }],
    ["user@api.example.com:443", { kind: "refuse" }],
    ["127.0.0.1:443", { kind: "refuse" }],
    ["[::1]:443", { kind: "refuse" }],
    ["2130706433:443", { kind: "refuse" }],
    ["localhost:443", { kind: "refuse" }],
    ["", { kind: "refuse" }],
  ])("to %j", (authority, expected) => {
    expect(decideTunnel(authority, allowed)).toMatchObject(expected);
  });
});

describe("the server name of a TLS connection", () => {
  async function clientHello(servername: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on("data", (chunk) => {
        chunks.push(chunk);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", servername });
    await new Promise<void>((resolve) => client.once("error", () => resolve()));
    await new Promise((resolve) => server.close(resolve));
    return Buffer.concat(chunks);
  }

  it("is read from what a real client sends", async () => {
    expect(readServerName(await clientHello("API.example.com"))).toEqual({ kind: "name", name: "api.example.com" });
  });

  it("is missing where the client sends none", async () => {
    expect(readServerName(await clientHello(""))).toEqual({ kind: "none" });
  });

  it("needs the whole first message", async () => {
    const hello = await clientHello("api.example.com");

    for (const length of [0, 1, 4, 5, 40, hello.length - 1]) {
      expect(readServerName(hello.subarray(0, length))).toEqual({ kind: "incomplete" });
    }
  });

  it.each([
    ["plain HTTP", Buffer.from("GET / HTTP/1.1\r\n")],
    ["a short text", Buffer.from("GET")],
    ["another handshake", Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
    ["a message that lies about its lengths", Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 9])],
  ])("is not in %s", (_name, bytes) => {
    expect(readServerName(bytes)).toEqual({ kind: "none" });
  });

  it("is not a name of another type", async () => {
    const hello = await clientHello("api.example.com");
    const at = hello.indexOf("api.example.com") - 3;
    hello[at] = 1;

    expect(readServerName(hello)).toEqual({ kind: "none" });
  });
});
