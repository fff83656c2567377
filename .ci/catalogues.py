"""Keep the catalogues of texts in step with the product.

    python .ci/catalogues.py            rewrite every catalogue: sorted, new msgids with an empty msgstr, none unused
    python .ci/catalogues.py --check    change nothing; say which files would change, status 1 when any would
    python .ci/catalogues.py fr         begin the language fr, with the catalogues that LANGUAGES_OF_PEOPLE need

A msgid lives in the catalogue of the folder that uses it (AREAS), in `common` when several do. Translations move along.
Catalogues that an HR area brings in its own `locale` folder are left to it.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from interview_engine.i18n import entries  # noqa: E402 the tree that this script belongs to

LOCALE = ROOT / "interview_engine" / "locale"
PACKAGES = ("interview_engine", "models", "pipelines", "api", "bench")
MARKS = ("msg", "mark", "_", "say", "translate")
"""What a text is written out in: msg("…") and mark("…") in Python, _("…") in templates."""

AREAS: tuple[tuple[str, str], ...] = (
    ("interview_engine/hr/recruiting/interviewing/consent_texts.py", "consent"),
    ("interview_engine/hr/recruiting/headcount/", "console_recruiting"),
    ("interview_engine/hr/recruiting/", "recruiting"),
    ("interview_engine/hr/competency/promotion.py", "console_competency"),
    ("interview_engine/hr/competency/", "competency"),
    ("interview_engine/hr/succession/", "console_competency"),
    ("interview_engine/hr/approvals/", "approvals"),
    ("interview_engine/hr/messaging/", "messaging"),
    ("interview_engine/hr/files/sections.py", "people"),
    ("interview_engine/hr/files/photos.py", "people"),
    ("interview_engine/hr/files/", "console_employees"),
    ("interview_engine/hr/employment/", "console_employees"),
    ("interview_engine/hr/calendar/", "console_calendar"),
    ("interview_engine/hr/requests/", "console_requests"),
    ("interview_engine/hr/signing/", "console_signing"),
    ("interview_engine/signing_settings.py", "commands"),
    ("pipelines/papers/", "console_signing"),
    ("api/signing/", "console_signing"),
    ("api/templates/public/sign.html", "console_signing"),
    ("interview_engine/hr/expense/lists.py", "console_expense"),
    ("interview_engine/hr/expense/rule_lists.py", "console_expense"),
    ("interview_engine/hr/expense/payouts.py", "console_expense"),
    ("interview_engine/hr/expense/company.py", "console_expense"),
    ("interview_engine/hr/expense/", "expense"),
    ("api/phone/expenses.py", "expense"),
    ("api/templates/wechat/expense", "expense"),
    ("api/console/expense/", "console_expense"),
    ("api/templates/console/expense/", "console_expense"),
    ("pipelines/scans/invoice.py", "expense"),
    ("interview_engine/hr/leave/request.py", "people"),
    ("interview_engine/hr/leave/types.py", "people"),
    ("interview_engine/hr/leave/", "console_leave"),
    ("interview_engine/hr/pay/words.py", "payslip"),
    ("interview_engine/hr/pay/items.py", "payslip"),
    ("interview_engine/hr/pay/allowances.py", "payslip"),
    ("interview_engine/hr/pay/rules/proration.py", "payslip"),
    ("interview_engine/hr/pay/composition.py", "payslip"),
    ("interview_engine/hr/pay/lock.py", "payslip"),
    ("interview_engine/hr/pay/questions.py", "payslip"),
    ("interview_engine/hr/pay/income_certificate.py", "payslip"),
    ("interview_engine/hr/pay/area.py", "payslip"),
    ("api/console/leave/", "console_leave"),
    ("interview_engine/hr/rosters/", "console_rosters"),
    ("pipelines/roster.py", "console_rosters"),
    ("api/console/rosters/", "console_rosters"),
    ("api/templates/console/rosters/", "console_rosters"),
    ("interview_engine/hr/time/punching.py", "people"),
    ("interview_engine/hr/time/attendance.py", "people"),
    ("interview_engine/hr/time/correction_request.py", "people"),
    ("interview_engine/hr/time/overtime_request.py", "people"),
    ("interview_engine/hr/time/policy.py", "people"),
    ("interview_engine/hr/time/typed.py", "people"),
    ("interview_engine/hr/time/", "console_time"),
    ("api/console/time/", "console_time"),
    ("api/templates/console/time/", "console_time"),
    ("interview_engine/hr/pay/", "console_pay"),
    ("api/console/pay/", "console_pay"),
    ("api/templates/console/pay/", "console_pay"),
    ("interview_engine/hr/performance/lists/", "console_performance"),
    ("interview_engine/hr/performance/", "performance"),
    ("api/console/performance/", "console_performance"),
    ("api/templates/console/performance/", "console_performance"),
    ("api/phone/performance/", "performance"),
    ("api/templates/wechat/performance/", "performance"),
    ("interview_engine/hr/migration/", "console_migration"),
    ("interview_engine/hr/org/department_list", "console_migration"),
    ("interview_engine/hr/tasks/rules.py", "people"),
    ("interview_engine/hr/tasks/", "console_joining"),
    ("interview_engine/hr/onboarding/asked_sections.py", "people"),
    ("interview_engine/hr/onboarding/rules.py", "people"),
    ("interview_engine/hr/onboarding/links.py", "people"),
    ("interview_engine/hr/onboarding/", "console_joining"),
    ("interview_engine/hr/offboarding/interviews.py", "people"),
    ("interview_engine/hr/offboarding/rules.py", "people"),
    ("interview_engine/hr/offboarding/", "console_leaving"),
    ("interview_engine/hr/assets/", "console_leaving"),
    ("interview_engine/hr/privacy/holds.py", "console_system"),
    ("interview_engine/hr/privacy/scheduled.py", "console_system"),
    ("interview_engine/hr/forms/", "lists"),
    ("interview_engine/hr/lists/", "lists"),
    ("interview_engine/hr/", "people"),
    ("interview_engine/store/", "store"),
    ("interview_engine/assessment/reasons.py", "reasons"),
    ("interview_engine/assessment/comparing/", "reasons"),
    ("interview_engine/assessment/kits/", "kits"),
    ("interview_engine/assessment/", "assessment"),
    ("interview_engine/", "service"),
    ("models/", "models"),
    ("pipelines/reports/", "reports"),
    ("pipelines/templates/", "reports"),
    ("pipelines/folders/", "folders"),
    ("pipelines/scans/portrait.py", "pipelines"),
    ("pipelines/scans/", "console_employees"),
    ("pipelines/", "pipelines"),
    ("api/candidate/", "candidate"),
    ("api/templates/candidate/", "candidate"),
    ("api/templates/public/api.html", "api"),
    ("api/templates/public/", "candidate"),
    ("api/wechat/", "wechat"),
    ("api/phone/requests.py", "console_requests"),
    ("api/phone/pay/", "payslip"),
    ("api/phone/shifts.py", "console_rosters"),
    ("api/phone/", "wechat"),
    ("api/templates/wechat/request_form.html", "wechat"),
    ("api/templates/wechat/request", "console_requests"),
    ("api/templates/wechat/pay/", "payslip"),
    ("api/templates/wechat/shifts.html", "console_rosters"),
    ("api/templates/wechat/", "wechat"),
    ("api/console/recruiting/", "console_recruiting"),
    ("api/templates/console/recruiting/", "console_recruiting"),
    ("api/console/competency/", "console_competency"),
    ("api/templates/console/competency/", "console_competency"),
    ("api/console/employees/", "console_employees"),
    ("api/console/calendar/", "console_calendar"),
    ("api/console/migration/", "console_migration"),
    ("api/templates/console/calendar/", "console_calendar"),
    ("api/templates/console/migration/", "console_migration"),
    ("api/console/joining/", "console_joining"),
    ("api/console/leaving/", "console_leaving"),
    ("api/templates/console/leaving/", "console_leaving"),
    ("api/templates/console/joining/", "console_joining"),
    ("api/templates/console/employees/", "console_employees"),
    ("api/console/requests/", "console_requests"),
    ("api/routes/requests/", "console_requests"),
    ("api/templates/console/requests/", "console_requests"),
    ("api/console/quality/", "console_quality"),
    ("api/templates/console/quality/", "console_quality"),
    ("api/console/system/", "console_system"),
    ("api/templates/console/system/", "console_system"),
    ("api/console/", "console"),
    ("api/templates/console/", "console"),
    ("api/cli/", "commands"),
    ("api/", "api"),
    ("bench/", "bench"),
)
"""Folders and the catalogues of their texts; the first that matches counts."""

STAFF_ONLY = ("console", "commands", "bench")
"""Catalogues (by how their names begin) that a language of candidates' pages and errors does without."""

