// Why no sandbox can be made on this machine, and the command that mends it, as data and one pure function.

/** What was found out after a trial sandbox had failed (or bubblewrap was not there to try). */
export interface SandboxFacts {
  readonly platform: string;
  readonly isRoot: boolean;
  readonly bubblewrap?: string;
  /** Undefined when root needs it and it is missing. */
  readonly setpriv?: string;
  /** What bubblewrap printed. */
  readonly errorOutput: string;
  /** Values of /proc/sys/<name>, absent where the file does not exist. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Docker, Podman, LXC, Kubernetes. */
  readonly isContainer: boolean;
}

export interface SandboxCause {
  readonly id: string;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** The command or setting that mends it. */
  readonly fix: string;
}

interface CauseRule extends SandboxCause {
  readonly applies: (facts: SandboxFacts) => boolean;
}

export const SYSCTL_USER_NAMESPACES_MAX = "user/max_user_namespaces";
export const SYSCTL_USER_NAMESPACES_ALLOWED = "kernel/unprivileged_userns_clone";
export const SYSCTL_APPARMOR = "kernel/apparmor_restrict_unprivileged_userns";

const APPARMOR_PROFILE = `sudo sh -c 'printf "abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap /usr/bin/bwrap flags=(unconfined) {\\n  userns,\\n}\\n" > /etc/apparmor.d/bwrap && apparmor_parser -r /etc/apparmor.d/bwrap'`;

/** In order: the first that applies is the cause. */
const CAUSES: readonly CauseRule[] = [
  {
    id: "NotLinux",
    message: "Sandboxes need Linux: one-machine mode runs on Linux and on WSL2.",
    fix: "Run Runyard in WSL2, in a Linux virtual machine, or on a Kubernetes cluster.",
    applies: (facts) => facts.platform !== "linux",
  },
  {
    id: "BubblewrapMissing",
    message:
      "bubblewrap (bwrap) is not installed; it is what keeps an agent from reading this machine's files and network.",
    fix: "sudo apt-get install bubblewrap   (Fedora: sudo dnf install bubblewrap; Arch: sudo pacman -S bubblewrap)",
    applies: (facts) => facts.bubblewrap === undefined,
  },
  {
    id: "SetprivMissing",
    message: "Runyard was started by root and setpriv (util-linux) is missing, so containers could not give root up.",
    fix: "sudo apt-get install util-linux, or start Runyard as an ordinary user.",
    applies: (facts) => facts.isRoot && facts.setpriv === undefined,
  },
  {
    id: "BubblewrapTooOld",
    message: "The installed bubblewrap is too old: 0.5 or newer is needed.",
    fix: "sudo apt-get install --only-upgrade bubblewrap",
    applies: (facts) => facts.errorOutput.includes("Unknown option"),
  },
  {
    id: "AppArmor",
    message: "An AppArmor rule of this system (Ubuntu 23.10 and newer) forbids user namespaces to ordinary programs.",
    fix: APPARMOR_PROFILE,
    applies: (facts) => !facts.isRoot && facts.sysctls[SYSCTL_APPARMOR] === "1",
  },
  {
    id: "UserNamespacesOff",
    message: "The kernel setting kernel.unprivileged_userns_clone=0 forbids user namespaces to ordinary users.",
    fix: "sudo sysctl -w kernel.unprivileged_userns_clone=1   (to keep it: a file in /etc/sysctl.d)",
    applies: (facts) => !facts.isRoot && facts.sysctls[SYSCTL_USER_NAMESPACES_ALLOWED] === "0",
  },
  {
    id: "NoUserNamespacesLeft",
    message: "The kernel setting user.max_user_namespaces=0 forbids user namespaces.",
    fix: "sudo sysctl -w user.max_user_namespaces=15000   (to keep it: a file in /etc/sysctl.d)",
    applies: (facts) => facts.sysctls[SYSCTL_USER_NAMESPACES_MAX] === "0",
  },
  {
    id: "InsideContainer",
    message: "This is the inside of a container whose rules forbid making namespaces or mounting /proc.",
    fix: "Start the outer container with: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined --cap-add SYS_ADMIN --cap-add NET_ADMIN …, or run Runyard outside of it.",
    applies: (facts) => facts.isContainer,
  },
];

/** The cause. When no rule applies, bubblewrap's own words are passed on. */
export function explainSandboxFailure(facts: SandboxFacts): SandboxCause {
  const found = CAUSES.find((cause) => cause.applies(facts));
  if (found !== undefined) return { id: found.id, message: found.message, fix: found.fix };
  const words = facts.errorOutput.trim() === "" ? "it printed nothing" : facts.errorOutput.trim();
  return {
    id: "BubblewrapFailed",
    message: `bubblewrap could not make a sandbox: ${words}`,
    fix: "Try it by hand: bwrap --unshare-all --ro-bind / / true",
  };
}
