# Builds an image of the chat. compose.yaml starts it; docs/deploying.md explains it.
FROM python:3.11-slim-bookworm AS build

RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY pyproject.toml constraints.txt ./

# torch without CUDA takes about 200 MB instead of 3 GB.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --no-deps --index-url "$TORCH_INDEX" --constraint constraints.txt torch

# Install dependencies before copying the code, so that a change to the code doesn't install them again.
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
      > requirements.txt \
    && pip install --constraint constraints.txt --requirement requirements.txt

# `--build-arg EXTRAS=ollama` or `EXTRAS=openai` installs what a language model needs.
ARG EXTRAS=
COPY README.md LICENSE NOTICE ./
COPY assistant assistant
COPY index index
COPY prompts prompts
RUN pip install --constraint constraints.txt ".${EXTRAS:+[$EXTRAS]}"


FROM python:3.11-slim-bookworm

COPY --from=build /venv /venv
RUN useradd --no-create-home --uid 10001 onrecord && install --directory --owner=onrecord /data
USER 10001
WORKDIR /data
ENV PATH=/venv/bin:$PATH \
    HOME=/tmp \
    HF_HUB_OFFLINE=1 \
    ONRECORD_INDEX_DIR=/data \
    ONRECORD_HOST=0.0.0.0 \
    ONRECORD_PORT=7860
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"ONRECORD_PORT\"]}/health', timeout=4)"]
ENTRYPOINT ["onrecord"]
CMD ["serve"]