PAGES_ONLY = ("ja", "es")
"""Languages of candidates' pages and errors; the console has the others."""


def area_of(files: Iterable[str]) -> str:
    """The catalogue of a text that these files use."""
    areas = {next(area for start, area in AREAS if file.startswith(start)) for file in files}
    if len(areas) == 1:
        return areas.pop()
    return "console" if all(area.startswith(STAFF_ONLY) for area in areas) else "common"


def needed(language: str, area: str) -> bool:
    """Whether the language has a catalogue of that area."""
    return language not in PAGES_ONLY or not area.startswith(STAFF_ONLY)


def used() -> dict[str, set[str]]:
    """Every key that the product uses ("context\\x04msgid" or the msgid), with the files that use it."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            keys = {".py": python_keys, ".html": template_keys, ".j2": template_keys}.get(path.suffix)
            for key in () if keys is None else keys(path.read_text("utf-8")):
                found.setdefault(key, set()).add(path.relative_to(ROOT).as_posix())
    return found


def python_keys(source: str) -> Iterator[str]:
    """Keys of the texts that a module writes out.

    Raises:
        ValueError: msg or mark whose text is not written out, so that nobody could translate it.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        text = node.args[0]
        if name not in MARKS:
            continue
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            context = next((word.value for word in node.keywords if word.arg == "context"), None)
            yield f"{context.value}\x04{text.value}" if isinstance(context, ast.Constant) else text.value
        elif name in ("msg", "mark") and isinstance(node.func, ast.Name):
            raise ValueError(f"line {node.lineno}: {name}() needs a text that is written out")


