"""The committed demo interviews (A1): small, labelled synthetic, of mixed modes, fit for the shipped kit."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import pytest
import yaml

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from pipelines.folders.manifest import job_from_manifest
from pipelines.job import InterviewJob

DEMO = Path(__file__).resolve().parents[2] / "pipelines/demo"
MANIFESTS = sorted(DEMO.glob("*.yaml"))
MEDIA = sorted(path for path in DEMO.iterdir() if path.suffix not in (".yaml", ".md"))
VIDEO = (".mp4", ".webm")
AUDIO = (".m4a", ".ogg")
WRITTEN = (".txt",)


def recordings() -> list[Path]:
    return [path for path in MEDIA if path.suffix in VIDEO + AUDIO]


def last_end_s(path: Path) -> float:
    """Where the last packet ends, as found by reading it: a browser's webm states no duration."""
    with av.open(str(path)) as container:
        ends = [
            float((packet.pts + (packet.duration or 0)) * packet.time_base)
            for packet in container.demux()
            if packet.pts is not None and packet.time_base is not None
        ]
    return max(ends)


@pytest.fixture(scope="module")
def kit() -> Kit:
    return load_kit(shipped_kits()["customer-service"])


@pytest.fixture(scope="module")
def jobs() -> list[InterviewJob]:
    return [job_from_manifest(path, None, None, None) for path in MANIFESTS]


def test_three_to_five_candidates_answer_two_questions_each_of_one_kit(jobs: list[InterviewJob], kit: Kit) -> None:
    assert 3 <= len(jobs) <= 5
    assert {job.kit.id for job in jobs} == {kit.id}
    for job in jobs:
        given = [answer.question_id for answer in job.answers if answer.path is not None]
        assert len(given) == 2
        assert set(given) <= {question.id for question in kit.questions}


def test_every_candidate_is_labelled_synthetic(jobs: list[InterviewJob]) -> None:
    for job in jobs:
        assert job.synthetic
        assert job.candidate.endswith("(synthetic)")


def test_every_answer_exists_and_no_file_is_left_over(jobs: list[InterviewJob]) -> None:
    answered = {answer.path.resolve() for job in jobs for answer in job.answers if answer.path is not None}
    assert answered == {path.resolve() for path in MEDIA}


def test_files_stay_small() -> None:
    assert all(0 < path.stat().st_size <= 2 * 1024 * 1024 for path in MEDIA)
    assert sum(path.stat().st_size for path in MEDIA) <= 8 * 1024 * 1024


def test_video_voice_and_text_are_all_there() -> None:
    suffixes = {path.suffix for path in MEDIA}
    assert all(suffixes & set(kind) for kind in (VIDEO, AUDIO, WRITTEN))


@pytest.mark.parametrize("path", recordings(), ids=lambda path: path.name)
def test_recordings_last_half_a_minute_to_a_minute_and_fit_the_answer_time(path: Path, kit: Kit) -> None:
    question = next(q for q in kit.questions if q.id == path.stem.rsplit("_", 1)[1])
    assert 28 <= last_end_s(path) <= min(70, question.answer_s)


@pytest.mark.parametrize("path", [p for p in recordings() if p.suffix in VIDEO], ids=lambda path: path.name)
def test_videos_are_480p_with_sound(path: Path) -> None:
    with av.open(str(path)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (640, 480)
        assert container.streams.audio


def test_a_browser_like_webm_states_no_duration() -> None:
    for path in DEMO.glob("*.webm"):
        with av.open(str(path)) as container:
            assert container.duration is None
            assert all(stream.duration is None for stream in container.streams)


def test_written_answers_are_paragraphs_of_mandarin() -> None:
    for path in DEMO.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert sum("\u4e00" <= sign <= "\u9fff" for sign in text) > 150


def test_manifests_carry_their_note_for_readers() -> None:
    for path in MANIFESTS:
        assert "Synthetic demo" in path.read_text(encoding="utf-8").splitlines()[0]
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["synthetic"] is True


def test_the_sums_in_the_documentation_are_those_of_the_files() -> None:
    listed = (DEMO.parents[1] / "docs/demo.md").read_text(encoding="utf-8")
    for path in MEDIA:
        assert f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" in listed
