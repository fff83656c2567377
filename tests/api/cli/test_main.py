"""The command line as a person meets it (A1, A2): help without weight, errors in both languages, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.main import main

ANSWER = (
    "去年双十一，一位客户收到破损的冰箱，非常着急。我先把她说的情况重复了一遍确认，然后查了仓库的库存，"
    "发现城西还有一台同型号的，就和司机协调当晚九点换货。第二天我又打电话确认，她给了五星评价。"
)

UNCLEAR = (
    "有位阿姨怎么也弄不明白退款要在哪里点，我讲了两遍她还是点错。我就问她手机上现在看到什么，让她一个一个念给我听，"
    "原来她用的是老版本，按钮在下面。我换成她看得到的话，一步一步讲，请她自己点一遍，她点成功了，我才挂电话。"
)
THANKED = (
    "有个年轻人父亲住院，他在外地，要买一张护理床当天送到。我查了库存和路线，跟配送组的同事商量把他排在第一家，"
    "送到以后我打电话问床架得稳不稳，教护工怎么摇。过了一个月他专门回来谢我，说要给母亲也买一张。"
)


def _errors(capsys: pytest.CaptureFixture[str], code: str) -> str:
    text = capsys.readouterr().err
    assert f"错误 [{code}]" in text
    assert f"error [{code}]" in text
    return text


def test_help_imports_nothing_heavy() -> None:
    probe = (
        "import sys\nfrom api.cli.main import build_parser\nbuild_parser().format_help()\n"
        "print([m for m in ('torch', 'cv2', 'av', 'numpy', 'mediapipe', 'ctranslate2', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_kits_are_listed_shown_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kit", "list"]) == 0
    listed = capsys.readouterr().out
    assert "customer-service" in listed
    assert main(["kit", "show", "customer-service", "--lang", "zh"]) == 0
    assert "客服" in capsys.readouterr().out
    assert main(["kit", "check", "customer-service"]) == 0


def test_a_bad_kit_is_refused_with_every_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "kit.yaml"
    path.write_text("schema: interview-kit/1\nid: x\nversion: 0\n", encoding="utf-8")
    assert main(["kit", "check", str(path)]) == 2
    text = _errors(capsys, "kit.invalid")
    assert "kit.yaml" in text
    assert "competencies" in text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["a.mp4"], "kit.missing"),
        (["a.mp4", "--kit", "nope"], "kit.unknown"),
        (["a.mp4", "b.yaml", "--kit", "sales"], "files.mixed"),
        (["a.mp4", "b.mp4", "--kit", "sales", "--questions", "at.yaml"], "files.questions_needs_one"),
        (["a.mp4", "--kit", "sales", "--questions", "at.yaml"], "manifest.invalid"),
        (["none.yaml"], "manifest.invalid"),
        (["a.mp4", "--kit", "online-teacher", "--policy", "eu"], "policy.delivery_weight"),
        (["a.mp4", "--kit", "sales", "--fps", "99"], "settings.invalid"),
    ],
)
def test_bad_usage_exits_2_with_the_reason_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    assert main(["assess", *arguments, "--out", str(tmp_path / "out")]) == 2
    _errors(capsys, code)
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_a_file_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = tmp_path / "a.txt"
    answer.write_text(ANSWER, encoding="utf-8")
    out = tmp_path / "out"
    out.write_text("x", encoding="utf-8")
    assert main(["assess", str(answer), "--kit", "customer-service", "--out", str(out)]) == 1
    _errors(capsys, "output.not_a_folder")


@pytest.mark.slow
def test_l5_a_report_is_written_in_the_languages_asked_for(tmp_path: Path) -> None:
    answer = tmp_path / "a.txt"
    answer.write_text(ANSWER, encoding="utf-8")
    call = ["assess", str(answer), "--kit", "customer-service", "--out", str(tmp_path / "out")]
    main([*call, "--report-language", "ja", "es"])
    (path,) = (tmp_path / "out").glob("a-*/report.html")
    page = path.read_text(encoding="utf-8")
    assert '<html lang="ja"' in page
    assert "puntuación" in page.lower()
    main(call)
    assert '<html lang="zh' in path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_texts_are_assessed_json_lines_printed_and_ranked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "候选人 文件"
    folder.mkdir()
    answers = [folder / f"{n}.txt" for n in range(3)]
    for path, text in zip(answers, (ANSWER, UNCLEAR, THANKED), strict=True):
        path.write_text(text, encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    out = tmp_path / "输出 目录"
    base = ["assess", "--kit", "customer-service", "--out", str(out), "--json"]
    main([*base, *map(str, answers), "--candidate", "林晓"])
    line = json.loads(capsys.readouterr().out)
    assert line["candidate"] == "林晓"
    assert [answer["status"] for answer in line["answers"][:3]] == ["assessed"] * 3
    assert main([*base, str(folder / "empty.txt"), "--candidate", "空"]) == 3
    empty = json.loads(capsys.readouterr().out)
    assert empty["status"] == "cannot_assess"
    assert empty["answers"][0]["reason"] == "text.empty"
    assert main(["rank", str(out)]) == 0
    ranking = json.loads((out / "ranking.json").read_text(encoding="utf-8"))
    assert "林晓" in json.dumps(ranking, ensure_ascii=False)
    assert (out / "ranking.html").is_file()
