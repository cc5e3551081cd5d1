# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/coop
WORKDIR /src
# Dependencies first: they change seldom, and their layer is kept.
COPY requirements.lock ./
RUN /opt/coop/bin/pip install --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY cli ./cli
COPY commands ./commands
COPY config ./config
COPY dialogs ./dialogs
COPY sandbox ./sandbox
COPY storage ./storage
COPY templates ./templates
# Compiled once, here: who runs the bot may not write in these folders, so that each start would compile everything.
RUN /opt/coop/bin/pip install --no-deps --no-build-isolation . \
    && /opt/coop/bin/pip uninstall --yes pip \
    && find /opt/coop -name __pycache__ -prune -exec rm -rf {} + \
    && /opt/coop/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/coop/lib

FROM python:3.12-slim
LABEL org.opencontainers.image.title="coop-bot" \
      org.opencontainers.image.description="Le bot Mattermost des conseillers numériques" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/coop coop
COPY --from=build /opt/coop /opt/coop
ENV PATH=/opt/coop/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    COOP_HOST=0.0.0.0 \
    COOP_PORT=8066 \
    COOP_DATA_DIR=/var/lib/coop
USER 10001
WORKDIR /var/lib/coop
VOLUME /var/lib/coop
EXPOSE 8066
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('COOP_PORT', '8066')}/healthz\", timeout=2)"]
ENTRYPOINT ["coop-bot"]
CMD ["serve"]
