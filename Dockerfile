FROM python:3.11-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libegl1 libgles2 fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements/base.txt requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/base.txt
COPY pyproject.toml README.md LICENSE ./
COPY interview_engine interview_engine
COPY models models
COPY pipelines pipelines
COPY api api
COPY bench bench
COPY .ci/sbom .ci/sbom
RUN python .ci/sbom > sbom.json
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && useradd --create-home --uid 10001 engine && mkdir /weights && chown engine /weights
ENV INTERVIEW_ENGINE_WEIGHTS=/weights
USER engine
RUN interview-engine models pull
EXPOSE 8000
CMD ["interview-engine", "serve", "--host", "0.0.0.0"]
