"""Wrong deeds that a speaker tells of himself or herself in plain words: word lists by act, who did it, what followed.

The probes of deeds.py learnt from wrong deeds that are told well, in much ordinary work. One told bluntly, in few
words, is found here: an act of misconduct_*.json with the speaker as its subject, not denied, not only imagined, not
somebody else's. What was owned up to, made good, refused or reported takes its part away again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise

from interview_engine.assessment.evidence.deeds import Against, Deed
from interview_engine.assessment.text import fold

Pattern = re.Pattern[str]

SURE, PERHAPS, ANYONE = 1.0, 0.5, 0.5
"""What an act counts by its list: one that is hardly ever innocent, one that needs another beside it, and a remark
that gives a deed away whoever its subject is ("which wasn't true")."""

MOST_IN_SENTENCE = 1.5
"""Most that one sentence counts: several words of it mostly tell one deed."""

GAP = {"en": r"(?:\s+[\w'-]+){0,5}?\s+", "zh": r"[^，。！？；：,.!?;:\n]{0,10}?"}


MADE_GOOD = 1.0
"""What a sentence takes away in which something is owned up to, made good, refused or reported."""

LEAST, STEP, MOST = 0.75, 0.8, 0.95
"""The chance of a wrong deed that words alone give: STEP for each unit that the acts of an answer count above LEAST, up
to MOST. One sure act (.2) needs the probes beside it to be heard at all; one and a half (.6) caps the competency."""

WIDE_GAP = r"[^。！？；.!?;\n]{0,14}?"
"""'~' of the Mandarin lists: a gap that goes past commas."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act found in a sentence: its name in the lists, where it is and what it counts."""

    name: str
    start: int
    end: int
    worth: float


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer tells of misconduct: per sentence what its acts count, and in how many sentences something is
    owned up to, made good, refused or reported."""

    sentences: tuple[float, ...]
    made_good: int

    @property
    def strength(self) -> float:
        """What the acts count less what was made good."""
        return sum(self.sentences) - MADE_GOOD * self.made_good

    @property
    def chance(self) -> float:
        """The chance of a wrong deed that the words give, 0..1."""
        return min(MOST, max(0.0, STEP * (self.strength - LEAST)))


@dataclass(frozen=True, slots=True)
class _Lists:
    acts: tuple[tuple[str, float, Pattern], ...]
    anyone: Pattern
    made_good: Pattern


@cache
def lists(language: str) -> _Lists:
    """The compiled lists of a language ("zh" or "en")."""
    text = files("interview_engine.assessment.evidence").joinpath(f"misconduct_{language}.json").read_text("utf-8")
    raw = json.loads(text)
    acts = [
        (name, worth, _pattern(entry[key], language))
        for name, entry in raw["acts"].items()
        for key, worth in (("sure", SURE), ("perhaps", PERHAPS))
    ]
    return _Lists(tuple(acts), _pattern(raw["anyone"], language), _pattern(raw["made_good"], language))


def _pattern(entries: Sequence[str], language: str) -> Pattern:
    body = "|".join(_entry(entry, language) for entry in entries)
    return re.compile(rf"\b(?:{body})(?!\w)" if language == "en" else body)


def _entry(entry: str, language: str) -> str:
    """One entry as a pattern (the syntax is told in the lists)."""
    places = entry.split(" ")
    out = []
    for place, following in pairwise([*places, ""]):
        if place in ("…", "~"):
            out.append(GAP[language] if place == "…" else WIDE_GAP)
            continue
        words = "|".join(_word(word, language) for word in place.split("|"))
        out.append(f"(?:{words})")
        if language == "en" and following not in ("", "…", "."):
            out.append(r"\s+")
        if language == "zh" and following:
            out.append("[了过着]?")
    return "".join(out)


def _word(word: str, language: str) -> str:
    if word == ".":
        return r"(?=[.!?;])"
    escaped = re.escape(word)
    if language == "zh":
        return "(?<!不)" + escaped if word.startswith("是") else escaped
    return escaped.replace(r"\*", r"\w*").replace("_", r"\s+")


def told(sentences: Sequence[str], language: str, beside: Sequence[str] = ()) -> Told:
    """What the sentences of an answer that count tell of misconduct; what was made good may stand `beside` them, in
    sentences that count for nothing else."""
    side = "zh" if language == "zh" else "en"
    found = lists(side)
    worths = []
    for sentence in sentences:
        folded = fold(sentence)
        worth = sum(act.worth for act in _acts(folded, side))
        if found.anyone.search(folded):
            worth += ANYONE
        worths.append(min(MOST_IN_SENTENCE, worth))
    good = sum(found.made_good.search(fold(sentence)) is not None for sentence in (*sentences, *beside))
    return Told(tuple(worths), good)


def marked(found: Sequence[Deed], told_of: Told) -> tuple[Deed, ...]:
    """The deeds with those sentences against the answer whose words tell misconduct, where the words count at all."""
    if told_of.chance <= 0.0:
        return tuple(found)
    return tuple(
        replace(deed, against=(max(deed.against[0], 2.0 * worth - 1.0), *deed.against[1:])) if worth > 0 else deed
        for deed, worth in zip(found, told_of.sentences, strict=True)
    )


def with_words(chances: Against, told_of: Told) -> Against:
    """What speaks against an answer by the probes and by its words, taken as independent."""
    wrong, denied, taken_back = chances.chances
    return Against((wrong + (1.0 - wrong) * told_of.chance, denied, taken_back))


def _acts(folded: str, side: str) -> list[Act]:
    """The speaker's own acts of a sentence, none inside another."""
    clauses = _clauses_zh(folded) if side == "zh" else ()
    candidates = sorted(
        (
            Act(name, match.start(), match.end(), worth)
            for name, worth, pattern in lists(side).acts
            for match in pattern.finditer(folded)
        ),
        key=lambda act: (-act.worth, act.start, -act.end),
    )
    chosen: list[Act] = []
    for act in candidates:
        if any(act.start < one.end and one.start < act.end for one in chosen):
            continue
        own = _is_own_zh(folded, act.start, clauses) if side == "zh" else _is_own_en(folded, act.start)
        if own:
            chosen.append(act)
    return chosen


