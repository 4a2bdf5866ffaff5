# docker build -t bridge .     (podman, buildah: add --format docker, or the health check is lost)
# docker run --read-only -v ./bridge.toml:/etc/bridge/bridge.toml:ro -p 8000:8000 bridge
# Plain instructions only (no heredocs, no --link), so that older builders without BuildKit build it too.

FROM python:3.13-slim AS build
WORKDIR /build

# pip and the build backend stay in this stage: the image's own environment gets neither.
RUN python3 -m venv tools && python3 -m venv --without-pip /opt/bridge

# Every file is checked against the locks, and only wheels are taken: nothing is compiled, no code of a package runs here.
COPY requirements.txt requirements-demo.txt ./
RUN awk '/^[^ ]/ { keep = /^flit-core==/ } keep' requirements-demo.txt > requirements-build.txt \
    && tools/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-build.txt \
    && tools/bin/pip --python /opt/bridge install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

COPY pyproject.toml README.md ./
COPY bridge bridge
RUN tools/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir dist . \
    && tools/bin/pip --python /opt/bridge install --no-cache-dir --no-deps --no-index dist/*.whl


FROM python:3.13-slim
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="bridge" \
      org.opencontainers.image.description="Lets an enterprise's own identity provider sign its people in to a store." \
      org.opencontainers.image.version="${VERSION}"

COPY --from=build /opt/bridge /opt/bridge
# Bytecode was written at build time; at run time nothing needs to be, so the root file system may be read-only.
ENV PATH=/opt/bridge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1

# A number, so that Kubernetes' runAsNonRoot can tell; it owns nothing and has no home.
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM

# http.client, not urllib: a proxy in the environment must not be asked. python3 is there anyway, curl is not.
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
    CMD ["python3", "-I", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]

ENTRYPOINT ["bridge"]
CMD ["serve", "--config", "/etc/bridge/bridge.toml", "--host", "0.0.0.0", "--port", "8000"]
