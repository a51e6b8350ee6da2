// Go's time.Duration as a value. Its texts are read and printed by duration.ts.
import { formatGoDuration } from "./duration.ts";
import { GoObject, type GoValue } from "./go-value.ts";

export class GoDuration extends GoObject {
  readonly goType = "time.Duration";
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    super();
    this.nanoseconds = nanoseconds;
  }

  override toString(): string {
    return formatGoDuration(this.nanoseconds);
  }

  override toJsonValue(): GoValue {
    return this.nanoseconds;
  }

  override method(name: string): (() => GoValue) | undefined {
    const seconds = Number(this.nanoseconds) / 1e9;
    const answers: Record<string, GoValue> = {
      Nanoseconds: this.nanoseconds,
      Microseconds: this.nanoseconds / 1_000n,
      Milliseconds: this.nanoseconds / 1_000_000n,
      Seconds: seconds,
      Minutes: seconds / 60,
      Hours: seconds / 3600,
      String: this.toString(),
    };
    const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
    return answer === undefined ? undefined : () => answer;
  }
}
