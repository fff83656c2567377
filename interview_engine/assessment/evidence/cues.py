"""Find cues of how a thing is told: words and phrases by category, with negation. The lists are data (cues_*.json).

A cue is never a level by itself; level.py weighs the categories. Lists are written for each language from how people
speak it, and audited so that modest wording ("just", "the team", 就是, 其实也没什么) is no cue at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from interview_engine.assessment.plain import plain_text
from interview_engine.assessment.text import fold

Patterns = Mapping[str, re.Pattern[str]]

NEGATABLE = frozenset({"method", "check", "instrument", "probe", "outcome", "action"})
"""Categories that a negation turns round: "we did not document it" is against, not for."""

_NAMEABLE = frozenset({"method", "check", "instrument", "probe"})
"""Of these, what can be named first and denied after."""

_APPROXIMATE = frozenset({"vague", "no_method", "simple", "uncertain"})
"""Before a number words of these lists are honest rounding ("roughly 30", 差不多两个小时) and no cue."""

_NEGATOR = {
    "en": re.compile(
        r"\b(?:not|no|never|without|hardly|rarely|neither|nor|nobody|none|instead of|rather than|lacked|cannot|"
        r"(?:did|do|does|is|was|were|are|have|has|had|would|could|should|ca|wo)n'?t|(?:supposed|meant) to|"
        r"(?:should|could|ought to) have|(?:should|could)'ve|too (?:lazy|busy) to|couldn't be bothered|no time)\b|"
        r"\b(?:stopped|avoided|skipped|failed to|forgot to|refus\w+ to)(?:\s+(?:the|a|an|any|our|my|to))?\s+$"
    ),
    "zh": re.compile(
        r"没有|没能|没|不是|不会|不太|不|未|从未|无|别|缺少|缺乏|忘了|懒得|拒绝|而不是|跳过|省掉|省了|略过|免了|"
        r"本来(?:想|该|应该|要)|谁会|哪有|哪会"
    ),
}
_DENIED_AFTER = {
    "en": re.compile(
        r"[^.!?;,:\n]{0,25}?\b(?:(?:was|were|is|are|got|has|have|had)(?:n'?t| not| never)(?: been)? "
        r"(?:done|made|used|run|written|kept|taken|checked|finished|filled|opened|held|called)|"
        r"(?:was|were|got|been) (?:skipped|dropped|left out|left undone|cancelled|never done)|"
        r"never (?:happened|got done|took place)|did(?:n'?t| not) happen|i (?:skipped|never|did(?:n'?t| not)))\b"
    ),
    "zh": re.compile(
        r"[^，。！？；、：,.!?;:\s]{0,3}?(?:[了过]|这个?|那个?|一?[步块项]|的?事儿?|嘛|呢|什么的|我们?|他们|大家|都|也|更|就|那|基本|其实|一直|从来|压根|根本|真|"
        r"倒|是|还|当时|后来|那天)*(?:没(?:有)?(?:真的?)?(?:做|搞|弄|用|写|跑|填|安排|顾上|来得及|时间|空|工夫)(?!完|好|错|出)|"
        r"做不了|做不成|搞不了|弄不了|没法[做搞弄]|[不未](?:做|搞|弄|用)(?!错|好|完)|没戏|算了|省了|省掉|免了|跳过|略过|忘了)"
    ),
}
"""A cue is denied by what follows it in its clause: 用户分群也没做过, "the checklist was never opened"."""

_ASKS_WOULD = {
    "en": re.compile(r"\b(?:would|will) you\b|\bwhat if\b|\b(?:imagine|suppose)\b"),
    "zh": re.compile("(?:会|要|该|打算)(?:怎么|如何|怎样|咋)|怎么办|咋办|假如|如果|假设|设想|想象"),
}
_NOT_NEGATOR = {
    "en": re.compile(
        r"\bnot only\b|\bno doubt\b|\bno matter\b|\bnot just\b|\bno later than\b|\bwhether or not\b|\bno longer\b|"
        r"\bif not\b|\bno[- ]go\b"
    ),
    "zh": re.compile(
        r"不仅|不但|不断|不过|没想到|不只|差不多|不错|不少|不得不|无论|不管|不同|不然|要不|不光|不久|不到|不止|不一样|不满|不对|"
        r"没问题|是不是|有没有|能不能|会不会|要不要|对不对|行不行|可不可以|好不好|清不清|愿不愿|够不够|不良|不懂|不明白|不清楚的|没事|没什么|没啥|没多大|没几个|"
        r"特别|区别|分别|级别|类别|别人|别的|个别|识别|鉴别|无线|无忧|无人|未来|没几天|没多久|没等|不知道"
    ),
}
_CLAUSE_END = {
    "en": re.compile(r"[.!?;:,\n]|\bbut\b|\bso\b|\bthen\b|\band i\b|\band we\b"),
    "zh": re.compile(r"[，。！？；、：,.!?;\s]|但是|但|所以|然后|就"),
}
_REACH = {"en": 45, "zh": 8}
"""Characters before a cue in which a negator of the same clause turns it (about six English words)."""

_SEARCHED = re.compile(r"looked\s+(?:for|into|at|up|after|through|over|back|forward|closely)\b")
""""It looked right" is a judgement by eye, "I looked for leaks" is a search."""

_NUMBER = {
    "en": re.compile(
        r"(?<![\w.])[$€£¥]?\d+(?:[.,:/]\d+)*\s?(?:%|percent\b|k\b|x\b)?|"
        r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|"
        r"eighty|ninety|hundred|thousand|million|dozen|half|twice)\b|\bper ?cent\b"
    ),
    "zh": re.compile(
        r"\d+(?:[.,:/]\d+)*\s*[%％]?|百分之[零一二三四五六七八九十百两点半]+|"
        r"[一二两三四五六七八九十百千万几]*[二两三四五六七八九十百千万][一二三四五六七八九十百千万]*(?=[个位名家次天周月年点分秒块元页条单件台套人组轮遍步小门篇张本场批种项层倍成折户岁号克斤米公])|"
        r"一半|[一二三四五六七八九]成(?!功|本|为|长|熟|员)|半(?=个|天|小时|年|月)"
    ),
}
_NAMED = {
    "en": re.compile(
        r"(?<=[a-z,;] )[A-Z][A-Za-z0-9]*(?:[./+#-][A-Za-z0-9]+)*|\b[A-Z]{2,}[A-Za-z0-9]*\b|\b[A-Z][a-z]+[A-Z]\w*"
    ),
    "zh": re.compile(r"[A-Za-z][A-Za-z0-9./+#-]+|《[^》]{1,20}》|“[^”]{2,20}”"),
}
_NAMED_NOT = re.compile(r"^(?:I|OK|Ok|Yes|No|I'm|I'd|I've|I'll|AI|HR|A)$")
_PAST = (
    "asked|began|bought|brought|broke|built|called|came|caught|chose|cut|did|drew|drove|fed|felt|found|fought|gave|got|"
    "held|heard|kept|knew|laid|led|left|let|made|met|paid|put|ran|read|rang|rebuilt|rewrote|said|sat|saw|sent|set|showed|"
    "sold|spent|split|spoke|spread|stood|stuck|swapped|taught|told|took|thought|understood|went|wrote"
)
_ACTION = {
    "en": re.compile(
        r"\b(?:i|we|she and i|he and i|they and i|my team|our team|the team|team|(?:my |the |our )?colleagues)"
        r"(?:\s(?:then|also|first|personally|quickly|immediately|later|finally|both|all|just|only|simply|really|even|"
        r"always|already|together|and|basically|actually|soon|next)){0,2}\s"
        rf"(?:{_PAST}|(?!need|want|used|tried|liked|happened|worked)[a-z]{{2,}}ed)\b|"
        r"\b(?:all|the only (?:thing|bit|part)|what) (?:i|we) (?:really )?did was (?:to )?(?:just )?[a-z]+"
    ),
    "zh": re.compile(
        r"(?:拉|排|对|查|翻|核|问|写|画|列|记|改|加|拆|抽|测|试|跑|算|量|数|盯|蹲|看|听|教|做|换|补|修|调|挪|减|分|发|打|寄|送|找|约|"
        r"请|带|陪|录|存|建|装|搭|设|定|签|谈|讲|说|放|挂|摆|贴|盘|开|关|停|退|订|卖|推|选|挑|比|回|追|跟|报|催|挡|合|并|整理|梳理|联系|"
        r"通知|安抚|道歉|解释|演示|示范|确认|复述|排查|统计|分析|协调|申请|准备|安排|组织|检查|测试|验证|记录|沟通)"
        r"(?:了|出来|出|到了|到|成|完|好|掉|过来|上|下来|起来|给|遍|清|清楚)|"
        r"把[^，。！？；,.!?;]{1,14}?(?:了|成|到|给|出|开|掉|好|完|上|下来|起来|清|一遍|分开|存|写|记|改|调|加|排|拉)|"
        r"(?:让|请|叫|约|带|陪|帮|给|跟|找|问)(?:他|她|他们|她们|对方|客户|顾客|同事|家长|学生|孩子|师傅|店员|仓库|财务|老[\u4e00-\u9fff]|小[\u4e00-\u9fff]|每个人|大家)|"
        r"(?:翻翻|查查|问问|聊聊|对对|算算|数数|记记|排排|听听|讲讲|教教|练练|摸摸|写写|补补|催催|理理|打打电话|跑跑腿|弄了)(?!吧|再说)"
    ),
}

_ACTS = (
    "拉|排|对|查|翻|核|问|写|画|列|记|改|加|拆|抽|测|试|跑|算|量|数|盯|蹲|看|听|教|做|换|补|修|调|挪|分|发|打|寄|送|找|约|请|带|陪|录|存|"
    "建|装|搭|设|定|签|谈|讲|说|放|挂|摆|贴|盘|开|关|停|退|推|选|挑|比|回|追|跟|报|催|挡|拿|把|让|叫|联系|通知|安抚|道歉|解释|演示|示范|"
    "确认|复述|统计|分析|协调|申请|准备|安排|组织|检查|验证|沟通|提前|学|练"
)
_WOULD_ACT = {
    "en": re.compile(
        r"\b(?:i|we)(?:'d|'ll| would| will)(?:\s(?:also|then|first|always|probably|immediately|just|only|even|still|"
        r"personally|go and|sit down and)){0,2}\s(?!(?:not|never|be|have|like|love|hope|prefer|rather|guess|say|think|"
        r"feel|want|need|get|probably|imagine|suppose|wait|stay|leave)\b)[a-z]{3,}"
    ),
    "zh": re.compile(
        r"(?:会|先|再|就得|肯定|一定)(?:先|再|就|马上|立刻|立即|当面|当场|主动|亲自|自己|直接|一起|单独|分别|去|来|给[他她]|跟[他她])*"
        rf"(?:{_ACTS})(?!说吧|看吧)"
    ),
}
"""What somebody would do, for a question that asks no more ("I'd confirm the address", 我会先去现场看)."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue in a text: its category, the words as written in lower case, where it is, and whether it is negated."""

    category: str
    text: str
    start: int
    end: int
    negated: bool


