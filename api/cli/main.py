"""The command line: `interview-engine …`. Parses, hands over, prints; nothing heavy is imported for --help."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import interview_engine
from api.cli.loading import loading
from api.cli.side_by_side import both
from interview_engine.assessment.policy import POLICIES
from interview_engine.errors import InterviewEngineError, KitError, ManifestError, PolicyError, UsageError
from interview_engine.i18n import languages, msg

OK, BAD_USAGE, SOME_NOT_ASSESSED, INTERRUPTED, FAILED = 0, 2, 3, 130, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed, 2 bad usage, 3 some not assessed, 130 interrupted."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (UsageError, KitError, ManifestError, PolicyError) as error:
        print_error(error)
        return BAD_USAGE
    except InterviewEngineError as error:
        print_error(error)
        return FAILED
    except KeyboardInterrupt:
        print(
            "\n" + both(msg("Interrupted. Finished interviews are kept; run the same command to continue."), "\n"),
            file=sys.stderr,
        )
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of our output went away (`| head`): not an error of ours, and nothing more can be printed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def print_error(error: InterviewEngineError) -> None:
    """Both languages and the code, on standard error."""
    text = msg(
        "error [{code}] {message} {next_step}", code=error.code, message=error.message, next_step=error.next_step
    )
    print(both(text, "\n"), file=sys.stderr)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="interview-engine",
        description="视频面试评估 · Assess recorded interview answers, with quoted evidence.",
    )
    parser.add_argument("--version", action="version", version=interview_engine.__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_assess(commands)
    _add_rank(commands)
    _add_rescore(commands)
    _add_calibrate(commands)
    _add_audit(commands)
    _add_trail(commands)
    _add_models(commands)
    _add_kit(commands)
    _add_contract(commands)
    _add_serve(commands)
    _add_worker(commands)
    _add_import(commands)
    return parser


def _add_assess(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "assess",
        help="评估录制的回答 · assess recordings, texts or manifests",
        description="Assess recorded answers. FILES are recordings or texts that answer the kit's questions in order, "
        "or interview manifests (.yaml), one an interview.",
        epilog="Exit status: 0 all assessed, 3 some could not be (reasons printed), 2 bad usage, 130 interrupted.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--kit", help="a kit's id (see `kit list`) or a .yaml file")
    parser.add_argument("--candidate", help="name shown in the report (default: the manifest's, or the file's name)")
    parser.add_argument("--questions", type=Path, metavar="AT.yaml", help="FILE is a whole interview; start times here")
    parser.add_argument("--policy", default="default", choices=list(POLICIES), help="law of the market")
    parser.add_argument("--delivery", default="on", choices=["on", "off"], help="score delivery competencies or not")
    parser.add_argument(
        "--scorer",
        default=None,
        choices=["evidence", "judge", "hybrid"],
        help="judge asks the model of INTERVIEW_ENGINE_JUDGE_URL, hybrid both (default: the kit's, else "
        "INTERVIEW_ENGINE_SCORER, else evidence)",
    )
    parser.add_argument("--calibration", type=Path, metavar="FILE", help="what `calibrate` wrote for this kit")
    parser.add_argument("--lang", default=None, choices=["auto", "zh", "en"], help="language of the answers")
    parser.add_argument(
        "--report-language",
        nargs="+",
        choices=languages(),
        help="languages of report.html, the first also of report.pdf (default: zh and en, the interview's first)",
    )
    parser.add_argument(
        "--one-file",
        action="store_true",
        help="recordings lie inside report.html (up to 25 MB), which can be sent alone",
    )
    parser.add_argument("--device", default=None, choices=["auto", "cpu", "cuda"])
    parser.add_argument(
        "--workers", type=int, default=None, metavar="N", help="processes side by side (default: cores)"
    )
    parser.add_argument(
        "--fps", type=float, default=None, help="pictures a second (default 5; 12 or more counts blinks)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON line per finished interview")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=_run_assess)


def _add_rank(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("rank", help="排序 · rank the reports in a folder")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print the ranking as JSON")
    parser.set_defaults(run=_run_rank)


def _add_rescore(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "rescore", help="改评分标准前先看影响 · which past decisions would flip under another kit"
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--kit", required=True, metavar="NEW", help="the changed kit (.yaml)")
    parser.add_argument(
        "--against", default=None, metavar="OLD", help="the kit in use (id or .yaml); without: the reports as stored"
    )
    parser.add_argument("--bar", type=float, default=70.0, metavar="PERCENT", help="match at the bar (default 70)")
    parser.add_argument("--calibration", type=Path, metavar="FILE", help="score the NEW side with it")
    parser.set_defaults(run=_run_rescore)


def _add_calibrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "calibrate",
        help="按人工评分校准 · learn the raters' scale, with agreement figures",
        description="RATINGS is a CSV or XLSX with the columns interview, competency, rater, rating. See "
        "docs/calibration.md.",
    )
    parser.add_argument("kit", metavar="KIT", help="a kit's id or a .yaml file")
    parser.add_argument("ratings", type=Path, metavar="RATINGS")
    parser.add_argument("--reports", type=Path, required=True, metavar="DIR", help="the --out folder of assess")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="calibration.json")
    parser.add_argument(
        "--earlier", type=Path, metavar="FILE", help="a calibration of an earlier version of the kit, to begin from"
    )
    parser.add_argument("--scale", type=int, default=5, choices=[5, 10], help="ratings are levels 1-5, or 0-10")
    parser.set_defaults(run=_run_calibrate)


def _add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("audit", help="公平性审计 · impact ratios by group (LL144 form)")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--groups", type=Path, required=True, metavar="TABLE", help="CSV or XLSX: interview, sex, …")
    parser.add_argument("--kit", metavar="ID", help="audit only this kit's interviews")
    parser.set_defaults(run=_run_audit)


def _add_trail(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("trail", help="核验审计记录 · check an exported audit trail without its database")
    parser.add_argument("file", type=Path, metavar="FILE", help="the audit log as the console or the API exports it")
    parser.add_argument("--end", metavar="NUMBER:HASH", help="an end that was kept elsewhere; shows even a rewriting")
    parser.set_defaults(run=_run_trail)


def _add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("models", help="模型权重 · weights by sha256")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in (
        ("pull", "download what is missing (resumable)"),
        ("list", "names, sizes, licences, where they are"),
        ("verify", "hash every file again"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("names", nargs="*", metavar="NAME", help="default: all that an assessment needs")
        action.set_defaults(run=_run_models)


def _add_kit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("kit", help="面试包 · interview kits")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="kits that ship").set_defaults(run=_run_kit)
    for name, text in (("show", "print a kit for people"), ("check", "check a kit file; exit 2 with every error")):
        action = actions.add_parser(name, help=text)
        action.add_argument("kit", metavar="KIT", help="a kit's id or a .yaml file")
        if name == "show":
            action.add_argument("--lang", default="zh", choices=["zh", "en"])
        action.set_defaults(run=_run_kit)


def _add_contract(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("contract", help="合同签署 · signed contracts and the certificate that seals them")
    actions = parser.add_subparsers(dest="what", required=True, metavar="ACTION")
    check = actions.add_parser(
        "verify",
        help="离线核验已签 PDF · check a signed PDF without a network or a database",
        description="Whole, or changed and in which version of the file, and by which certificates. Exit status: 0 "
        "whole, 3 changed, not signed, or not by a given certificate, 2 no PDF.",
    )
    check.add_argument("file", type=Path, metavar="FILE.pdf")
    check.add_argument(
        "--certificate", type=Path, action="append", metavar="PEM", help="a certificate that it must be signed with"
    )
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_run_verify)
    certificate = actions.add_parser("certificate", help="签署证书 · what this installation seals with")
    ways = certificate.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = ways.add_parser("show", help="whose it is, until when; made on first use")
    show.add_argument("--pem", action="store_true", help="print the certificate itself, for who checks documents")
    ways.add_parser("renew", help="make a new one; documents sealed with the former stay valid")
    taken = ways.add_parser("import", help="use one's own, for instance of a company authority")
    taken.add_argument("certificate", type=Path, metavar="CERTIFICATE.pem", help="the own first, those above it after")
    taken.add_argument("key", type=Path, metavar="KEY.pem")
    taken.add_argument("--password-from", metavar="VARIABLE", help="environment variable with the key's password")
    for way in (show, taken, ways.choices["renew"]):
        way.set_defaults(run=_run_certificate)


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "serve",
        help="招聘服务 · the service: candidates record in the browser, recruiters review",
        description="Serve with SQLite, local files and a worker in the same process; see docs/service.md for "
        "PostgreSQL, S3 and more machines.",
    )
    parser.add_argument("--demo", action="store_true", help="a made-up company with synthetic candidates")
    parser.add_argument("--host", default=None, help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=None, help="default 8000")
    parser.set_defaults(run=_run_serve)


def _add_worker(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "worker",
        help="评估队列 · assess what waits in the service's queue",
        description="Work on the queue of the service with the same settings (INTERVIEW_ENGINE_DATABASE_URL, "
        "_BLOBS_URL, _SECRET), beside `serve`; start as many as there are machines. See docs/operations.md.",
    )
    parser.add_argument("--hands", type=int, default=None, metavar="N", help="answers at a time (default: cores)")
    parser.add_argument("--demo", action="store_true", help="the queue of `serve --demo`")
    parser.set_defaults(run=_run_worker)


def _add_import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "import",
        help="导入其他系统的表格 · import a sheet of another system into the service",
        description="Check every line of a CSV, XLSX or XLS against the service's database, and with --write write it "
        "in one transaction. Prints the number of the import and each refused line with row, column and reason. "
        "See docs/migration.md.",
        epilog="Exit status: 0 nothing refused, 3 lines were refused, 2 bad usage.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--list", default="employees", metavar="LIST", help="departments, employees or leave_opening")
    parser.add_argument("--account", required=True, metavar="LOGIN", help="who imports, with what they may do")
    parser.add_argument("--company", metavar="NAME", help="whose sheet it is, where there are several")
    parser.add_argument(
        "--map", action="append", default=[], metavar="HEAD=FIELD", help="a column's field; empty: none"
    )
    parser.add_argument("--given", action="append", default=[], metavar="FIELD=TEXT", help="one value for all lines")
    parser.add_argument("--dates", action="append", default=[], metavar="FIELD=ymd", help="ymd, dmy or mdy")
    parser.add_argument("--write", action="store_true", help="write what the check has shown")
    parser.add_argument("--demo", action="store_true", help="the company of `serve --demo`")
    parser.set_defaults(run=_run_import)
    rollback = commands.add_parser("import-rollback", help="撤销一次导入 · roll an import back in one transaction")
    rollback.add_argument("batch", metavar="IMPORT", help="its number, as `import` printed it")
    rollback.add_argument("--account", required=True, metavar="LOGIN")
    rollback.add_argument("--demo", action="store_true")
    rollback.set_defaults(run=_run_rollback)


def _run_import(options: argparse.Namespace) -> int:
    with loading():
        from api.cli.imports import run_import

    return run_import(options)


def _run_rollback(options: argparse.Namespace) -> int:
    with loading():
        from api.cli.imports import run_rollback

    return run_rollback(options)


def _run_worker(options: argparse.Namespace) -> int:
    from api.cli.worker import run

    return run(options)


def _run_verify(options: argparse.Namespace) -> int:
    from api.cli.contract import verify

    return verify(options)


def _run_certificate(options: argparse.Namespace) -> int:
    from api.cli.contract import certificate

    return certificate(options)


def _run_serve(options: argparse.Namespace) -> int:
    from api.cli.serve import run

    return run(options)


def _run_assess(options: argparse.Namespace) -> int:
    from api.cli.assess import run

    return run(options)


def _run_rank(options: argparse.Namespace) -> int:
    from api.cli.rank import run

    return run(options)


def _run_rescore(options: argparse.Namespace) -> int:
    from api.cli.rescore import run

    return run(options)


def _run_calibrate(options: argparse.Namespace) -> int:
    from api.cli.calibrate import run

    return run(options)


def _run_audit(options: argparse.Namespace) -> int:
    from api.cli.audit import run

    return run(options)


def _run_trail(options: argparse.Namespace) -> int:
    from api.cli.trail import run

    return run(options)


def _run_models(options: argparse.Namespace) -> int:
    from api.cli.models import run

    return run(options)


def _run_kit(options: argparse.Namespace) -> int:
    from api.cli.kit import run

    return run(options)


if __name__ == "__main__":
    sys.exit(main())
