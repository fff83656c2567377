"""Every text is in a catalogue, every catalogue is in step with the texts, no language is coded for in Python (L5)."""

from __future__ import annotations

import ast
import importlib.util
import re
import string
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from interview_engine.i18n import catalogue_files, entries

ROOT = Path(__file__).parents[1]
PLACES = string.Formatter()


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / ".ci" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _tool()
LANGUAGES: list[str] = tool.languages()


@cache
def keys() -> dict[str, set[str]]:
    """Every text of the product and its files; seconds, for who runs these tests and not for who collects them."""
    found: dict[str, set[str]] = tool.used()
    return found


def _places(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in PLACES.parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_are_what_the_tool_writes(language: str) -> None:
    """Sorted, each msgid in the catalogue of its folder and nowhere else, none missing, none unused."""
    wanted = tool.written(language, keys())
    found = {path: path.read_text("utf-8") for path in (tool.LOCALE / language).glob("*.po")}
    assert [path.name for path, text in wanted.items() if found.get(path) != text] == [], "run .ci/catalogues.py"
    assert set(found) == set(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    texts = [entry for path in catalogue_files(language) for entry in entries(path.read_text("utf-8"))]
    assert len(texts) > 500
    assert [key for key, translation in texts if not translation] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_msgid(language: str) -> None:
    for path in catalogue_files(language):
        for key, translation in entries(path.read_text("utf-8")):
            assert _places(translation) == _places(key.rpartition("\x04")[2]), (path.name, key)


def test_a_text_that_is_not_written_out_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2"):
        list(tool.python_keys("name = 'x'\nmsg(name)\n"))
    assert list(tool.python_keys("msg('a', context='b')\nmark('c')\nself.msg(x)\n")) == ["b\x04a", "c"]


def test_a_text_that_several_folders_use_is_common_to_them() -> None:
    assert tool.area_of(["interview_engine/store/engine.py"]) == "store"
    assert tool.area_of(["api/templates/console/system/audit.html", "api/console/recruiting/people.py"]) == "console"
    assert tool.area_of(["api/cli/audit.py", "api/console/recruiting/people.py"]) == "console"
    assert tool.area_of(["api/candidate/pages.py", "api/console/frame.py"]) == "common"


CLUMSY = (
    r"\bwhoever\b",
    r"\bwhat there (is|are|was)\b",
    r"\bthe \w+ there are\b",
    r"\bso many\b",
    r"\banew\b",
    r"\bat once\b",
    r"\b(go|goes|going) on\b",
    r"\blet go of\b",
    r"\bhand(ed)? in\b",
    r"\blook(s|ed)? again\b",
    r"\blooked at\b",
    r"\btaken? back\b",
    r"\bto be had\b",
    r"\bmay stay empty\b",
    r"^Please give\b",
    r"\bneeds? your word\b",
    r"\bQuestion before\b",
)
"""Turns of phrase that English of the field says otherwise: retry, continue, submit, under review, revoke, optional."""


@pytest.mark.parametrize("phrase", CLUMSY)
def test_english_is_said_as_the_field_says_it(phrase: str) -> None:
    assert [key for key in keys() if re.search(phrase, key.rpartition("\x04")[2], re.IGNORECASE)] == []


MATERIAL = {
    "interview_engine/hr/performance/rules/reported.py": "words by which reports are read",
    "interview_engine/assessment/evidence/": "words by which answers are read",
    "interview_engine/assessment/delivery/speech_units.py": "filled pauses and syllables of Chinese",
    "interview_engine/assessment/chinese_script.py": "characters that script conversion gets wrong",
    "interview_engine/assessment/plain.py": "letters and marks that text is compared without",
    "interview_engine/assessment/spoken_numbers.py": "numbers in words",
    "interview_engine/assessment/reasons.py": "a unit as earlier reports hold it",
    "interview_engine/assessment/judge/prompt.py": "the prompt in the language of the answers",
    "interview_engine/assessment/judge/pairwise.py": "the prompt in the language of the answers",
    "pipelines/scoring/judge_cost.py": "how long a second of speech is in words",
    "pipelines/hearing/": "numbers, prompts and stock phrases of recognition",
    "interview_engine/hr/recruiting/applying/resume_": "words by which résumés are read",
    "pipelines/resumes/plain.py": "letters that radicals stand for",
    "interview_engine/hr/expense/invoices.py": "labels by which invoices are read",
    "interview_engine/hr/expense/words_of_money.py": "amounts in capitals",
    "interview_engine/hr/recruiting/jobs/job_description.py": "words by which job descriptions are read",
    "interview_engine/hr/recruiting/jobs/requisition_sheet.py": "what the heads of people's sheets are called",
    "interview_engine/hr/employment/employee_sheet.py": "what the heads of people's sheets are called",
    "interview_engine/hr/files/contract_list.py": "what the heads of people's sheets are called",
    "interview_engine/hr/files/contract_sheet.py": "what people's sheets call columns, kinds and states of contracts",
    "interview_engine/hr/files/id_sheet.py": "what people's sheets call columns and sexes",
    "interview_engine/hr/files/id_cards.py": "what stands on identity cards",
    "interview_engine/hr/files/sections.py": "what the heads of people's sheets are called",
    "interview_engine/hr/forms/matching.py": "what people mark the heads of sheets with",
    "interview_engine/hr/pay/people_lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/succession/lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/expense/lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/expense/rule_lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/expense/payouts.py": "what banks call the sheet",
    "interview_engine/hr/assets/lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/recruiting/headcount/lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/pay/budgets.py": "what the heads of people's sheets are called",
    "interview_engine/hr/pay/dual/lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/pay/lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/time/rules/shifts.py": "what stands between the times of a day",
    "interview_engine/hr/time/day_lists.py": "what the heads of terminals' files are called",
    "interview_engine/hr/time/shift_lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/time/plans.py": "how people write a day off",
    "interview_engine/hr/leave/lists.py": "what sheets call kinds of leave",
    "interview_engine/hr/leave/ledger_lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/forms/reading.py": "how people write dates, amounts, yes and no in sheets",
    "interview_engine/law_articles.py": "how Chinese law numbers its articles",
    "interview_engine/hr/recruiting/jobs/requirement_matching.py": "what résumés call languages, and how they deny",
    "interview_engine/hr/recruiting/jobs/degrees.py": "what degrees are called",
    "interview_engine/hr/people/contact.py": "labels that are pasted with addresses and numbers",
    "interview_engine/hr/accounts/": "words no password may hold; the first administrator's name",
    "interview_engine/hr/demo.py": "the demo's invented company",
    "api/wechat/double/": "the demo's invented colleagues",
    "api/routes/": "examples in the document of the API",
    "api/console/competency/surveys.py": "survey questions to begin with, kept with both languages",
    "api/console/recruiting/words.py": "names of recruiting channels, which are not translated",
    "api/cli/main.py": "help, written out so that `--help` reads no catalogue",
    "interview_engine/hr/pay/out/files.py": "what banks call the sheet",
    "interview_engine/hr/pay/out/lists.py": "what the heads of people's sheets are called",
    "interview_engine/hr/pay/settlement_list.py": "what the heads of people's sheets are called",
    "interview_engine/hr/org/department_list.py": "what the heads of people's sheets are called",
    "pipelines/customer_sheets.py": "totals and notes at the end of people's sheets",
    "pipelines/folders/audit.py": "yes and no in tables",
    "bench/": "material of measurements",
}
"""Where Chinese may stand in Python, and why: it is about the material, not about the reader's language."""

HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _modules() -> list[tuple[str, ast.Module]]:
    """Every module of the product, parsed once: the three tests that walk them are one group."""
    paths = [path for package in tool.PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths]


def _chinese(module: ast.Module) -> list[int]:
    """Lines of strings with Chinese in them, docstrings left out."""
    documents = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documents
        and HAN.search(node.value)
    ]


@pytest.mark.xdist_group("modules")
@pytest.mark.slow  # reads every file of the product
def test_no_text_for_readers_is_written_in_chinese_in_python() -> None:
    found = {name: lines for name, module in _modules() if (lines := _chinese(module))}
    assert {name: lines for name, lines in found.items() if not name.startswith(tuple(MATERIAL))} == {}
    assert [start for start in MATERIAL if not any(name.startswith(start) for name in found)] == []


@pytest.mark.xdist_group("modules")
@pytest.mark.slow
def test_no_module_asks_whether_the_reader_is_chinese() -> None:
    readers = ("api/", "pipelines/reports/", "pipelines/folders/", "interview_engine/hr/", "interview_engine/store/")
    assert [
        f"{name}:{node.lineno}"
        for name, module in _modules()
        if name.startswith(readers)
        for node in ast.walk(module)
        if isinstance(node, ast.Compare)
        and any(isinstance(one, ast.Constant) and one.value == "zh" for one in (node.left, *node.comparators))
    ] == []


@pytest.mark.xdist_group("modules")
@pytest.mark.slow
def test_every_text_is_a_message() -> None:
    """The pair of Chinese and English that texts were is gone."""
    named = {name for name, module in _modules() for node in ast.walk(module) if getattr(node, "id", "") == "Bilingual"}
    assert named == set()


def test_a_template_says_by_context_which_word_is_meant() -> None:
    source = '{{ _("Rate") }}{% if row %}{{ _("Open", context="amount") }}{{ _("Reason", why=_("Other")) }}{% endif %}'
    assert set(tool.template_keys(source)) == {"Rate", "amount\x04Open", "Reason", "Other"}
