"""The worker: one job at a time, a heartbeat beside it, the timetable and the reaper in between."""

import logging
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from django.db import Error as DatabaseError
from django.db import close_old_connections, connections, reset_queries
from django_tasks_db.models import DBTaskResult

from backend.core.models import uuid7
from backend.jobs import services
from backend.jobs.selectors import DEAD_AFTER

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
BEAT_SECONDS = 5.0
CHORES = {services.reap_jobs: 10.0, services.enqueue_due_periods: 1.0}
"""What a worker does between jobs, and how many seconds apart."""
STOP_SECONDS = 9
"""What a job may still take after SIGTERM; then it is broken off and given back."""
FENCE_SECONDS = DEAD_AFTER.total_seconds() - 2 * BEAT_SECONDS
"""A worker that could not give a sign of life for so long ends itself, before others take its job for orphaned."""


class BrokenOffError(BaseException):
    """The worker has to end now; not an Exception, so that no job takes it for a failure of its own."""


class Worker:
    """Run jobs until SIGTERM or SIGINT; a job under way is finished if it can be."""

    def __init__(self) -> None:
        self.id = uuid7()
        self.place = f"{socket.gethostname()} process {os.getpid()}"
        self.is_stopping = False
        self.is_in_job = False
        self.beaten_at = -math.inf

    def run(self) -> None:
        """The loop: chores, then one job, then a short sleep if there was none."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGALRM, self._on_alarm)
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        due = dict.fromkeys(CHORES, 0.0)
        while not self.is_stopping:
            close_old_connections()
            try:
                for chore, seconds in CHORES.items():
                    if time.monotonic() >= due[chore]:
                        due[chore] = time.monotonic() + seconds
                        chore()
                # Who gave no sign of life is taken for dead, and has to take nothing.
                task = services.claim_job(self.id) if self._silence() < FENCE_SECONDS else None
            except DatabaseError as error:
                self._wait_for_database(error)
                continue
            if task is None:
                time.sleep(POLL_SECONDS)
            else:
                self._perform(task)
            reset_queries()
        with suppress(DatabaseError):  # unsaid, it shows when the heartbeats stay away
            services.end_worker(self.id)

    def _perform(self, task: DBTaskResult) -> None:
        self.is_in_job = True
        try:
            task.task.call(*task.args_kwargs["args"], **task.args_kwargs["kwargs"])
            self.is_in_job = False
            self._write_down(services.finish_job, task)
        except BrokenOffError:
            self._write_down(services.release_job, task)
        except Exception as error:
            self.is_in_job = False
            self._write_down(services.fail_job, task, error)
        finally:
            self.is_in_job = False
            signal.alarm(0)

    def _write_down(self, service: Callable[..., None], *args: Any) -> None:
        """Say how it ended, however long the database takes to listen; unsaid, the job would stay with us for ever."""
        while True:
            try:
                service(*args)
                return
            except DatabaseError as error:
                if self.is_stopping:
                    raise
                self._wait_for_database(error)

    def _wait_for_database(self, error: DatabaseError) -> None:
        logger.warning("worker: the database does not answer (%s); trying again", type(error).__name__)
        connections.close_all()
        time.sleep(1)

    # --- the heartbeat, in a thread of its own -----------------------------------------------------------------------

    def _silence(self) -> float:
        return time.monotonic() - self.beaten_at

    def _beat(self) -> None:
        while not self.is_stopping or self.is_in_job:
            moment = time.monotonic()
            try:
                services.beat(self.id, self.place)
                self.beaten_at = moment
            except DatabaseError:
                connections.close_all()
            if self.is_in_job and self._silence() > FENCE_SECONDS:
                logger.error("worker: no sign of life could be given; ending before the job is given to another")
                os._exit(1)
            time.sleep(BEAT_SECONDS if self._silence() < BEAT_SECONDS else 1)

    # --- signals -----------------------------------------------------------------------------------------------------

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True
        if self.is_in_job:
            signal.alarm(STOP_SECONDS)

    def _on_alarm(self, number: int, frame: FrameType | None) -> None:
        if self.is_in_job:
            raise BrokenOffError
