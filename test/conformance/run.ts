// `npm run conformance -- oracles PATH…`: compares our languages and rules with what the real programs answered.
// `npm run conformance -- workflows PATH…`: compares whole workflows with what real Argo recorded.
import { findTableFiles, formatDifference, readTable, runTable, TableError } from "./oracle-tables.ts";
import { runWorkflows } from "./workflows.ts";

const usage = `usage: npm run conformance -- oracles PATH…   (table files or folders of them)
       npm run conformance -- workflows PATH… (manifests, or folders of them, of the conformance corpus)`;

const [suite, ...paths] = process.argv.slice(2);
process.exitCode = await runSuite();

async function runSuite(): Promise<number> {
  try {
    if (suite === "oracles" && paths.length > 0) return await runOracles();
    if (suite === "workflows" && paths.length > 0) return await runWorkflows(paths);
    console.error(usage);
    return 2;
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    console.error(`conformance: ${error.message}`);
    return 2;
  }
}

async function runOracles(): Promise<number> {
  let passedCount = 0;
  let failedCount = 0;
  const missing: string[] = [];
  // All are read before the first is run: a table that cannot be read ends the run before it says anything.
  for (const table of findTableFiles(paths).map(readTable)) {
    const result = await runTable(table);
    for (const difference of result.differences) {
      console.log(formatDifference(result.table, difference));
    }
    if (result.isMissing) {
      missing.push(`${table.table} (${table.cases.length} cases)`);
    }
    passedCount += result.passedCount;
    failedCount += table.cases.length - result.passedCount;
    console.log(`${table.table}: ${result.passedCount} of ${table.cases.length}`);
  }
  for (const table of missing) {
    console.log(`!!! NO EVALUATOR for table ${table}: add test/conformance/tables/<table>.ts`);
  }
  console.log(`${passedCount} passed, ${failedCount} failed`);
  return failedCount === 0 && passedCount > 0 ? 0 : 1;
}
