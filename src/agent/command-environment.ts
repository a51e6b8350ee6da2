// The environment of setup, gates and the agent's tools: plain settings and the addresses of the gateway; the only
// credential in it is the container's own token for the gateway's registries.
import type { StageContainer } from "./container.ts";

export function commandEnvironment(container: StageContainer, home: string): Readonly<Record<string, string>> {
  const { run } = container;
  return {
    PATH: container.path,
    HOME: home,
    TMPDIR: "/tmp",
    LANG: "C.UTF-8",
    CI: "true",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: run.profile.githubApp,
    GIT_AUTHOR_EMAIL: "agent@users.noreply.github.com",
    GIT_COMMITTER_NAME: run.profile.githubApp,
    GIT_COMMITTER_EMAIL: "agent@users.noreply.github.com",
    ...proxySettings(container),
    ...run.environment,
    ...run.secretFiles,
  };
}

/** Hosts of egress.allow are reached through the gateway's CONNECT; the gateway itself is not. */
function proxySettings({ gatewayUrl, token }: StageContainer): Readonly<Record<string, string>> {
  const proxy = new URL(gatewayUrl);
  const direct = `127.0.0.1,localhost,${proxy.hostname}`;
  proxy.username = "runyard";
  proxy.password = token;
  const address = proxy.toString().replace(/\/$/, "");
  return {
    HTTPS_PROXY: address,
    https_proxy: address,
    NO_PROXY: direct,
    no_proxy: direct,
  };
}

/**
 * Makes the home of the commands and tells npm its registry there. By a file: the variable that would carry the token has
 * a name that some shells do not hand on. Other tools are set up by the repository's own setup.
 */
export async function writeToolSettings(
  { run, gatewayUrl, token, files }: StageContainer,
  home: string,
): Promise<void> {
  await files.makeDirectory(home);
  if (!run.registries.includes("npm")) return;
  const address = `${gatewayUrl}/registry/npm/`;
  const lines = [
    `registry=${address}`,
    `${address.replace(/^https?:/, "")}:_authToken=${token}`,
    "update-notifier=false",
    "audit=false",
    "fund=false",
  ];
  await files.write(`${home}/.npmrc`, `${lines.join("\n")}\n`, 0o600);
}
