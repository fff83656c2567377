"""A plain résumé is read against a plain job as a reader would: degrees, words in either order, denials (A20)."""

from __future__ import annotations

import pytest

from interview_engine.hr.recruiting.jobs.job_description import JobRequirement, RequirementKind, prefilter

CV = """王芳
2016–2020 浙江工商大学 市场营销 本科
2020–2023 优购电商有限公司 客服专员 处理投诉与售后
技能：工单系统 Zendesk，Excel
普通话二级甲等
"""


def said(kind: RequirementKind, text: str, resume: str) -> str:
    """The quote; empty where the résumé does not speak of it."""
    return prefilter((JobRequirement(text, kind),), resume)[1][0].quote


def test_a_plain_resume_meets_a_plain_job_and_whole_lines_are_quoted() -> None:
    wanted = (
        JobRequirement("大专及以上学历", "degree", 0.0),
        JobRequirement("有投诉处理经验", "experience"),
        JobRequirement("熟练使用工单系统", "skill"),
        JobRequirement("普通话流利", "language"),
    )
    share, rows = prefilter(wanted, CV)
    assert share == 1.0
    assert [row.quote for row in rows] == [
        "2016–2020 浙江工商大学 市场营销 本科",
        "2020–2023 优购电商有限公司 客服专员 处理投诉与售后",
        "技能:工单系统 Zendesk,Excel",
        "普通话二级甲等",
    ]


@pytest.mark.parametrize(
    ("kind", "text", "resume", "meets"),
    [
        ("degree", "本科及以上学历", "学历：大专", False),
        ("degree", "本科及以上学历", "北京大学 硕士", True),
        ("degree", "大专或本科", "学历：大专", True),
        ("degree", "Bachelor's degree", "MSc in Economics", True),
        ("degree", "大专及以上学历", "学历：高中", False),
        ("skill", "熟悉 CRM", "不会用CRM，会用 Excel", False),
        ("skill", "熟悉 CRM", "CRM 没用过", False),
        ("skill", "熟悉 CRM", "前年不会用CRM，去年起每天用 CRM", True),
        ("skill", "Familiar with Zendesk", "I have never used Zendesk", False),
        ("experience", "有投诉处理经验", "没有投诉处理经验", False),
        ("experience", "有投诉处理经验", "负责处理客户的投诉", True),
        ("experience", "有投诉处理经验", "投诉\n处理订单", False),
        ("language", "普通话流利", "普通话三级甲等", False),
        ("language", "普通话流利", "普通话不流利", False),
        ("language", "普通话流利", "普通话一级乙等", True),
        ("language", "会普通话", "普通话一般", True),
        ("language", "Fluent English", "English: IELTS 7.5", True),
        ("language", "英语流利", "英语四级", False),
    ],
)
def test_what_counts_as_said(kind: RequirementKind, text: str, resume: str, meets: bool) -> None:
    assert bool(said(kind, text, resume)) is meets


def test_of_a_very_long_line_the_sentence_is_quoted() -> None:
    resume = "我做过很多事。" * 60 + "我每天处理投诉二十起。" + "还有别的。" * 60
    assert said("experience", "有投诉处理经验", resume) == "我每天处理投诉二十起。"
    endless = "做" * 500 + "处理投诉" + "做" * 500
    quote = said("experience", "有投诉处理经验", endless)
    assert "处理投诉" in quote
    assert len(quote) <= 162
