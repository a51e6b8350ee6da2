# The controller and the gateway of a cluster: Node, what `npm run build` made, and its libraries; no shell, no package manager.
# Build the project first: npm run build && docker build -f images/controller.Dockerfile -t runyard/controller:0.1.0 .
FROM node:24-bookworm-slim AS build
WORKDIR /opt/runyard/app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --cache /tmp/npm && rm -rf /tmp/npm
COPY dist dist
# What Node itself needs of the system, and nothing else.
RUN mkdir -p /root-of-image/opt /root-of-image/etc/ssl/certs /root-of-image/usr/local/bin /root-of-image/tmp /root-of-image/var/lib/runyard \
  && cp --parents $(ldd /usr/local/bin/node | grep -o '/[^ ]*') /root-of-image/ \
  && cp /usr/local/bin/node /root-of-image/usr/local/bin/node \
  && find /usr/lib /lib -name 'libnss_*.so.2' -o -name 'libresolv.so.2' | xargs -r -I{} cp --parents {} /root-of-image/ \
  && printf 'hosts: files dns\npasswd: files\n' > /root-of-image/etc/nsswitch.conf \
  && printf 'runyard:x:65532:65532::/tmp:/sbin/nologin\n' > /root-of-image/etc/passwd \
  && printf 'runyard:x:65532:\n' > /root-of-image/etc/group \
  && cp -r /opt/runyard /root-of-image/opt/runyard \
  && mkdir /root-of-image/opt/runyard/bin \
  && printf '#!/usr/local/bin/node\nimport("/opt/runyard/app/dist/programs/controller.js");\n' > /root-of-image/opt/runyard/bin/controller \
  && printf '#!/usr/local/bin/node\nimport("/opt/runyard/app/dist/programs/cluster-gateway.js");\n' > /root-of-image/opt/runyard/bin/gateway \
  && chmod 0755 /root-of-image/opt/runyard/bin/* \
  && chmod 1777 /root-of-image/tmp && chown -R 65532:65532 /root-of-image/var/lib/runyard

FROM scratch
COPY --from=build /root-of-image/ /
USER 65532:65532
WORKDIR /opt/runyard/app
ENV NODE_ENV=production
ENTRYPOINT ["/opt/runyard/bin/controller"]
