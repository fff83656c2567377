"""Recordings come in piece by piece and nothing that was acknowledged is lost (A1, C2)."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import media_files
import pytest
from applications import application
from databases import copied_sqlite
from hiring_world import World, make_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import LiveServer, make_context, served
from sqlalchemy import func, select
from starlette.testclient import TestClient

from interview_engine.hr.recruiting.interviewing import uploads
from interview_engine.hr.recruiting.interviewing.upload_rules import MAX_REFUSED, PART_BYTES
from interview_engine.hr.recruiting.tables import Answer, Requisition, Upload, UploadPart
from interview_engine.store.tables import WorkItem

TUS = {"Tus-Resumable": "1.0.0"}
WEBM = b"\x1aE\xdf\xa3" + bytes(60)


@dataclass(frozen=True, slots=True)
class Phone:
    """A candidate's browser after consent; addresses are relative to the interview."""

    client: httpx.Client
    home: str
    invitation_id: str
    server: LiveServer

    def create(self, key: str, *, question: str = "q1", length: int | None = None, **more: str) -> httpx.Response:
        values = {"key": key, "question": question, "type": "video/webm", **more}
        told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())
        size = {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}
        return self.client.post(f"{self.home}/uploads", headers={**TUS, **size, "Upload-Metadata": told})

    def patch(self, address: str, offset: int, body: bytes, length: int | None = None) -> httpx.Response:
        headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        if length is not None:
            headers["Upload-Length"] = str(length)
        return self.client.patch(address, headers=headers, content=body)

    def offset(self, address: str) -> int:
        found = self.client.head(address, headers=TUS)
        assert found.status_code == 200
        return int(found.headers["Upload-Offset"])

    def send(self, key: str, data: bytes, *, question: str = "q1", step: int = 20_000, **more: str) -> str:
        address = self.create(key, question=question, **more).headers["Location"]
        for start in range(0, len(data), step):
            assert self.patch(address, start, data[start : start + step]).status_code == 204
        assert self.patch(address, len(data), b"", length=len(data)).status_code == 204
        return address

    def finish(self, address: str) -> httpx.Response:
        return self.client.post(f"{address}/finish")

    def count(self, table: type) -> int:
        with self.server.context.database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


def agree(client: httpx.Client, home: str, *, route: str = "record", automated: str = "yes") -> None:
    answer = client.post(f"{home}/consent", data={"route": route, "automated": automated}, follow_redirects=False)
    assert answer.status_code == 303


@pytest.fixture(scope="module")
def company(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World, Requisition]:
    """A company with an open job whose interview has two questions, made once."""
    path = tmp_path_factory.mktemp("company") / "engine.db"
    database = copied_sqlite(_sqlite_template, path)
    world = make_world(database)
    server = LiveServer("", make_context(database, path.parent, world.clock), world)
    job = server.short_job()
    database.close()
    return path, world, job


@contextmanager
def opened(company: tuple[Path, World, Requisition], folder: Path, megabytes: int) -> Iterator[LiveServer]:
    path, world, _ = company
    database = copied_sqlite(path, folder / "engine.db")
    own = replace(world, database=database, clock=replace(world.clock))
    yield LiveServer(
        "http://testserver", make_context(database, folder / "data", own.clock, max_upload_mb=megabytes), own
    )
    database.close()


@pytest.fixture
def server(company: tuple[Path, World, Requisition], tmp_path: Path) -> Iterator[LiveServer]:
    with opened(company, tmp_path, 1) as made:
        yield made


@pytest.fixture
def phone(server: LiveServer, company: tuple[Path, World, Requisition]) -> Iterator[Phone]:
    issued = server.invite(company[2])
    with TestClient(application(server.context), raise_server_exceptions=False) as client:
        agree(client, f"/i/{issued.token}")
        yield Phone(client, f"/i/{issued.token}", issued.invitation.id, server)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "answer.webm"
    times = media_files.every(0.1, 2.0)
    sound = media_files.tone(2.0, 48_000, 1)
    more = {"video_codec": "libvpx", "audio_codec": "libopus", "rate": 48_000, "container_format": "webm"}
    media_files.write(path, times_s=times, sound=sound, container_options={"live": "1"}, **more)  # type: ignore[arg-type]
    return path.read_bytes()


