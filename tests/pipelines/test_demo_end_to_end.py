"""The demo's five candidates through the real pipeline (A1, A8, A13, A15): what every report must hold, and again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from models.speech.load import speech_backend
from pipelines.reports.reading import validate

DEMO = Path(__file__).resolve().parents[2] / "pipelines" / "demo"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("演示 输出")
    manifests = sorted(str(path) for path in DEMO.glob("*.yaml"))
    assert len(manifests) == 5
    assert main(["assess", *manifests, "--out", str(folder)]) == 3
    assert main(["rank", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def reports(out: Path) -> dict[str, dict[str, Any]]:
    found = {}
    for path in sorted(out.glob("*/report.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        validate(document)
        found[document["interview"]["id"]] = document
    return found


def _quotes(report: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    answers = {answer["question"]: answer for answer in report["answers"]}
    for competency in report["competencies"]:
        for evidence in competency["evidence"]:
            yield evidence, answers[evidence["answer"]]


def test_every_quote_is_a_verbatim_span_of_the_transcript_at_those_seconds(reports: dict[str, dict[str, Any]]) -> None:
    checked = 0
    for report in reports.values():
        for evidence, answer in _quotes(report):
            transcript = answer["transcript"]
            assert evidence["quote"] in transcript["text"]
            if answer["mode"] == "text":
                assert evidence["start_s"] is None
                continue
            inside = [
                word
                for word in transcript["words"]
                if word["start_s"] >= evidence["start_s"] and word["end_s"] <= evidence["end_s"]
            ]
            spoken = "".join("".join(word["text"] for word in inside).split())
            assert spoken == "".join(evidence["quote"].split())
            checked += 1
    assert checked >= 10


def test_a_score_never_stands_without_a_quote(reports: dict[str, dict[str, Any]]) -> None:
    for report in reports.values():
        for competency in report["competencies"]:
            if competency["score"] is None:
                assert competency["status"] == "cannot_assess"
                assert competency["reason"]["code"]
            else:
                assert competency["evidence"]
                assert competency["score"]["low"] <= competency["score"]["value"] <= competency["score"]["high"]


def test_strong_tellings_rank_above_thin_ones_in_both_languages(reports: dict[str, dict[str, Any]]) -> None:
    scores = {key: report["overall"]["score"] for key, report in reports.items()}
    value = {key: score["value"] for key, score in scores.items() if score is not None}
    assert value["demo-grace-adeyemi"] > value["demo-daniel-novak"]
    assert value["demo-lin-xiao"] > value["demo-wang-lei"]


def test_the_empty_room_cannot_be_assessed_and_says_why(reports: dict[str, dict[str, Any]]) -> None:
    report = reports["demo-zhou-yuan"]
    assert report["overall"]["status"] == "cannot_assess"
    codes = [answer["reason"]["code"] for answer in report["answers"] if answer["mode"] == "voice"]
    assert all(code in ("audio.no_speech", "transcript.low_confidence", "text.too_short") for code in codes)


def test_the_match_decomposes_exactly_into_its_rows(reports: dict[str, dict[str, Any]]) -> None:
    for report in reports.values():
        overall = report["overall"]
        if overall["match_percent"] is not None:
            points = [row["points"] for row in overall["match_rows"] if row["points"] is not None]
            assert sum(points) == pytest.approx(overall["match_percent"], abs=1e-6)


def test_folders_hold_page_pdf_and_frames_and_the_ranking_names_everybody(
    out: Path, reports: dict[str, dict[str, Any]]
) -> None:
    for key, report in reports.items():
        assert (out / key / "report.html").stat().st_size > 10_000
        assert (out / key / "report.pdf").read_bytes().startswith(b"%PDF")
        for answer in report["answers"]:
            for frame in (answer["visual"] or {"frames": []})["frames"]:
                assert (out / key / frame["path"]).is_file()
    ranking = (out / "ranking.json").read_text(encoding="utf-8")
    assert all(report["interview"]["candidate"] in ranking for report in reports.values())
    assert not list(out.glob(".building-*"))


def test_assessing_again_gives_the_same_scores_to_the_bit(
    out: Path, reports: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    assert main(["assess", str(DEMO / "grace-adeyemi.yaml"), "--out", str(tmp_path)]) == 0
    again = json.loads((tmp_path / "demo-grace-adeyemi" / "report.json").read_text(encoding="utf-8"))
    first = reports["demo-grace-adeyemi"]
    assert again["competencies"] == first["competencies"]
    assert again["overall"] == first["overall"]
    for one, two in zip(again["answers"], first["answers"], strict=True):
        times = {"stage_seconds": None, "stage_cpu_seconds": None}
        assert {**one, **times} == {**two, **times}


def test_the_recognisers_number_format_is_in_the_provenance(reports: dict[str, dict[str, Any]]) -> None:
    for report in reports.values():
        assert report["provenance"]["settings"]["speech_backend"] == speech_backend("cpu")


def test_the_eu_policy_measures_no_face_and_no_voice(tmp_path: Path) -> None:
    assert main(["assess", str(DEMO / "grace-adeyemi.yaml"), "--policy", "eu", "--out", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "demo-grace-adeyemi" / "report.json").read_text(encoding="utf-8"))
    for answer in report["answers"]:
        assert answer["visual"] is None
        if answer["speech"] is not None:
            assert answer["speech"]["pitch"] is None
            assert answer["speech"]["loudness"] is None
    assert report["overall"]["score"] is not None
