// The hosts that a run may reach through the gateway's tunnels, beside the gateway's own routes.

export interface EgressList {
  /** Replaces the list of the caller's own run. Repeatable. Invalid names the entry that is no host. */
  allow(hosts: readonly string[]): Promise<void>;
}