def test_a_recording_sent_in_pieces_becomes_one_answer_that_can_be_sought_in(
    phone: Phone, clip: bytes, tmp_path: Path
) -> None:
    address = phone.send("a" * 16, clip, step=3000)
    told = phone.finish(address)
    assert told.status_code == 200
    assert told.json()["mode"] == "video"
    assert told.json()["duration_s"] == pytest.approx(2.0, abs=0.1)
    stored = tmp_path / "stored.webm"
    phone.server.context.blobs.fetch(told.json()["sha256"], stored)
    import av

    with av.open(str(stored)) as container:
        assert container.duration == pytest.approx(2_000_000, abs=100_000)
        assert sum(1 for _ in container.decode(video=0)) == 20
    assert phone.count(UploadPart) == 0, "the parts are gone once the whole is kept"
    with phone.server.context.database.reading() as session:
        work = session.scalars(select(WorkItem)).one()
        assert (work.kind, work.subject_id) == ("answer", told.json()["answer"])


def test_finishing_and_creating_twice_give_one_answer(phone: Phone, clip: bytes) -> None:
    address = phone.send("a" * 16, clip)
    again = phone.create("a" * 16)
    assert again.headers["Location"] == address
    assert int(again.headers["Upload-Offset"]) == len(clip)
    first, second = phone.finish(address), phone.finish(address)
    assert first.json() == second.json()
    assert phone.patch(address, len(clip), b"", length=len(clip)).status_code == 204
    assert phone.count(Answer) == 1


def test_an_answer_needs_an_attempt(phone: Phone, clip: bytes) -> None:
    for key in ("a", "b"):
        assert phone.finish(phone.send(key * 16, clip)).status_code == 200
    refused = phone.create("c" * 16)
    assert (refused.status_code, refused.json()["code"]) == (409, "answer.no_attempts")
    assert phone.count(Answer) == 2


def test_a_practice_recording_is_looked_at_and_removed(phone: Phone, clip: bytes) -> None:
    told = phone.finish(phone.send("p" * 16, clip, question="", practice="1"))
    assert told.json() == {"practice": True, "duration_s": pytest.approx(2.0, abs=0.1), "video": True, "audio": True}
    assert phone.count(Answer) == 0
    assert phone.count(UploadPart) == 0
    assert list(phone.server.context.blobs.stored()) == []


def test_what_is_no_recording_is_refused_at_its_first_bytes(phone: Phone) -> None:
    address = phone.create("a" * 16).headers["Location"]
    refused = phone.patch(address, 0, b"%PDF-1.7 and so on, as long as it likes")
    assert (refused.status_code, refused.json()["code"]) == (415, "upload.not_media")
    assert phone.client.head(address, headers=TUS).status_code == 410
    assert phone.count(UploadPart) == 0


@pytest.mark.parametrize("called", ["audio/mpeg", "application/mp4", "audio/x-ms-wma", "video/mp4", ""])
def test_a_recording_is_taken_whatever_the_phone_calls_it(phone: Phone, clip: bytes, called: str) -> None:
    told = phone.finish(phone.send("a" * 16, clip, type=called))
    assert (told.status_code, told.json()["mode"]) == (200, "video")


@pytest.mark.parametrize(
    ("container", "codec", "tagged", "called", "kept"),
    [
        ("ipod", "aac", False, "audio/mpeg", "audio/mp4"),
        ("mp4", "aac", False, "application/mp4", "audio/mp4"),
        ("adts", "aac", True, "audio/mpeg", "audio/aac"),
        ("asf", "wmav2", False, "audio/x-ms-wma", "audio/x-ms-wma"),
        ("asf", "wmav2", False, "audio/mpeg", "audio/x-ms-wma"),
    ],
)
def test_a_sound_is_kept_as_what_it_is(
    phone: Phone, tmp_path: Path, container: str, codec: str, tagged: bool, called: str, kept: str
) -> None:
    path = tmp_path / "sound"
    sound = media_files.tone(2.0, 48_000, 1)
    media_files.write(path, sound=sound, rate=48_000, audio_codec=codec, container_format=container)
    data = path.read_bytes()
    if tagged:
        data = b"ID3\x04\x00\x00\x00\x00\x00\x40" + bytes(64) + data
    told = phone.finish(phone.send("a" * 16, data, type=called))
    assert (told.status_code, told.json()["mode"], told.json()["attempt"]) == (200, "voice", 1)
    assert told.json()["duration_s"] == pytest.approx(2.0, abs=0.2)
    with phone.server.context.database.reading() as session:
        assert session.scalars(select(Answer.media_type)).one() == kept


