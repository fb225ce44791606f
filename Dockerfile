# Producer and loader in one image, two commands; `--target sandbox` has the sandbox and the project's files too.
# Not built yet where this was written: no container engine at hand. Linted by hadolint (make lint).
FROM python:3.11-slim AS programs-build
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY producer producer
COPY loader loader
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -c constraints.txt '.[programs]'

FROM python:3.11-slim AS base
RUN useradd --uid 10001 --create-home carefloe && install -d -o carefloe -g carefloe /app /sandbox
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
# Whatever runs here needs a broker; one that cannot be reached is told in `docker ps` before the program gives up.
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
    CMD ["python", "-c", "import os, socket; host, _, port = os.environ['KAFKA_BOOTSTRAP_SERVERS'].split(',')[0].rpartition(':'); socket.create_connection((host, int(port)), 5)"]

FROM base AS sandbox-build
COPY . .
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -c constraints.txt -e '.[programs,sandbox]' \
    && touch .venv/installed

FROM base AS sandbox
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
COPY --from=sandbox-build --chown=carefloe:carefloe /app /app
USER 10001
# Up in the background and deployed to; then it waits for SIGTERM and takes both down.
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s CMD ["test", "-f", "/sandbox/deployed"]
CMD ["sh", "-c", "rm -f /sandbox/deployed; trap 'python -m sandbox down --dir /sandbox; exit 0' TERM INT; python -m sandbox up --dir /sandbox && make deploy SANDBOX=/sandbox && touch /sandbox/deployed && while :; do sleep 1; done"]

FROM base AS programs
COPY --from=programs-build /app/.venv /app/.venv
USER 10001
CMD ["carefloe-loader", "run"]
