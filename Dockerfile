# The whole program, `serve` and every other command of `manage.py`. How to run it: docs/deployment.md.

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /srv/passerelle
COPY requirements/base.txt requirements/
# Layers keep whole seconds only, and what was compiled or collected is compared with the time of its source: so times
# are made whole before anything is compiled.
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv install --no-cache-dir --no-compile --require-hashes -r requirements/base.txt \
    && find /opt/venv -exec touch --no-dereference --date="@$(date +%s)" {} + \
    && /opt/venv/bin/python -m compileall -q /opt/venv/lib
COPY . .
# With settings of a developer's machine, whose keys stay behind in this stage. A page that names a missing file fails here.
RUN find . -exec touch --no-dereference --date="@$(date +%s)" {} + \
    && /opt/venv/bin/python -m compileall -q . \
    && DJANGO_SETTINGS_MODULE=backend.settings VAR_DIR=/tmp/var /opt/venv/bin/python -c \
    "import django; django.setup(); from backend.core.static import collect_static_files; collect_static_files()"

FROM python:3.11.14-slim-bookworm
RUN groupadd --gid 10001 passerelle \
    && useradd --uid 10001 --gid passerelle --no-create-home --home-dir /var/lib/passerelle \
    --shell /usr/sbin/nologin passerelle \
    && install --directory --owner=passerelle --group=passerelle --mode=750 /var/lib/passerelle
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/passerelle /srv/passerelle
# A new volume begins with these; after an upgrade `serve` collects anew.
COPY --from=build --chown=passerelle:passerelle /tmp/var/static /var/lib/passerelle/static
ENV PATH=/opt/venv/bin:$PATH VAR_DIR=/var/lib/passerelle PYTHONUNBUFFERED=1
WORKDIR /srv/passerelle
USER passerelle
VOLUME /var/lib/passerelle
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--host", "0.0.0.0"]
