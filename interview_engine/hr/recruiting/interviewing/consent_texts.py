"""What a candidate reads before agreeing: what is recorded, measured, kept, who sees it, which rights there are.

Data, one text a policy, zh and en. `VERSION` is kept with every consent; raise it whenever a word changes, so that one
can always say what somebody agreed to. The rules behind the texts: PIPL articles 14, 17, 24, 28–29 (cn); GDPR articles
13 and 22, AI Act annex III(4) (eu); NYC Local Law 144 (us-ny); 820 ILCS 42 (us-il).
"""

from __future__ import annotations

from dataclasses import dataclass

from interview_engine.assessment.policy import POLICIES, Policy
from interview_engine.errors import Bilingual

VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and its sentences."""

    id: str
    heading: Bilingual
    points: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class Purpose:
    """Something that is asked for by itself, refused without disadvantage."""

    id: str
    label: Bilingual
    detail: Bilingual


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The whole text of a policy. `purposes` are the measurements that need a consent of their own (may be none)."""

    policy: Policy
    sections: tuple[Section, ...]
    purposes: tuple[Purpose, ...]


def consent_text(policy_id: str, delivery_percent: float = 0.0) -> ConsentText:
    """The text of a policy. KeyError for a policy that does not exist.

    Args:
        delivery_percent: what the kit's delivery competencies weigh in its total, 0..100.
    """
    policy = POLICIES[policy_id]
    assessed = (*_CONTENT, *_cues(policy, delivery_percent), _NEVER)
    sections = (
        Section("recorded", Bilingual("录制什么", "What is recorded"), _RECORDED),
        Section("measured", Bilingual("评估什么", "What is assessed"), assessed),
        Section("decides", Bilingual("谁做决定", "Who decides"), _DECIDES),
        Section("kept", Bilingual("保存多久", "How long it is kept"), _kept(policy)),
        Section("seen", Bilingual("谁能看到", "Who sees it"), (*_SEEN, *_SEEN_BY_POLICY.get(policy.id, ()))),
        Section("rights", Bilingual("你的权利", "Your rights"), (*_RIGHTS, *_RIGHTS_BY_POLICY.get(policy.id, ()))),
    )
    purposes = (*((VOICE,) if policy.voice_cues else ()), *((FACE,) if policy.visual_cues else ()))
    return ConsentText(policy, sections, purposes)


VOICE = Purpose(
    "voice",
    Bilingual("可以测量我的声音", "My voice may be measured"),
    Bilingual("音高和音量的起伏，只作描述。", "How pitch and loudness move, as a description."),
)
FACE = Purpose(
    "face",
    Bilingual("可以测量我的画面", "My picture may be measured"),
    Bilingual(
        "是否看向镜头、头和手的动作，只作描述；不做人脸识别。",
        "Whether you look towards the camera, movements of head and hands, as a description. It identifies nobody.",
    ),
)

_RECORDED = (
    Bilingual(
        "你的回答：视频、只录声音或文字，每道题由你选择。只在你按下开始后录制。",
        "Your answers: video, voice only or writing; you choose for every question. Only after you press start.",
    ),
    Bilingual("试录不评估，试完立即删除。", "The practice recording is not assessed and is deleted at once."),
)

_CONTENT = (
    Bilingual(
        "你说了什么：软件把声音转成文字，对照岗位要求给出分数，每一分都附上你的原话。",
        "What you say: software turns it into text and scores it against the job's criteria; every point quotes you.",
    ),
)

_NEVER = Bilingual(
    "不会从你的脸或声音推断你的感受、性格、健康、年龄或来历。",
    "Nothing is inferred from your face or voice about how you feel, who you are, your health, age or origin.",
)

_DECIDES = (
    Bilingual(
        "决定由招聘方的人做出，并写明理由。软件不会自动淘汰任何人。",
        "A person at the employer decides and writes down why. The software turns nobody down.",
    ),
    Bilingual(
        "文字作答与视频作答同等对待：题目相同、标准相同。",
        "Writing counts the same as speaking: same questions, same criteria.",
    ),
)

