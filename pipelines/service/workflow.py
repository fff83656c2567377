"""The journal of running work, kept by the workflow engine (DBOS): which steps of an item are done, across crashes.

The work items decide what is to be done and by whom; the journal only saves doing finished steps again. It holds
identifiers and hashes, never what a candidate said, and may be deleted while no worker runs: then steps are redone.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSPortableJSONSerializer, SetWorkflowID
from sqlalchemy.engine import make_url

from interview_engine.store.work_run import Claim

VERSION = "assessment-1"
"""Of the steps, not of the product: raised when a change of them makes old records of half-done work useless."""

QUEUE_EVERY_S = 0.5
"""How often a worker looks for workflows that it has just taken over."""

RESUMABLE = frozenset({"PENDING", "ENQUEUED", "DELAYED", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
"""States of the engine from which a workflow can go on; from the others its records are of no use any more."""

StepResult = dict[str, str | int | float]
Step = Callable[[str, Callable[[], StepResult]], StepResult]
"""Runs a step once: when its result is on record already, gives that instead."""

Perform = Callable[[str, int, Step], None]
"""Does the item of that id and run, step by step."""

_perform: Perform | None = None


def journal_url(database_url: str) -> str:
    """Where the journal of that database is: a file beside an SQLite one, the schema "dbos" in a PostgreSQL one."""
    url = make_url(database_url)
    if url.drivername != "sqlite" or url.database is None:
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    path = Path(url.database)
    return f"sqlite:///{path.with_name(f'{path.stem}-journal{path.suffix}')}"


@DBOS.workflow(name="work")
def _work(item_id: str, run: int) -> None:
    assert _perform is not None
    _perform(item_id, run, _step)


def _step(name: str, do: Callable[[], StepResult]) -> StepResult:
    """A failure is raised here and not recorded: its text could name a person, and the next attempt shall try again."""
    raised: list[Exception] = []

    def attempt() -> dict[str, StepResult]:
        try:
            return {"result": do()}
        except Exception as error:  # noqa: BLE001 raised again below, outside of the engine
            raised.append(error)
            return {}

    recorded = DBOS.run_step({"name": name}, attempt)
    if raised:
        raise raised[0]
    return recorded["result"] if "result" in recorded else do()


class Journal:
    """One process's connection to the engine; there can be one at a time in a process."""

    def __init__(self, database_url: str, worker_id: str, perform: Perform) -> None:
        global _perform
        _perform = perform
        self._queue = worker_id
        url = journal_url(database_url)
        if url.startswith("sqlite:///"):
            _use_wal(Path(url.removeprefix("sqlite:///")))
        DBOS(
            config={
                "name": "interview-engine",
                "system_database_url": url,
                "application_version": VERSION,
                "executor_id": worker_id,
                "serializer": DBOSPortableJSONSerializer(),
                "enable_otlp": False,
                "log_level": "CRITICAL",  # what goes wrong is on the work items, where people look
            }
        )
        try:
            DBOS.listen_queues([worker_id])
            DBOS.launch()
            DBOS.register_queue(worker_id, polling_interval_sec=QUEUE_EVERY_S)
        except BaseException:
            DBOS.destroy()  # else the next attempt would be given this half-made engine
            raise

    def start(self, held: Claim) -> bool:
        """Begin or resume the run of a claimed item in this process. False when the journal's records of that run are
        at an end although the item is not (a restored backup, an older version): begin a new run."""
        name = f"{held.item_id}.{held.run}"
        found = DBOS.get_workflow_status(name)
        if found is None:
            with SetWorkflowID(name):
                DBOS.start_workflow(_work, held.item_id, held.run)
            return True
        if found.status not in RESUMABLE or found.app_version != VERSION:
            return False
        # the owner is dead, or the item could not have been claimed: onto our own queue, from which only we take
        DBOS.resume_workflow(name, queue_name=self._queue)
        return True

    def forget(self, worker_id: str) -> None:
        """Remove the queue of a worker that is no more."""
        DBOS.delete_queue(worker_id)

    def purge(self, names: list[str]) -> None:
        """Remove the records of those workflows."""
        DBOS.delete_workflows(names)

    def older_than(self, before: str, limit: int) -> list[str]:
        """Names ("item id.run") of workflows begun before that time (ISO 8601), oldest first."""
        found: list[Any] = DBOS.list_workflows(end_time=before, limit=limit, load_input=False, load_output=False)
        return [workflow.workflow_id for workflow in found]

    def close(self) -> None:
        """Shut down without waiting for running steps; their results are ignored."""
        global _perform
        with contextlib.suppress(Exception):
            DBOS.delete_queue(self._queue)
        DBOS.destroy()
        _perform = None


def _use_wal(path: Path) -> None:
    """Readers and writers beside each other; the setting stays in the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
