// Ends a stream that grows beyond its limit: no answer of the outside world may fill the disk of a run.
import { Transform } from "node:stream";
import { Refusal } from "./refusal.ts";

export function limitBytes(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > bytesMax) done(new Refusal("TooLarge", `more than ${bytesMax} bytes`));
      else done(null, chunk);
    },
  });
}
