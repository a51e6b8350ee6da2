// Contract cases: what a kind's schema does to an object. For CodeRun, whose schema has defaults and required fields.
import { expect } from "vitest";
import { refusal, type ContractCase } from "./resource-store-fixtures.ts";

const PRUNING = "Custom resources, Field pruning";
const DEFAULTING = "Custom resources, Defaulting";
const VALIDATION = "Custom resources, Validation";

export function schemaCases(contractCase: ContractCase): void {
  contractCase("unknown fields are pruned", PRUNING, async (context) => {
    const { store, kind, make } = context;
    const object = make("a");

    const created = await store.create(kind, {
      ...object,
      extra: 1,
      spec: { ...object.spec, mystery: true },
    } as typeof object);

    expect(created).not.toHaveProperty("extra");
    expect(created.spec).not.toHaveProperty("mystery");
  });

  contractCase("fields below a preserving schema are kept", PRUNING, async (context) => {
    const { store, kind, make } = context;
    const object = make("a");
    const cliConfig = { cliType: "codex", model: "scripted", settings: { any: { thing: [1, "two"] } } };

    const created = await store.create(kind, { ...object, spec: { ...object.spec, cliConfig } });

    expect(created.spec?.["cliConfig"]).toEqual(cliConfig);
  });

  contractCase("missing fields get their defaults, given ones keep their values", DEFAULTING, async (context) => {
    const { store, kind, make } = context;
    const object = make("a");

    const created = await store.create(kind, {
      ...object,
      spec: { ...object.spec, contextVersion: 7, docsBranch: null },
    });

    expect(created.spec).toMatchObject({ docsBranch: "main", contextVersion: 7, continueSession: false, env: {} });
  });

  contractCase("a wrong type is Invalid with the path of the field", VALIDATION, async (context) => {
    const { store, kind, make, key } = context;
    const object = make("a");

    const error = await refusal(store.create(kind, { ...object, spec: { ...object.spec, taskId: "seven" } }));

    expect([error.code, error.causes.map((cause) => cause.field)]).toEqual(["Invalid", ["spec.taskId"]]);
    expect(await store.get(kind, key("a"))).toBeUndefined();
  });

  contractCase("a missing required field is Invalid with its path", VALIDATION, async (context) => {
    const { store, kind, make } = context;
    const object = make("a");
    const { model: _model, ...spec } = object.spec ?? {};

    const error = await refusal(store.create(kind, { ...object, spec }));

    expect([error.code, error.causes.map((cause) => cause.field)]).toEqual(["Invalid", ["spec.model"]]);
  });

  contractCase("an update and a status are validated too", VALIDATION, async (context) => {
    const { store, kind, make, key } = context;
    const created = await store.create(kind, make("a"));

    const wrongSpec = { ...created, spec: { ...created.spec, taskId: -1 } };
    const wrongStatus = { ...created, status: { retryCount: "many" } };

    expect((await refusal(store.update(kind, wrongSpec))).causes.map((cause) => cause.field)).toEqual(["spec.taskId"]);
    expect((await refusal(store.updateStatus(kind, wrongStatus))).causes.map((cause) => cause.field)).toEqual([
      "status.retryCount",
    ]);
    expect(await store.get(kind, key("a"))).toEqual(created);
  });
}
