import { expect, it } from "vitest";
import { readGatewayAddress } from "../../src/configuration/gateway-address.ts";

const map = (data?: Readonly<Record<string, string>>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "runyard-gateway" },
  ...(data === undefined ? {} : { data }),
});

it("is known when the chart has written the address and the gateway its authority", () => {
  const whole = { address: "runyard-gateway.runyard-system.svc:8443", "ca.crt": "PEM" };

  expect(readGatewayAddress(map(whole))).toEqual({ address: whole.address, authority: "PEM" });
});

it.each([undefined, {}, { address: "host:8443" }, { "ca.crt": "PEM" }, { address: "host:8443", "ca.crt": "" }])(
  "is not known before: %j",
  (data) => {
    expect(readGatewayAddress(map(data))).toBeUndefined();
  },
);
