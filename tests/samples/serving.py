"""A running server for tests of pages: the whole application over SQLite and a folder of blobs, in a thread."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn
from applications import application
from hiring_world import World, make_world

from api.context import Context
from api.serving import server_of
from interview_engine.assessment.kits.file import shipped_kits
from interview_engine.clock import Clock
from interview_engine.hr.accounts.passwords import hashed
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.competency.service import profile_from_kit, publish_kit
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.service_settings import ServiceSettings
from interview_engine.settings import read_settings
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import open_blobs
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox, Signer

SECRET = "for-tests-only-" + "y" * 32
PASSWORD = "correct staple harbour nine"


def make_context(database: Database, folder: Path, clock: Clock, *, max_upload_mb: int = 64, **more: str) -> Context:
    """What a server holds, over an open database; blobs and incoming files lie in `folder`."""
    service = ServiceSettings(
        data=folder,
        database_url=str(database.engine.url),
        blobs_url=f"file://{folder / 'blobs'}",
        secret=SECRET,
        max_upload_mb=max_upload_mb,
        worker_in_process=False,
        **more,  # type: ignore[arg-type]
    )
    box = SecretBox(SECRET)
    return Context(
        database=database,
        blobs=open_blobs(service.blobs_url, keys=BlobKeys(database, box, clock)),
        service=service,
        engine=read_settings({}),
        clock=clock,
        box=box,
        signer=Signer(SECRET),
    )


@contextmanager
def served(context: Context, **state: object) -> Iterator[str]:
    """Serve the application on a free port of this machine; its address. `state` goes onto `app.state`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = replace(context, service=replace(context.service, public_url=f"http://127.0.0.1:{port}", port=port))
    app = application(context)
    for name, value in state.items():
        setattr(app.state, name, value)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    server = server_of(config)
    thread = threading.Thread(target=server.run, name="server", daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        thread.join(0.05)
    assert server.started, "the server did not start in 10 s"
    try:
        yield context.service.public_url
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass(frozen=True, slots=True)
class LiveServer:
    """A running server with the small company of `hiring_world` behind it."""

    url: str
    context: Context
    world: World

    def short_job(self, *, questions: int = 2, think_s: int = 5, answer_s: int = 30, policy: str = "cn") -> Requisition:
        """An open job whose interview has few questions with little time, for walking through in a browser."""
        text = short_kit(questions, think_s, answer_s)
        with self.context.database.transaction() as session:
            kit = publish_kit(session, self.world.actor("hr"), text, "short", self.world.clock)
            profile = profile_from_kit(session, self.world.actor("hr"), kit.id, self.world.clock)
            return self.world.open_job(session, kit_version_id=kit.id, role_profile_id=profile.id, policy=policy)

    def invite(self, requisition: Requisition, number: int = 1) -> invitations.IssuedInvitation:
        """Another applicant for the job, invited: their link is `url/i/token`."""
        with self.context.database.transaction() as session:
            posting = self.world.post(session, requisition, channel=f"channel-{number}")
            application = self.world.applicant(session, posting, number)
            return invitations.invite(session, self.world.actor("recruiter"), application.id, self.world.clock)

    def with_password(self, role: str) -> str:
        """Give the account of a role `PASSWORD`, so that a test can sign in; its login."""
        account_id = self.world.actor(role).account_id
        with self.context.database.transaction() as session:
            account = session.get_one(Account, account_id)
            account.password_hash = hashed(PASSWORD)
            return account.login


def short_kit(questions: int, think_s: int, answer_s: int, attempts: int = 2) -> str:
    """The shipped kit for customer service under another id, cut to a few questions that probe everything between
    them, with other times."""
    text = shipped_kits()["customer-service"].read_text(encoding="utf-8")
    head, _, tail = text.partition("\nquestions:\n")
    entries = ["  - id:" + part for part in tail.split("  - id:")[1:]]
    probed = sorted({name.strip() for part in re.findall(r"probes: \[(.*?)\]", tail) for name in part.split(",")})
    kept = [re.sub(r"probes: \[.*?\]", f"probes: [{', '.join(probed)}]", entry) for entry in entries[:questions]]
    body = "\nquestions:\n" + "".join(kept)
    for name, value in (("think_s", think_s), ("answer_s", answer_s), ("attempts", attempts)):
        body = re.sub(rf"{name}: \d+", f"{name}: {value}", body)
    return re.sub(r"^id: .*$", "id: short", head, flags=re.MULTILINE) + body


@contextmanager
def live(database: Database, folder: Path) -> Iterator[LiveServer]:
    """The application behind a real port over an empty database, in which it makes the small company."""
    world = make_world(database)
    context = make_context(database, folder, world.clock)
    with served(context) as url:
        yield LiveServer(url, replace(context, service=replace(context.service, public_url=url)), world)


@pytest.fixture
def live_server(sqlite_database: Database, tmp_path: Path) -> Iterator[LiveServer]:
    """The application behind a real port, with an empty company of its own."""
    with live(sqlite_database, tmp_path / "data") as server:
        yield server