def test_refused_files_use_up_no_try_of_a_question(phone: Phone, clip: bytes) -> None:
    for number in range(8):
        address = phone.create(f"refused-{number:08d}").headers["Location"]
        assert phone.patch(address, 0, b"%PDF-1.7 and so on, as long as it likes").status_code == 415
        assert phone.finish(phone.send(f"unplayable-{number:06d}", WEBM)).status_code == 422
    told = phone.finish(phone.send("a" * 16, clip))
    assert (told.status_code, told.json()["attempt"]) == (200, 1)


def test_a_loop_of_refused_files_ends(phone: Phone) -> None:
    for number in range(MAX_REFUSED):
        address = phone.create(f"refused-{number:08d}").headers["Location"]
        assert phone.patch(address, 0, b"%PDF-1.7 and so on, as long as it likes").status_code == 415
    refused = phone.create("a" * 16)
    assert (refused.status_code, refused.json()["code"]) == (409, "upload.too_many")


def test_where_only_post_passes_a_recording_goes_through_all_the_same(phone: Phone, clip: bytes) -> None:
    address = phone.create("a" * 16, length=len(clip)).headers["Location"]
    headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    patched = phone.client.post(address, headers={**headers, "X-HTTP-Method-Override": "PATCH"}, content=clip)
    assert (patched.status_code, patched.headers["Upload-Offset"]) == (204, str(len(clip)))
    head = phone.client.post(address, headers={**TUS, "X-HTTP-Method-Override": "HEAD"})
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, str(len(clip)))
    for other in ("DELETE", "GET", ""):
        refused = phone.client.post(address, headers={**TUS, "X-HTTP-Method-Override": other})
        assert refused.status_code == 405
    assert phone.finish(address).status_code == 200


def test_a_recording_that_nothing_can_play_is_refused_and_costs_no_attempt(phone: Phone, clip: bytes) -> None:
    address = phone.send("a" * 16, WEBM)
    refused = phone.finish(address)
    assert (refused.status_code, refused.json()["code"]) == (422, "media.unreadable")
    assert phone.client.post(f"{address}/discard").status_code == 204
    assert phone.client.head(address, headers=TUS).status_code == 410
    told = phone.finish(phone.send("a" * 16, clip))
    assert told.json()["attempt"] == 1, "the key is free again, and the attempt was not used"


def test_too_much_is_refused_at_once(phone: Phone) -> None:
    limit = 1024 * 1024
    assert phone.create("a" * 16, length=limit + 1).status_code == 413
    assert phone.create("a" * 16, length=2**62).status_code == 413
    address = phone.create("b" * 16, length=100).headers["Location"]
    assert phone.patch(address, 0, WEBM + bytes(100)).status_code == 413
    assert phone.offset(address) == 0
    longer = phone.create("c" * 16).headers["Location"]
    assert phone.patch(longer, 0, b"", length=limit + 1).status_code == 413
    assert phone.patch(longer, 0, WEBM + bytes(limit)).status_code == 413
    assert phone.offset(longer) == 0


def test_all_recordings_together_have_a_limit(phone: Phone) -> None:
    block = WEBM + bytes(1024 * 1024 - len(WEBM))
    for number in range(4):
        address = phone.create(f"{number}" * 16, question="q1" if number < 2 else "q2").headers["Location"]
        assert phone.patch(address, 0, block).status_code == 204
    fifth = phone.create("5" * 16).headers["Location"]
    assert (phone.patch(fifth, 0, WEBM).status_code, phone.offset(fifth)) == (413, 0)


def test_the_protocol_version_is_stated(phone: Phone) -> None:
    assert phone.client.options(f"{phone.home}/uploads").headers["Tus-Version"] == "1.0.0"
    refused = phone.client.post(f"{phone.home}/uploads", headers={"Upload-Length": "1"})
    assert (refused.status_code, refused.headers["Tus-Version"]) == (412, "1.0.0")


def test_only_the_bound_device_may_upload(phone: Phone, company: tuple[Path, World, Requisition]) -> None:
    address = phone.create("a" * 16).headers["Location"]
    with TestClient(phone.client.app) as stranger:  # type: ignore[attr-defined]
        other = Phone(stranger, phone.home, phone.invitation_id, phone.server)
        assert (other.create("b" * 16).status_code, other.patch(address, 0, WEBM).status_code) == (403, 403)
        issued = phone.server.invite(company[2], 2)
        agree(stranger, f"/i/{issued.token}")
        elsewhere = address.replace(phone.home, f"/i/{issued.token}")
        assert Phone(stranger, f"/i/{issued.token}", "", phone.server).patch(elsewhere, 0, WEBM).status_code == 404


