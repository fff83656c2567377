"""From manifests and files to interview jobs (rows A1, A2): the kit's order, clear errors, stable ids."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.errors import ManifestError, UsageError
from pipelines.folders.manifest import find_kit, job_from_files, job_from_manifest, job_from_whole

KIT = load_kit(shipped_kits()["customer-service"])
QUESTIONS = [question.id for question in KIT.questions]


def _manifest(folder: Path, text: str) -> Path:
    path = folder / "候选人 一号.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_manifest_mixes_video_voice_and_text_in_the_kits_order(tmp_path: Path) -> None:
    path = _manifest(
        tmp_path,
        f"candidate: 林晓\nsynthetic: true\nkit: customer-service\nanswers:\n"
        f"  {QUESTIONS[2]}: c.txt\n  {QUESTIONS[0]}: a.mp4\n  {QUESTIONS[1]}: {{file: b.m4a, start: '0:05'}}\n",
    )
    job = job_from_manifest(path, None, None, None)
    assert (job.candidate, job.synthetic, job.language) == ("林晓", True, "auto")
    assert [answer.question_id for answer in job.answers] == QUESTIONS
    assert [answer.mode for answer in job.answers[:3]] == ["video", "voice", "text"]
    assert job.answers[1].start_s == 5.0
    assert job.answers[3].path is None


def test_a_question_without_a_line_was_not_asked_and_one_without_a_file_not_answered(tmp_path: Path) -> None:
    answers = f"{{{QUESTIONS[0]}: a.mp4, {QUESTIONS[1]}: null}}"
    path = _manifest(tmp_path, f"candidate: A\nkit: customer-service\nanswers: {answers}\n")
    job = job_from_manifest(path, None, None, None)
    assert [answer.asked for answer in job.answers] == [True, True, *[False] * (len(QUESTIONS) - 2)]


def test_the_id_is_the_same_on_every_run_and_names_the_candidate(tmp_path: Path) -> None:
    path = _manifest(tmp_path, f"candidate: 林 晓/../x\nkit: customer-service\nanswers: {{{QUESTIONS[0]}: a.mp4}}\n")
    first = job_from_manifest(path, None, None, None)
    assert first == job_from_manifest(path, None, None, None)
    assert first.interview_id.startswith("林-晓-x-")
    assert "/" not in first.interview_id


def test_what_the_command_line_says_wins_over_the_file(tmp_path: Path) -> None:
    path = _manifest(tmp_path, f"candidate: A\nkit: sales\nlanguage: zh\nanswers: {{{QUESTIONS[0]}: a.mp4}}\n")
    job = job_from_manifest(path, KIT, "B", "en")
    assert (job.kit.id, job.candidate, job.language) == ("customer-service", "B", "en")


def test_one_recording_of_a_whole_interview_is_cut_at_the_start_times(tmp_path: Path) -> None:
    starts = tmp_path / "at.yaml"
    starts.write_text(f"questions: {{{QUESTIONS[0]}: 3, {QUESTIONS[1]}: '1:05.5'}}", encoding="utf-8")
    job = job_from_whole(Path("whole.mp4"), starts, KIT, None, "auto")
    assert (job.answers[0].start_s, job.answers[0].end_s) == (3.0, 65.5)
    assert (job.answers[1].start_s, job.answers[1].end_s) == (65.5, None)
    assert job.answers[2].path is None


def test_files_answer_the_questions_in_order_and_too_many_are_refused() -> None:
    job = job_from_files([Path("1.webm"), Path("2.txt")], KIT, None, "auto")
    assert [answer.path for answer in job.answers[:3]] == [Path("1.webm"), Path("2.txt"), None]
    assert job.candidate == "1"
    with pytest.raises(UsageError) as caught:
        job_from_files([Path(f"{n}.mp4") for n in range(20)], KIT, None, "auto")
    assert caught.value.code == "files.too_many"


def test_an_unknown_kit_names_those_that_ship() -> None:
    with pytest.raises(UsageError) as caught:
        find_kit("no-such-kit")
    assert caught.value.code == "kit.unknown"
    assert "customer-service" in caught.value.next_step.zh
    assert "customer-service" in caught.value.next_step.en


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "-"),
        ("- a\n- b\n", "-"),
        ("candidate: [\n", "2"),
        ("candidate: A\nkit: customer-service\n", "answers"),
        ("candidate: A\nkit: customer-service\nanswers: {}\n", "answers"),
        ("candidate: A\nkit: customer-service\nanswers: {nope: a.mp4}\n", "nope"),
        ("candidate: A\nkit: customer-service\nanswers: {Q0: {file: a.mp4, end: 1, start: 2}}\n", "answers.Q0"),
        ("candidate: A\nkit: customer-service\nanswers: {Q0: {file: a.mp4, start: -1}}\n", "answers.Q0"),
        ("candidate: A\nkit: customer-service\nanswers: {Q0: 7}\n", "answers.Q0"),
        ("kit: customer-service\nanswers: {Q0: a.mp4}\n", "candidate"),
        ("candidate: A\nanswers: {Q0: a.mp4}\n", "kit"),
        ("candidate: A\nkit: customer-service\nlanguage: de\nanswers: {Q0: a.mp4}\n", "language"),
        ("candidate: A\nkit: customer-service\nsynthetic: maybe\nanswers: {Q0: a.mp4}\n", "synthetic"),
        ("candidate: A\nkit: customer-service\nid: a/b\nanswers: {Q0: a.mp4}\n", "id"),
        ("candidate: A\nkit: customer-service\nanswer: {Q0: a.mp4}\n", "answer"),
        ("candidate: A\nkit: customer-service\nrecording: a.mp4\nstarts: {Q0: 1, Q1: 1}\n", "starts.Q0"),
        ("candidate: A\nkit: customer-service\nrecording: a.mp4\nanswers: {Q0: a.mp4}\n", "answers"),
    ],
)
def test_a_bad_manifest_names_file_and_field_in_both_languages(tmp_path: Path, text: str, field: str) -> None:
    real = text.replace("Q0", QUESTIONS[0]).replace("Q1", QUESTIONS[1])
    field = field.replace("Q0", QUESTIONS[0]).replace("Q1", QUESTIONS[1])
    path = _manifest(tmp_path, real)
    with pytest.raises(ManifestError) as caught:
        job_from_manifest(path, None, None, None)
    for language in (caught.value.message.zh, caught.value.message.en):
        assert path.name in language
        assert field in language


def test_a_missing_manifest_is_an_error_not_a_stack_trace(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        job_from_manifest(tmp_path / "none.yaml", None, None, None)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_job_or_a_clear_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(data)
    with pytest.raises((ManifestError, UsageError)):
        job_from_manifest(path, KIT, None, None)