# English ------------------------------------------------------------------------------------------------------------

_ADVERB = (
    r"(?:just|then|also|simply|even|always|usually|only|still|quietly|really|basically|actually|both|all|once|"
    r"sometimes|often|later|first|finally|maybe|probably|mostly|straight|out|kind of|sort of|had|have|has|used to|"
    r"would|could just|might|will|went and|go and|got to|started|began|kept|keep|ended up|"
    r"there and then|of course|secretly|deliberately|purposely|on purpose|personally|regularly|more or less|had to|"
    r"quickly|privately|publicly|openly|loudly|at once|again|twice|gladly|happily|proudly|gave in and|turned round and|"
    r"turned around and|decided to|managed to|threatened to|chose to|told them to|made sure to)"
)
_SPEAKER = re.compile(
    rf"\b(?:i|we)(?:'d|'ve|'ll|'m|'re)?(?:\s+(?!to\s){_ADVERB}){{0,4}}\s+"
    r"(?:(?:let|made|make|had|have|got|get|told|tell|ordered|forced|paid|instructed)\s+"
    r"(?!not\b|never\b)(?:(?!not\b|never\b)[\w'-]+\s+){1,4}?(?:to\s+)?)?$"
)
_COORDINATED = re.compile(rf"(?:^|,|;|:|\band|\bthen|\bor|\bso|\bplus)\s*(?:{_ADVERB}\s+){{0,3}}$")
_SUBJECT = re.compile(
    r"\b(?:i|we|he|she|they|it|you|who|which|somebody|someone|nobody|everybody|everyone|people|anyone)\b(?=[' ])"
)
_EMBEDDED = re.compile(
    r"(?:\b(?:told|tell|said|say|that|because|if|when|whenever|while|where|after|before|until|till|as|though|although|"
    r"what|how|why|whether|since|once|so)\b|\b(?:told|tell) (?:\w+ ){1,2}(?:that )?)\s*$"
)
_DENIED = re.compile(
    r"^(?:\w*n't\b|'d\b|'ve\b|'ll\b|'m\b|\s|had|have|did|do|could|would|should|was|were|am)*"
    r"(?:not|never|n't|refus\w*|nearly|almost|wanted|could have|should have|might have|would never|wouldn't|didn't|"
    r"couldn't|won't|can't|don't|haven't|hadn't|wasn't|cannot)\b"
)
_IMAGINED = re.compile(
    r"\b(?:if i|if we|i could have|i might have|i nearly|i almost|i wanted to|i was tempted|tempting to|instead of|"
    r"rather than|without|never|not|n't|nobody|wouldn't|as if i)\s*(?:have\s+)?$"
)


def _is_own_en(folded: str, start: int) -> bool:
    before = folded[:start]
    if _IMAGINED.search(before):
        return False
    direct = _SPEAKER.search(before)
    if direct is not None:
        return re.search(r"\bif\s+$", before[: direct.start()]) is None
    if not _COORDINATED.search(before):
        return False
    subjects = list(_SUBJECT.finditer(before))
    for match in reversed(subjects):
        if match.group() in ("i", "we"):
            return _DENIED.match(before[match.end() :]) is None
        if not _EMBEDDED.search(before[: match.start()]):
            return False
    return before.strip() == ""


