import { createApp } from "./app.js";
import { readSettings } from "./settings.js";

const app = createApp(readSettings(process.env));
app.listen(Number(process.env.PORT ?? 8000), "127.0.0.1", () => {
  process.stdout.write(`listening on ${app.address().port}\n`);
});
