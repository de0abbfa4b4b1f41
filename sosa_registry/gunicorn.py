"""How gunicorn serves the registry: `gunicorn -c sosa_registry/gunicorn.py sosa_registry.wsgi`.

One process with four threads is right for one machine and embedded SQLite, and stays under
150 MB. Behind a proxy on a larger one set WEB_CONCURRENCY; anything else can be given to gunicorn
itself (`--bind`, `--access-logfile -`, or GUNICORN_CMD_ARGS), which wins over this file.
"""

import os
import resource
import shutil
from pathlib import Path

from sosa_registry.silence import give_up_on_silence

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "sosa_registry.patience.PatientWorker"  # threads that no slow client holds
workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
threads = 4

# Who is connected costs a descriptor, and nothing else until a whole request is there.
worker_connections = 4_000
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 3 * worker_connections), most))
backlog = 2_048

# The application is loaded once, before forking, so that workers share its memory. Nothing may
# therefore connect to the database at import: a connection must not cross a fork.
preload_app = True

# A reader is told that the database does not answer; an import in the worker takes its time.
os.environ.setdefault("STATEMENT_SECONDS", "30")
post_fork = give_up_on_silence

timeout = 60  # a full export of a large registry takes longer than gunicorn's 30 s
keepalive = 5  # the next page of someone reading is a click away
max_requests = 20_000  # memory that fragments is given back now and then …
max_requests_jitter = 2_000  # … by one worker at a time

accesslog = None  # `sosa_registry.watching` writes a line a request
control_socket_disable = True  # nobody steers this server but its supervisor
# The heartbeat file must not wait for a disk that is busy writing.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# Figures of several processes are added up in files, which begin anew with the server.
if os.environ.get("METRICS_TOKEN") and workers > 1:
    figures = Path(__file__).resolve().parent.parent / "var" / "figures"
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(figures))
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True)
