# syntax=docker/dockerfile:1
# A small Debian with « python » 3.11 or newer and its venv; deploy/image.sh makes one where no registry is at hand.
ARG BASE=python:3.12-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# For « strip » alone, which takes 40 MB of symbols away; this stage is thrown away, and no compiler is in the last one.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils
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
# What « coop-bot --version » says of the commit, since .git is not here: --build-arg COMMIT="$(…)", as deploy/image.sh does.
ARG COMMIT=
RUN if [ -n "$COMMIT" ]; then printf '%s\n' "$COMMIT" > cli/build.txt; fi
# Compiled once, here: who runs the bot may not write in these folders, so that each start would compile everything.
# What only builds, tests and symbols are for stays behind.
RUN /opt/coop/bin/pip install --no-deps --no-build-isolation . \
    && /opt/coop/bin/pip uninstall --quiet --yes editables hatchling pathspec pluggy setuptools trove-classifiers \
    && /opt/coop/bin/pip uninstall --quiet --yes pip \
    && find /opt/coop/lib \( -name __pycache__ -o -path '*/site-packages/*/tests' -o -path '*/site-packages/sqlalchemy/testing' \) \
        -prune -exec rm -rf {} + \
    && find /opt/coop/lib -name '*.so' -exec strip --strip-unneeded {} + \
    && /opt/coop/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/coop/lib

FROM ${BASE}
LABEL org.opencontainers.image.title="coop-bot" \
      org.opencontainers.image.description="Le bot Mattermost des conseillers numériques" \
      org.opencontainers.image.licenses="Apache-2.0"
# The second folder is for backups, where there are some: a new volume mounted there is the bot’s to write in.
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/coop coop \
    && install --directory --owner coop --mode 0700 /var/backups/coop
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
