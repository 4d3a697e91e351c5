"""How gunicorn serves Renkei, in `make run` and in production alike."""

import gc
import os

# No request holds or waits for a lock, or asks the database, for longer; commands and the worker may.
_LIMITS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
}
os.environ["PG_LIMITS"] = os.environ.get("PG_LIMITS") or " ".join(
    f"-c {name}={limit}" for name, limit in _LIMITS.items()
)

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads keep slow clients from stopping the site; behind a buffering proxy one is enough.
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
if threads == 1:
    # A process takes a request when it is free; else some wait behind a slow one while another is idle.
    worker_connections, keepalive = 1, 0
# Loaded once, before the workers are forked: they share its memory and start in no time.
# New code therefore needs a restart of the service; HUP starts new workers of the old code.
preload_app = True
timeout = 60
graceful_timeout = 30
max_requests = 20_000
max_requests_jitter = 2_000
# The control socket would lie in the home directory of whoever starts the server.
control_socket_disable = True


def when_ready(server: object) -> None:
    """What is loaded stays: never collected, it is shared by all workers, and each has less to search."""
    gc.collect()
    gc.freeze()
