# The daemon in an image: built from source in one stage, run without root and without a shell in the other.
# What it keeps stands in /var/lib/metamanager, its certificates in /etc/metamanager/certs and ca: a volume for each, or a new container is
# a node without an identity. Modules of the node attach in /run/metamanager: mount it where they see it.
FROM swift:6.3.1-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends binutils libsqlite3-dev libyaml-dev make openssl python3 sqlite3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Makefile Package.swift ./
COPY scripts ./scripts
COPY Sources ./Sources
COPY Tests ./Tests
RUN make static && strip --strip-unneeded -o metamanager .build-static/release/metamanager

FROM debian:12.12-slim
LABEL org.opencontainers.image.title="metamanager" \
      org.opencontainers.image.description="The metadata plane of a Kubernetes edge node" \
      org.opencontainers.image.documentation="docs/operations.md"
RUN apt-get update \
    && apt-get install -y --no-install-recommends libsqlite3-0 libyaml-0-2 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -m 0700 -o 64535 -g 64535 /var/lib/metamanager /etc/metamanager/certs /etc/metamanager/ca \
    && install -d -m 0711 -o 64535 -g 64535 /run/metamanager
COPY --from=build /src/metamanager /usr/bin/metamanager
COPY conf/edge.yaml /etc/metamanager/edge.yaml
# A backtrace takes seconds, and would show what is in memory.
ENV SWIFT_BACKTRACE=enable=no
USER 64535:64535
VOLUME ["/var/lib/metamanager", "/etc/metamanager/certs", "/etc/metamanager/ca"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["/usr/bin/metamanager", "status"]
ENTRYPOINT ["/usr/bin/metamanager"]
CMD ["run", "--config", "/etc/metamanager/edge.yaml"]
