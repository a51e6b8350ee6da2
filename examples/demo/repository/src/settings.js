/** What the service needs to know of its surroundings; throws when something is missing. */
export function readSettings(environment) {
  return { currency: required(environment, "CURRENCY") };
}

function required(environment, name) {
  const value = environment[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}