_SEEN = (
    Bilingual(
        "只有负责这个职位的招聘人员和用人部门。每一次查看都有记录。",
        "Only those who recruit for this job. Every look is written down.",
    ),
    Bilingual(
        "数据保存在招聘方自己运行或租用的服务器上，不出售，不用于其他目的。",
        "It is kept on servers that the employer runs or rents. It is not sold or used for anything else.",
    ),
)

_RIGHTS = (
    Bilingual(
        "随时可以用同一个链接：查看评估了什么、更正文字记录、请人重新评分、退出并删除。",
        "By the same link, at any time: see what was assessed, correct the transcript, ask a person to rate again, "
        "withdraw and have everything deleted.",
    ),
    Bilingual(
        "删除后你会得到一份可核对的回执。不同意或退出不会影响你以后应聘。",
        "You get a receipt of the deletion that can be checked. Refusing or withdrawing never counts against you.",
    ),
)

_SEEN_BY_POLICY: dict[str, tuple[Bilingual, ...]] = {
    "us-il": (
        Bilingual(
            "视频只给评估岗位所必需的人看（820 ILCS 42/10）。",
            "Videos are shared only with those whose expertise is needed to evaluate you (820 ILCS 42/10).",
        ),
    ),
}

_RIGHTS_BY_POLICY: dict[str, tuple[Bilingual, ...]] = {
    "cn": (
        Bilingual(
            "声音和人脸信息是敏感个人信息，单独征求你的同意，可以只同意其中一项或都不同意"
            "（《个人信息保护法》第 28、29 条）。",
            "Voice and face are sensitive personal information: each is asked for by itself, and either may be refused "
            "(PIPL articles 28 and 29).",
        ),
        Bilingual(
            "你可以要求说明自动评估的依据，也可以拒绝只由自动评估作出的决定（第 24 条）。",
            "You may ask how the automated assessment came about, and refuse a decision made by it alone (article 24).",
        ),
    ),
    "eu": (
        Bilingual(
            "你可以要求人工介入、表达意见并提出异议（GDPR 第 22 条），也可以向监管机构投诉。",
            "You may have a person step in, give your view and contest the result (GDPR article 22), and complain to a "
            "supervisory authority.",
        ),
    ),
    "us-ny": (
        Bilingual(
            "这是自动化雇用决策工具，须提前 10 个工作日告知；你可以要求替代方式，并索取偏差审计摘要（Local Law 144）。",
            "This is an automated employment decision tool, with 10 business days' notice; you may ask for another way "
            "and for the summary of its bias audit (Local Law 144).",
        ),
    ),
    "us-il": (
        Bilingual(
            "你要求删除后，30 天内删除所有副本（820 ILCS 42/15）。",
            "Within 30 days of your request every copy is deleted (820 ILCS 42/15).",
        ),
    ),
}


def _cues(policy: Policy, delivery_percent: float) -> tuple[Bilingual, ...]:
    if not policy.voice_cues and not policy.visual_cues:
        return (
            Bilingual(
                f"不测量面部和声音（{policy.article.zh}）。",
                f"Face and voice are not measured ({policy.article.en}).",
            ),
        )
    described = Bilingual(
        "怎么说的：语速和停顿；如果你另外同意，还有声音和画面。只作描述，与内容得分分开。",
        "How you say it: pace and pauses and, if you agree below, voice and picture. A description, apart from the "
        "content score.",
    )
    if delivery_percent <= 0.0:
        return (described,)
    counted = Bilingual(
        f"这个职位另有“表达”一项，按公开的公式计算，占总分 {delivery_percent:g}%，单独列出。",
        f"This job also has a delivery criterion: a published formula over these measures, {delivery_percent:g} % of "
        "the total, shown by itself.",
    )
    return described, counted


def _kept(policy: Policy) -> tuple[Bilingual, ...]:
    days = policy.retention_days
    return (
        Bilingual(
            f"录制和评估最多保存 {days} 天，之后自动删除；你要求时更早删除。",
            f"Recordings and assessment for {days} days at most, then they are deleted; earlier when you ask.",
        ),
        Bilingual(
            "如果你被录用，评估结果转入你的员工档案。", "If you are hired, the assessment goes into your employee file."
        ),
    )
