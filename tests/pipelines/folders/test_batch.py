"""The pool of processes (rows A9, A10): nothing is lost when a worker dies, one poisoned answer harms nobody else."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_recorder import ANOTHER_ANSWER, ANSWER, Recorder

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.policy import POLICIES
from interview_engine.assessment.report import InterviewReport
from interview_engine.errors import OutputError
from interview_engine.settings import Settings
from pipelines.folders.batch import Work, assess_all
from pipelines.folders.manifest import job_from_files
from pipelines.job import InterviewJob, Options
from pipelines.reports import store as store_report

KIT = load_kit(shipped_kits()["customer-service"])
OPTIONS = Options(POLICIES["default"])
SETTINGS = Settings(workers=2)

WORKER = '''
"""A worker whose process dies on files that are named so: once, or each time."""
import os, signal
from pathlib import Path
from pipelines import interview
from pipelines.folders import batch_worker

def work(pipe, settings, options, out):
    real = interview.assess_answer
    def dying(source, job, *rest):
        name = source.path.name if source.path else ""
        if name.startswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        mark = out.parent / f"{name}.died"
        if name.startswith("once") and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return real(source, job, *rest)
    batch_worker.assess_answer = dying
    batch_worker.work(pipe, settings, options, out)
'''


@pytest.fixture(scope="module")
def dying_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """A module that worker processes can import."""
    folder = tmp_path_factory.mktemp("dying")
    (folder / "dying_worker.py").write_text(WORKER, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(folder))
        sys.modules.pop("dying_worker", None)
        import dying_worker  # type: ignore[import-not-found]

        yield dying_worker.work


def _job(folder: Path, *names: str) -> InterviewJob:
    folder.mkdir(exist_ok=True)
    files = []
    for name, answer in zip(names, (ANSWER, ANOTHER_ANSWER), strict=False):
        path = folder / name
        path.write_text(answer, encoding="utf-8")
        files.append(path)
    return job_from_files(files, KIT, folder.name, "zh")


@pytest.fixture(scope="module")
def killed(
    tmp_path_factory: pytest.TempPathFactory, dying_work: Work
) -> tuple[dict[str, InterviewReport | None], Recorder]:
    """Reports of three interviews of which two kill workers, one of them once only; and what was shown meanwhile."""
    folder = tmp_path_factory.mktemp("killed")
    jobs = {
        "survivor": _job(folder / "survivor", "once1.txt", "a.txt"),
        "poisoned": _job(folder / "poisoned", "poison.txt", "b.txt"),
        "healthy": _job(folder / "healthy", "c.txt"),
    }
    recorder = Recorder()
    outcomes = assess_all(list(jobs.values()), OPTIONS, SETTINGS, folder / "out", recorder, dying_work)
    assert [outcome.error for outcome in outcomes] == [None, None, None]
    return {name: outcome.report for name, outcome in zip(jobs, outcomes, strict=True)}, recorder


@pytest.mark.slow
def test_a_dead_worker_costs_an_attempt_and_no_answer(
    killed: tuple[dict[str, InterviewReport | None], Recorder],
) -> None:
    survivor = killed[0]["survivor"]
    assert survivor is not None
    assert [answer.status for answer in survivor.answers[:2]] == ["assessed", "assessed"]


@pytest.mark.slow
def test_a_poisoned_answer_costs_only_itself(killed: tuple[dict[str, InterviewReport | None], Recorder]) -> None:
    poisoned = killed[0]["poisoned"]
    assert poisoned is not None
    assert poisoned.answers[0].reason is not None
    assert poisoned.answers[0].reason.code == "engine.failed"
    assert poisoned.answers[1].status == "assessed"


@pytest.mark.slow
def test_beside_dead_workers_every_interview_is_finished_and_counted(
    killed: tuple[dict[str, InterviewReport | None], Recorder],
) -> None:
    reports, recorder = killed
    assert reports["healthy"] is not None
    assert len(recorder.outcomes) == 3
    assert recorder.paces[-1].done_s == recorder.paces[-1].total_s


@pytest.mark.slow
def test_a_second_run_redoes_nothing_and_a_changed_answer_is_redone(tmp_path: Path) -> None:
    job = _job(tmp_path / "one", "a.txt")
    out = tmp_path / "out"
    first = assess_all([job], OPTIONS, SETTINGS, out, Recorder())[0]
    written = (first.folder / "report.json").read_bytes()
    again = assess_all([job], OPTIONS, SETTINGS, out, Recorder())[0]
    assert (first.resumed, again.resumed) == (False, True)
    assert first.report is not None
    assert "speech_backend" not in first.report.provenance.settings, "nothing was spoken"
    assert (first.folder / "report.json").read_bytes() == written
    path = job.answers[0].path
    assert path is not None
    path.write_text(ANSWER + "后来我把处理办法写成了一页流程。", encoding="utf-8")
    changed = assess_all([job], OPTIONS, SETTINGS, out, Recorder())[0]
    assert not changed.resumed
    assert sorted(p.name for p in out.iterdir() if not p.name.startswith(".")) == [job.interview_id]


@pytest.mark.slow
def test_every_stage_has_its_processor_time_beside_the_wall_time(tmp_path: Path) -> None:
    report = assess_all([_job(tmp_path / "one", "a.txt")], OPTIONS, SETTINGS, tmp_path / "out", Recorder())[0].report
    assert report is not None
    assert report.provenance.stage_cpu_seconds.keys() == {"transcribe", "score"}
    assert report.provenance.stage_cpu_seconds["score"] > 0.0
    for one in (report.provenance, *report.answers):
        assert one.stage_cpu_seconds.keys() == one.stage_seconds.keys()


def test_two_runs_into_one_directory_are_refused(tmp_path: Path) -> None:
    with store_report.locked(tmp_path / "out"), pytest.raises(OutputError) as caught:  # noqa: SIM117
        with store_report.locked(tmp_path / "out"):
            pass
    assert caught.value.code == "output.in_use"


def test_what_a_killed_run_left_half_built_is_swept(tmp_path: Path) -> None:
    (tmp_path / f"{store_report.BUILDING}x" / "frames").mkdir(parents=True)
    (tmp_path / "finished").mkdir()
    store_report.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["finished"]


def test_an_output_path_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x", encoding="utf-8")
    with pytest.raises(OutputError) as caught, store_report.locked(path):
        pass
    assert caught.value.code == "output.not_a_folder"