def asks_would(question: str, language: str) -> bool:
    """Whether a question asks what somebody would do, so that an intention is all that an answer can tell."""
    return _ASKS_WOULD["zh" if language == "zh" else "en"].search(fold(question)) is not None


def find(text: str, language: str, would: bool = False) -> tuple[Cue, ...]:
    """Every cue of `text` in order of position. Inside one category matches do not overlap; categories may.

    Args:
        would: the question asks what one would do (`asks_would`): what somebody would do then counts as an action.
    """
    side = "zh" if language == "zh" else "en"
    folded = fold(text)
    found = [
        (category, match.start(), match.end())
        for category, pattern in lexicon(side).items()
        for match in pattern.finditer(folded)
        if not (category in _APPROXIMATE and _NUMBER[side].match(folded, _skip_blank(folded, match.end())))
        and not (category == "no_method" and _SEARCHED.match(folded, match.start()))
    ]
    found += [("number", match.start(), match.end()) for match in _NUMBER[side].finditer(folded)]
    found += [("action", match.start(), match.end()) for match in _ACTION[side].finditer(folded)]
    if would:
        found += [("action", match.start(), match.end()) for match in _WOULD_ACT[side].finditer(folded)]
    found += [
        ("named", match.start(), match.end())
        for match in _NAMED[side].finditer(text)
        if not _NAMED_NOT.match(match.group())
    ]
    cues = [
        Cue(
            category,
            folded[start:end],
            start,
            end,
            category in NEGATABLE
            and (is_negated(folded, start, side) or (category in _NAMEABLE and is_denied_after(folded, end, side))),
        )
        for category, start, end in found
    ]
    return tuple(sorted(cues, key=lambda cue: (cue.start, cue.end, cue.category)))


