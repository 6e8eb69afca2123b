"""Child processes that do not outlive their parent, even when it is killed and can tell nobody."""

import os
import signal
import threading
import time

GRACE_SECONDS = 15


def end_with_parent() -> None:
    """End this process, first as SIGTERM would, once whoever holds the other end of its standard input is gone."""
    threading.Thread(target=_watch, name="leash", daemon=True).start()


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
