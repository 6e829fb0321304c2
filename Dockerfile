# The whole product in one image: the program, its data and its built-in model; nothing is fetched when it starts.
FROM python:3.11-slim AS build
RUN pip install --no-cache-dir uv==0.9.11
WORKDIR /app
COPY . .
RUN uv sync --frozen --no-dev --no-editable --compile-bytecode

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 tuppence && install --directory --owner tuppence --mode 0700 /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 TUPPENCE_HOME=/data TUPPENCE_USER=admin
USER tuppence
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["tuppence", "serve", "--host", "0.0.0.0", "--port", "8765"]