def is_negated(folded: str, start: int, language: str) -> bool:
    """Whether a negator of the same clause stands shortly before offset `start` of the folded text."""
    side = "zh" if language == "zh" else "en"
    before = folded[max(0, start - _REACH[side]) : start]
    cut = max((match.end() for match in _CLAUSE_END[side].finditer(before)), default=0)
    scope = before[cut:]
    harmless = [match.span() for match in _NOT_NEGATOR[side].finditer(scope + folded[start : start + 2])]
    return any(
        not any(low <= match.start() < high for low, high in harmless) for match in _NEGATOR[side].finditer(scope)
    )


def negators(text: str, language: str) -> int:
    """How many negators stand in a text, harmless ones (不仅, "no doubt") among them."""
    side = "zh" if language == "zh" else "en"
    return len(_NEGATOR[side].findall(fold(text)))


def is_denied_after(folded: str, end: int, language: str) -> bool:
    """Whether what was named up to offset `end` of the folded text is denied right after it, in the same clause."""
    return _DENIED_AFTER["zh" if language == "zh" else "en"].match(folded, end) is not None


def _skip_blank(folded: str, at: int) -> int:
    while at < len(folded) and folded[at] == " ":
        at += 1
    return at


def phrase_pattern(phrases: Iterable[str], language: str) -> re.Pattern[str] | None:
    """One pattern for the phrases ('*' ends a stem, '…' is a gap) in texts as plain.py reads them; None when there are
    none."""
    side = "zh" if language == "zh" else "en"
    read = {fold(plain_text(phrase.strip(), side)) for phrase in phrases if phrase.strip()}
    parts = sorted(read, key=lambda part: (-len(part), part))
    if not parts:
        return None
    if side == "zh":
        return re.compile("|".join(_escape_zh(part) for part in parts))
    body = "|".join(_escape_en(part) for part in parts)
    return re.compile(rf"(?<![\w])(?:{body})(?![\w])")