def test_a_write_from_another_site_is_refused(phone: Phone) -> None:
    for origin in ("https://elsewhere.example", "null"):
        headers = {**TUS, "Upload-Defer-Length": "1", "Origin": origin}
        assert phone.client.post(f"{phone.home}/uploads", headers=headers).status_code == 403
    assert phone.client.post(f"{phone.home}/submit", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_without_consent_to_be_recorded_nothing_is_taken(
    server: LiveServer, company: tuple[Path, World, Requisition]
) -> None:
    issued = server.invite(company[2])
    with TestClient(application(server.context)) as client:
        phone = Phone(client, f"/i/{issued.token}", issued.invitation.id, server)
        agree(client, phone.home, route="write")
        refused = phone.create("a" * 16)
        assert (refused.status_code, refused.json()["code"]) == (409, "upload.not_consented")


def test_of_two_parts_at_one_offset_one_is_taken(server: LiveServer, company: tuple[Path, World, Requisition]) -> None:
    issued = server.invite(company[2])
    with served(server.context) as url, httpx.Client(base_url=url) as client:
        phone = Phone(client, f"/i/{issued.token}", issued.invitation.id, server)
        agree(client, phone.home)
        address = phone.create("a" * 16).headers["Location"]
        at, rounds = 0, 6
        for number in range(rounds):
            bodies = [WEBM + bytes([number, sender]) * 500 for sender in range(2)]
            statuses: list[int] = []
            begin = threading.Barrier(2)

            def send(body: bytes, at: int = at, begin: threading.Barrier = begin, told: list[int] = statuses) -> None:
                with httpx.Client(base_url=url, cookies=client.cookies) as own:
                    begin.wait()
                    told.append(Phone(own, phone.home, "", server).patch(address, at, body).status_code)

            threads = [threading.Thread(target=send, args=(body,)) for body in bodies]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(statuses) == [204, 409]
            at += len(bodies[0])
            assert phone.offset(address) == at
        assert phone.count(UploadPart) == rounds


def test_two_finishes_at_the_same_moment_give_the_one_answer(
    server: LiveServer, company: tuple[Path, World, Requisition], clip: bytes
) -> None:
    issued = server.invite(company[2])
    with served(server.context) as url, httpx.Client(base_url=url) as client:
        phone = Phone(client, f"/i/{issued.token}", issued.invitation.id, server)
        agree(client, phone.home)
        address = phone.send("a" * 16, clip)
        told: list[httpx.Response] = []
        begin = threading.Barrier(2)

        def end() -> None:
            with httpx.Client(base_url=url, cookies=client.cookies, timeout=60) as own:
                begin.wait()
                told.append(own.post(f"{address}/finish"))

        threads = [threading.Thread(target=end) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in told] == [200, 200]
        assert told[0].json() == told[1].json()
        assert phone.count(Answer) == 1


@pytest.mark.parametrize("cleared", ["before the rows are read", "before the bytes are read"])
def test_a_finish_that_finds_the_parts_cleared_gives_the_answer_of_the_other(
    phone: Phone, clip: bytes, monkeypatch: pytest.MonkeyPatch, cleared: str
) -> None:
    address = phone.send("a" * 16, clip)
    name = "parts_of" if cleared == "before the rows are read" else "assemble"
    step = getattr(uploads, name)
    first: list[httpx.Response] = []

    def overtaken(*given: object) -> object:
        monkeypatch.setattr(uploads, name, step)
        first.append(phone.finish(address))
        return step(*given)

    monkeypatch.setattr(uploads, name, overtaken)
    second = phone.finish(address)
    assert [answer.status_code for answer in (*first, second)] == [200, 200]
    assert second.json() == first[0].json()


def test_a_practice_that_another_has_ended_meanwhile_is_gone_and_not_broken(
    phone: Phone, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = phone.send("p" * 16, clip, question="", practice="1")
    step = uploads.assemble

    def overtaken(*given: object) -> None:
        monkeypatch.setattr(uploads, "assemble", step)
        assert phone.finish(address).status_code == 200
        step(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(uploads, "assemble", overtaken)
    refused = phone.finish(address)
    assert (refused.status_code, refused.json()["code"]) == (410, "upload.discarded")


def test_what_was_safe_before_the_line_broke_is_kept(company: tuple[Path, World, Requisition], tmp_path: Path) -> None:
    sent = WEBM + bytes(PART_BYTES + 1000 - len(WEBM))
    with opened(company, tmp_path, 16) as server, served(server.context) as url, httpx.Client(base_url=url) as client:
        issued = server.invite(company[2])
        phone = Phone(client, f"/i/{issued.token}", issued.invitation.id, server)
        agree(client, phone.home)
        address = phone.create("a" * 16).headers["Location"]
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        head = (
            f"PATCH {address} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nCookie: {cookies}\r\nTus-Resumable: 1.0.0\r\n"
            "Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 9000000\r\n\r\n"
        )
        with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as line:
            line.sendall(head.encode() + sent)
            while phone.offset(address) < PART_BYTES:
                pass  # one whole part is safe while its request is still under way
        safe = phone.offset(address)
        assert safe >= PART_BYTES
        while (rest := phone.patch(address, safe, sent[safe:] + b"the rest")).status_code == 409:
            safe = phone.offset(address)  # what was still in the server's hands when the line broke came after all
        assert rest.status_code == 204
        assert phone.offset(address) == len(sent) + len(b"the rest")


# Fuzzed: any order of creations, parts, lies and repetitions --------------------------------------------------------


@pytest.fixture(scope="module")
def fuzzed(company: tuple[Path, World, Requisition], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    with opened(company, tmp_path_factory.mktemp("fuzzed"), 1) as server:
        issued = server.invite(company[2])
        with TestClient(application(server.context), raise_server_exceptions=False) as client:
            agree(client, f"/i/{issued.token}")
            yield Phone(client, f"/i/{issued.token}", issued.invitation.id, server)


number = st.one_of(st.integers(0, 200), st.sampled_from(["", "-1", "+3", "0x4", "1e3", "٣", str(2**63), str(2**80)]))
step = st.one_of(
    st.tuples(st.just("right"), st.binary(max_size=40)),
    st.tuples(st.just("wrong"), number, st.binary(max_size=40)),
    st.tuples(st.just("length"), number),
    st.tuples(
        st.just("headers"),
        st.dictionaries(
            st.sampled_from(["Upload-Offset", "Content-Type", "Upload-Length"]),
            st.text(st.characters(min_codepoint=33, max_codepoint=126)),
        ),
    ),
    st.tuples(st.just("finish")),
    st.tuples(st.just("create")),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=8), key=st.integers(0, 10**12))
def test_no_order_of_requests_breaks_the_server_or_loses_a_byte(fuzzed: Phone, steps: list, key: int) -> None:
    database = fuzzed.server.context.database
    made = fuzzed.create(f"{key:020d}", question="", practice="1")
    assert made.status_code == 201
    address, kept = made.headers["Location"], bytearray()
    with database.reading() as session:
        found = session.get_one(Upload, address.rpartition("/")[2])
        kept += _stored(fuzzed, session, found)
    for kind, *values in steps:
        before = fuzzed.offset(address)
        assert before == len(kept)
        if kind == "right":
            body = values[0] if kept else WEBM[:16] + values[0]
            answer = fuzzed.patch(address, before, body)
            if answer.status_code == 204:
                kept += body
        elif kind == "wrong":
            headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": f"{values[0]}"}
            encoded = {name: value.encode("utf-8") for name, value in headers.items()}
            answer = fuzzed.client.patch(address, headers=encoded, content=values[1])
            if answer.status_code == 204:
                kept += values[1]
        elif kind == "length":
            headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(before)}
            encoded = {name: value.encode("utf-8") for name, value in headers.items()}
            encoded["Upload-Length"] = f"{values[0]}".encode()
            answer = fuzzed.client.patch(address, headers=encoded)
        elif kind == "headers":
            answer = fuzzed.client.patch(address, headers={**TUS, **values[0]}, content=b"x")
            if answer.status_code == 204:
                kept += b"x"
        elif kind == "finish":
            answer = fuzzed.finish(address)
            assert answer.status_code in (409, 415, 422)
        else:
            answer = fuzzed.create(f"{key:020d}", question="", practice="1")
            assert answer.headers["Location"] == address
        assert answer.status_code < 500, answer.text
        assert fuzzed.offset(address) == len(kept)
    with database.reading() as session:
        assert _stored(fuzzed, session, session.get_one(Upload, address.rpartition("/")[2])) == bytes(kept)
    fuzzed.client.post(f"{address}/discard")


def _stored(phone: Phone, session, upload: Upload) -> bytes:  # type: ignore[no-untyped-def]
    parts = session.scalars(
        select(UploadPart).where(UploadPart.upload_id == upload.id).order_by(UploadPart.start)
    ).all()
    blobs = phone.server.context.blobs
    return b"".join(blobs.read(part.blob_sha256)[uploads.SALT_BYTES :] for part in parts)
