# What agents' pods and the steps of workflows run: git, a common toolchain, the coding agents, and the agent program. It holds no
# credential. Build the project first: npm run build && docker build -f images/agent.Dockerfile -t runyard/agent:0.1.0 .
# Need another toolchain? FROM this image, install it, and name yours in images.agent of values.yaml.
FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    ca-certificates git curl jq patch unzip xz-utils ripgrep procps build-essential python3 python3-venv python3-pip pkg-config \
  && rm -rf /var/lib/apt/lists/*
# The versions that the project is tested with. Their native programs are linked: the wrappers of npm pass no signals on.
RUN npm install --global --no-audit --no-fund --cache /tmp/npm @openai/codex@0.169.0 @anthropic-ai/claude-code@2.1.330 \
  && rm -rf /tmp/npm \
  && ln -sf "$(find /usr/local/lib/node_modules/@openai -path '*/vendor/*/bin/codex' -type f)" /usr/local/bin/codex \
  && ln -sf "$(find /usr/local/lib/node_modules/@anthropic-ai -path '*claude-code-linux-*/claude' -type f)" /usr/local/bin/claude \
  && codex --version && claude --version
WORKDIR /opt/runyard/app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --cache /tmp/npm && rm -rf /tmp/npm
COPY dist dist
# Loaded once, so that every container starts with what Node has compiled of it.
RUN mkdir -p /opt/runyard/bin \
  && printf '#!/bin/sh\nexport NODE_COMPILE_CACHE=/opt/runyard/compiled\nexec node --min-semi-space-size=16 /opt/runyard/app/dist/programs/agent.js "$@"\n' > /opt/runyard/bin/agent \
  && chmod 0755 /opt/runyard/bin/agent \
  && /opt/runyard/bin/agent load \
  && printf 'runyard:x:65532:65532::/tmp:/bin/sh\n' >> /etc/passwd \
  && printf 'runyard:x:65532:\n' >> /etc/group
USER 65532:65532
WORKDIR /tmp
ENV HOME=/tmp
ENTRYPOINT ["/opt/runyard/bin/agent"]