_PRONOUNS = {
    **dict.fromkeys(("him", "them"), "(?:him|her|them)"),
    "her": "(?:him|her|them|his|their)",
    **dict.fromkeys(("his", "their"), "(?:his|her|their)"),
    **dict.fromkeys(("he", "she", "they"), "(?:he|she|they)"),
    **dict.fromkeys(("he's", "she's", "they're"), "(?:he's|she's|they're)"),
}
_HAN_PRONOUN = "(?:他|她|它|对方|客户|顾客|您)们?"


def _escape_zh(phrase: str) -> str:
    """Characters with an aspect particle allowed between them (核对订单 finds 核对了订单), any third person for 他."""
    out = []
    for char in phrase.replace("他们", "他").replace("她们", "她"):
        if char == "…":
            out.append(r"[^，。！？；,.!?;]{1,8}?")
        elif char in "他她它":
            out.append(_HAN_PRONOUN)
        elif "\u4e00" <= char <= "\u9fff":
            out.append(char + "[了过着]?")
        else:
            out.append(re.escape(char))
    return re.sub(r"\[了过着\]\?$", "", "".join(out))


def _escape_en(phrase: str) -> str:
    """Words with any white space between them, '*' for any ending, any third person for "her"."""
    words = [_PRONOUNS.get(word) or re.escape(word).replace(r"\*", r"\w*") for word in phrase.split()]
    joined = r"\s+".join(words)
    return re.sub(r"(?:\\s\+)?…(?:\\s\+)?", lambda _: r"(?:\W+\w+){0,4}?\W+", joined)


@cache
def lexicon(language: str) -> Patterns:
    """The compiled lists of a language ("zh" or "en"), by category."""
    raw = json.loads(
        files("interview_engine.assessment.evidence").joinpath(f"cues_{language}.json").read_text(encoding="utf-8")
    )
    compiled = {name: phrase_pattern(phrases, language) for name, phrases in raw.items() if name != "about"}
    return {name: pattern for name, pattern in compiled.items() if pattern is not None}