def template_keys(source: str) -> Iterator[str]:
    """Keys of the texts that a template writes out, with their contexts."""
    for call in Environment().parse(source).find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name != "_" or not call.args:
            continue
        text = call.args[0]
        if isinstance(text, nodes.Const) and isinstance(text.value, str):
            context = next((word.value for word in call.kwargs if word.key == "context"), None)
            yield f"{context.value}\x04{text.value}" if isinstance(context, nodes.Const) else text.value


def languages() -> list[str]:
    """The languages that have catalogues."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def written(language: str, keys: dict[str, set[str]]) -> dict[Path, str]:
    """The catalogues of a language as they should be, by file."""
    folder = LOCALE / language
    known = {
        key: translation
        for path in sorted(folder.glob("*.po"))
        for key, translation in entries(path.read_text("utf-8"))
        if translation
    }
    elsewhere = {
        key
        for path in (ROOT / "interview_engine" / "hr").glob(f"*/locale/{language}/*.po")
        for key, _ in entries(path.read_text("utf-8"))
    }
    by_area: dict[str, dict[str, str]] = {}
    for key, files in keys.items():
        area = area_of(files)
        if key not in elsewhere and needed(language, area):
            by_area.setdefault(area, {})[key] = known.get(key, "")
    return {folder / f"{area}.po": catalogue_text(language, texts) for area, texts in sorted(by_area.items())}


def catalogue_text(language: str, texts: dict[str, str]) -> str:
    """A catalogue as gettext reads it, sorted by msgid."""
    header = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: {language}\\n"\n'
    blocks = []
    for key in sorted(texts, key=lambda key: key.rpartition("\x04")[::-1]):
        context, _, text = key.rpartition("\x04")
        lines = [f"msgctxt {_quoted(context)}"] if context else []
        blocks.append("\n".join([*lines, f"msgid {_quoted(text)}", f"msgstr {_quoted(texts[key])}"]) + "\n")
    return "\n".join([header, *blocks])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def main() -> int:
    """The command line; returns its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("language", nargs="?", help="a language to begin")
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args()
    if options.language:
        (LOCALE / options.language).mkdir(parents=True, exist_ok=True)
    keys = used()
    wrong = 0
    for language in languages():
        wanted = written(language, keys)
        for path in sorted({*(LOCALE / language).glob("*.po"), *wanted}):
            text = wanted.get(path)
            if (path.read_text("utf-8") if path.exists() else None) == text:
                continue
            wrong += 1
            print(path.relative_to(ROOT), "is not in step with the texts" if options.check else "written")
            if options.check:
                continue
            if text is None:
                path.unlink()
            else:
                path.write_text(text, "utf-8")
        missing = sum(text.count('msgstr ""\n\n') + text.endswith('msgstr ""\n') for text in wanted.values())
        if missing:
            print(f"{language}: {missing} texts are not translated yet")
    return 1 if options.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