# Mandarin -----------------------------------------------------------------------------------------------------------

_CLAUSE = re.compile(r"[^，。！？；：,.!?;:\s]+")
_ASKED = re.compile(
    r"(?:让|叫|喊|要|劝|逼|求|骂|给|冲|跟|对|打|怪|塞给|分|把|将|催|请|找|问|说|告诉|教|派|通知|批评|看着|帮)(?:着|过|了)?(?:我|咱)们?"
)
_ME = re.compile(r"我|咱")
_OTHER = re.compile(
    r"^(?:后来|那天|结果|当时|有一次|有一回|有次|但是?|可是?|因为|所以|然后|最后|而且|平时|以前|现在|第二天|其实|听说|发现|看到|看见|"
    r"知道|如果|要是|要不是)?(?:有一?个|有些|那个|这个|另一?个|一个|我们?的?|咱们?的?|那些|几个|两个|俩|有的|班里|班上)?(?:有)?(?:俩|两个|几个)?(?:小孩|小朋友|他|她|它|客户|顾客|领导|老板|经理|主管|主任|"
    r"同事|师傅|家长|对方|有人|别人|店长|厂长|区总|院长|班长|部门|人家|供应商|供货|业主|学生|孩子|徒弟|老人|大爷|大妈|大姐|大哥|房东|"
    r"前任|上一任|上家|员工|工人|司机|医生|护士|销售|财务|会计|校长|老师|班组长|组长|总监|上级|乙方|甲方|中介|朋友|亲戚|妈|爸|"
    r"小[\u4e00-\u9fff]|老(?!实|是|在)[\u4e00-\u9fff]|实习生|前辈|项目经理|书记|站长|队长|工头|包工头|老乡|邻居|那人|这人|那小子|那家|另一家|厂家|"
    r"(?:公司|店里|厂里|单位|上面|上头|医院|学校|总部|平台|车间|班组|隔壁|那边|前一班|上一班|夜班)(?!的))"
)
_NOT_DONE = re.compile(
    r"(?:没有?|不|别|未|不能|不会|不敢|不要|不许|不准|不可以|从不|从没|绝不|坚决不|无法|差点|差一点|险些|本来想|想过|想要|"
    r"恨不得|要是|如果|假如|万一|与其|而不是|不是|拒绝|避免|防止|禁止|怕|担心|以为|好像|不让|能不能|要不要|会不会|想|想着|"
    r"不该|不应该|不肯|不愿|不想|劝|哪能|怎么能)[^，。！？；：,.!?;:\s]{0,3}$"
)
_SUFFERED = re.compile(r"(?:被(?!我|咱)|挨|遭|乞|给人家?|让人家?)[^，。！？；：,.!?;:\s]{0,6}$")
_THEY = re.compile(
    r"(?<![把将跟给让叫对冲骂替向和用拿当说怪朝打吓逼催拉看罚扣请问找])(?:他|她)们?(?:都|也|就|还|又|却|才|自己|后来|已经|一直|老|总)?$"
)
_OTHERS_THAT_HOLD = re.compile(r"^(?:没|不|看都不|一户没|从来没|根本没|压根没|都没|懒得|谁也没)")


def _clauses_zh(folded: str) -> list[tuple[int, int, str]]:
    """The clauses of a sentence with who is their subject, the speaker ("own") or somebody else ("other", also where
    the speaker was asked to); one without a subject has that of the clause before, the first one the speaker."""
    found: list[tuple[int, int, str]] = []
    now = "own"
    for match in _CLAUSE.finditer(folded):
        clause = match.group()
        rest = _ASKED.sub("", clause)
        if _OTHER.match(clause):
            now = "other"
        elif _ME.search(rest):
            now = "own"
        elif _ASKED.search(clause):
            now = "other"
        found.append((match.start(), match.end(), now))
    return found or [(0, len(folded), now)]


def _is_own_zh(folded: str, start: int, clauses: Sequence[tuple[int, int, str]]) -> bool:
    first, _, subject = next((one for one in clauses if one[0] <= start < one[1]), clauses[-1])
    before = folded[first:start]
    if _NOT_DONE.search(before) and not _OTHERS_THAT_HOLD.match(folded[start:]):
        return False
    scope = _ASKED.sub("", before)
    if _SUFFERED.search(scope) or _THEY.search(scope):
        return False
    if _ME.search(scope):
        return True
    return subject == "own" and _ASKED.search(before) is None
