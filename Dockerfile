# newsarchive in a container: the workspace is mounted at /archive, and `newsarchive run` crawls what is due.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE requirements-container.lock ./
RUN python -m venv /opt/newsarchive \
    && /opt/newsarchive/bin/pip install --no-cache-dir --require-hashes --requirement requirements-container.lock
COPY archive archive
COPY crawler crawler
RUN /opt/newsarchive/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel . \
    && /opt/newsarchive/bin/pip install --no-cache-dir --no-deps --no-index /wheel/newsarchive-*.whl

FROM python:3.13-slim
COPY --from=build /opt/newsarchive /opt/newsarchive
ENV PATH=/opt/newsarchive/bin:$PATH \
    NEWSARCHIVE_WORKSPACE=/archive \
    PYTHONUNBUFFERED=1
RUN useradd --uid 1000 --create-home newsarchive \
    && install --directory --owner newsarchive /archive
USER 1000
WORKDIR /archive
VOLUME /archive
EXPOSE 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["newsarchive", "run", "--check"]
ENTRYPOINT ["newsarchive"]
CMD ["run"]
