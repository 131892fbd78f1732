# The same packages and the same lock as ./facteur setup; nothing is fetched when it runs.
FROM debian:bookworm-slim

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates python3 python3-venv redis-tools tesseract-ocr \
      tesseract-ocr-fra tesseract-ocr-eng tesseract-ocr-nld tesseract-ocr-deu tesseract-ocr-spa tesseract-ocr-ita \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --home-dir /var/lib/facteur --create-home --shell /usr/sbin/nologin facteur \
 && chmod 700 /var/lib/facteur

WORKDIR /opt/facteur
COPY requirements.lock .
RUN python3 -m venv .venv \
 && .venv/bin/python -m pip install --no-cache-dir --no-input --disable-pip-version-check --require-hashes -r requirements.lock

COPY . .
RUN .venv/bin/python -m babel.messages.frontend compile -d app/translations

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_THREAD_LIMIT=1 \
    FACTEUR_DATA_DIR=/var/lib/facteur \
    FACTEUR_HOST=0.0.0.0 \
    FACTEUR_INTAKE_SMTP_HOST=0.0.0.0 \
    PATH=/opt/facteur/.venv/bin:$PATH

USER facteur
VOLUME /var/lib/facteur
EXPOSE 8000 2525

# Alone it is a whole installation, as ./facteur run is; compose.yaml starts each part by itself.
CMD ["python", "-m", "deploy", "run"]
