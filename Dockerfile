# syntax=docker/dockerfile:1

FROM node:22-bookworm-slim AS node

# The same steps as on a developer's machine; `cargo xtask build` knows which tools it needs.
FROM rust:1.95-bookworm AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && rustup target add wasm32-unknown-unknown
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/root/.cache \
    --mount=type=cache,target=/root/.npm \
    --mount=type=cache,target=/source/target \
    cargo xtask build --release \
    && mkdir /out \
    && cp target/release/iit-server target/release/iit-worker /out/

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libpq5 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin iit \
    && install --directory --owner iit --group iit --mode 0700 /var/lib/iit
COPY --from=build /out/ /usr/local/bin/
USER iit
ENV IIT_LISTEN=0.0.0.0:8080 \
    IIT_METRICS_LISTEN=0.0.0.0:8001 \
    IIT_STORAGE=file:/var/lib/iit
VOLUME /var/lib/iit
EXPOSE 8080 8001
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["iit-server", "health"]
# The worker is the same image with `iit-worker` as its command.
CMD ["iit-server", "serve"]
