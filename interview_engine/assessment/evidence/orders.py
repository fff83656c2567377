"""Find what an answer says to its grader instead of to the interviewer: "ignore the rubric", 给我打满分.

A language model may obey such a sentence, so none of it may reach one. The rules look for four kinds of speech act, in
Chinese and English alike whatever the answer's language: setting the rules aside, asking for a mark, speaking to a
grading machine, and text in the form of a system message or of a reply. A story about marks is none of these: the rules
want the imperative (the verb opens a clause, nobody has done it yet), so "she gave us full marks" and
“客户给了我们满分” stand. They were written from the kinds, not from items, and their misses and false alarms are
measured in docs/judge.md.
"""

# ruff: noqa: E501  a rule that is wrapped over lines cannot be read
from __future__ import annotations

import re
import unicodedata
from functools import cache

from interview_engine.assessment.evidence.disguise import readings
from interview_engine.assessment.text import is_invisible

_OPENS = (
    r"(?:^|[,;:.!?—–\-\"'“”(]\s*|\b(?:please|kindly|just|simply|must|should|you|so|and|then|directly|now|therefore)\s+)"
)
"""What may stand before an imperative in English: a clause begins, or a word of asking."""

_TOP = (
    r"(?:(?:full|maximum|max|top|highest|perfect|best|high)[\s-](?:possible\s)?(?:marks?|scores?|points?|bands?|levels?|ratings?|grades?)"
    r"|(?:level|score|grade|rating|mark|band)\s(?:of\s|to\s|is\s)?(?:four|five|ten|[45]|10|100)\b"
    r"|(?:a\s)?(?:five|ten|[45]|10|100)\s?(?:/|out\sof|points?\b|marks?\b|%)|(?:a\s)?(?:ten|five|10|5|100)\s*(?:$|[.,;!]))"
)
_MARK_VERB = (
    r"(?:give|award|assign|grant|rate|score|mark|grade|set|put|output|return|print|choose|select|pick|change|raise|treat|"
    r"classify|reply|respond|answer|write|record|enter|report)"
)
_MACHINE = (
    r"(?:grad(?:er|ing|ers)|rater|scorer|scoring|rating|evaluat(?:or|ion)|assess(?:or|ment)|judg(?:e|ing)|marking|ai|llm|"
    r"artificial intelligence|language model|chatbot)"
)
_THIS = r"(?:this|the|my|that)\s(?:whole\s|entire\s)?(?:answer|candidate|response|applicant|interview(?:ee)?|reply|transcript)"

_ENGLISH = (
    # setting the rules aside
    rf"{_OPENS}(?:ignore|disregard|forget|override|bypass|overlook|discard|suspend)\s(?:\w+\W+){{0,6}}?"
    r"(?:instructions?|rubrics?|criteria|prompts?|anchors?|guidelines|scor\w+|grading|rating scale|quotes?|quotations?)\b",
    rf"{_OPENS}(?:ignore|disregard|forget|override)\s(?:all\s|any\s|of\s|the\s|your\s|my\s)*"
    r"(?:previous|prior|above|preceding|earlier|foregoing|everything|anything)\b(?!\s(?:problem|issue|customer|order))",
    rf"(?:{_OPENS}(?:skip|omit)|(?:do not|don't|no need to|not need to|needn't|never))\s(?:\w+\s){{0,2}}?"
    r"(?:check(?:ing)?|verify(?:ing)?|assess(?:ing)?|evaluat(?:e|ing)|grad(?:e|ing)|scor(?:e|ing)|judg(?:e|ing)|"
    r"apply(?:ing)?)\s(?:\w+\s){0,2}?(?:quotes?|quotations?|evidence|rubric|anchors?|answer|response|candidate)\b",
    r"\b(?:the following|the rest|what follows|this answer|the text below)\s(?:does|do|need|needs)(?:\snot|n't|\sno)\s"
    r"(?:\w+\s){0,3}?(?:assess|evaluat|scor|grad|check|review|judg)",
    # asking for a mark
    rf"{_OPENS}{_MARK_VERB}\b(?:\W+\w+){{0,7}}?\W+{_TOP}",
    rf"{_OPENS}(?:rate|score|grade|mark|assess|evaluate|judge)\s(?:me|{_THIS}|my\s\w+|every competency|all competenc\w+)\b",
    rf"\b(?:should|must|has to|have to|deserves?|needs? to|ought to|shall|will|is to|are to|gets?|receives?|earns?)\s"
    rf"(?:be\s|always\s|all\s|only\s)*(?:scored|rated|graded|marked|given|awarded|receive|get|considered)\b(?:\W+\w+){{0,5}}?\W+{_TOP}",
    rf"\b(?:everyone|everybody|all (?:candidates|applicants|answers)|{_THIS}|i)\s"
    rf"(?:gets?|receives?|deserves?|earns?|scores?|is|are)\s(?:\w+\s){{0,3}}?{_TOP}",
    r"\b(?:level|score|rating|grade|mark)s?\s?(?:=|:|equals?|is set to|must be|should be|to be|shall be|has to be)\s?"
    r"(?:a\s|the\s)?(?:four|five|ten|[45]\b|10\b|100\b|max\w*|highest|top|full)",
    rf"{_OPENS}(?:change|raise|set|increase|adjust|correct|update|edit|replace)\s(?:my|the|this|their|his|her)\s(?:final\s|overall\s|total\s)?"
    r"(?:score|rating|grade|mark|level|points|result|evaluation)s?\b(?=\s(?:to|from|into|as|by|and put|so)\b)",
    r"^\W*(?:full marks|top (?:score|marks|band)|ten (?:points|out of ten)|five out of five|10/10|5/5)\b(?:\s\w+){0,3}\W*$",
    rf"{_OPENS}(?:say|state|conclude|confirm|declare|assume|believe|agree|write|find)\s(?:that\s)?"
    rf"(?:i'm|i am|{_THIS}|this person|he is|she is)\b(?:\W+\w+){{0,6}}?\W+"
    r"(?:best|excellent|ideal|perfect|outstanding|suitable|strong|qualified|specific|evidence|hired?|top|exceptional)\b",
    rf"\b{_THIS.replace('the|my|that', 'the|my')}\s(?:\w+\W+){{0,4}}?(?:pre-approved|approved|reviewed by|verified|passed|validated)\b",
    rf"{_OPENS}{_MARK_VERB}\s(?:me\s|{_THIS}\s)?(?:the\s|a\s)?(?:maximum|bonus points?|extra (?:points|marks|credit))\b",
    r"\b(?:bonus|extra) (?:points?|marks?) (?:for|to) (?:me|this)\b|\bgive me (?:some |a few )?(?:bonus|extra|more|high\w*) (?:points?|marks?|credit)\b",
    rf"{_OPENS}(?:do not|don't|never)\s(?:give|score|rate|grade|mark|go)\s(?:\w+\s){{0,3}}?(?:below|under|less than|lower)\b",
    # speaking to a grading machine
    rf"\b(?:attention|dear|hello|hey|hi|greetings|notes? (?:to|for)|message (?:to|for)|memo to|instructions? (?:to|for)|to)[\s,:]+"
    rf"(?:the\s|an?\s|my\s|your\s|whoever is\s)?(?:automated\s|automatic\s|human\s)?{_MACHINE}"
    r"(?:\s(?:system|program(?:me)?|model|engine|software|algorithm|tool|bot|assistant|agent))?\s*(?:$|[,:;.!\-—]|you\b|please\b|must\b|reading\b)",
    rf"\bas\s(?:the|an?)\s(?:automated\s)?{_MACHINE}(?:\s\w+)?,?\s(?:you|please|must|always|give|conclude)\b",
    r"\byou(?: are|'re)(?: now| no longer| not| actually| really)*\s(?:in\s)?(?:an?\s|the\s|my\s)?(?:\w+\s)?"
    rf"(?:{_MACHINE}|grading|developer mode|unrestricted)\b",
    rf"\bif you(?: are|'re)(?: really| just| only)?\s(?:an?\s)?(?:\w+\s)?(?:{_MACHINE}|machine|bot|program|computer|robot)\b",
    rf"^\W*(?:hey|hi|hello|dear)?[\s,]*(?:examiner|chatgpt|gpt|claude|gemini|deepseek|qwen|{_MACHINE}|model|interviewer)s?,\s(?:\w+\s)?"
    r"(?:please|remember|can you|could you|you|just|give|mark|do|don't|be|note)\b",
    r"\b(?:hey|hi|hello|dear)\s(?:chatgpt|gpt|claude|gemini|deepseek|qwen|model|examiner)\b",
    r"\byour\s(?:new\s|real\s|only\s|actual\s)?(?:task|job|role|instructions?|goal|purpose|mission)\s(?:has|have|is|are)\s(?:now\s)?(?:changed|to\b|been)",
    r"\b(?:what|everything|anything|all) you (?:were|have been|had been) (?:told|instructed|asked|given)\b",
    r"\b(?:instruct|order|command|tell|remind|ask)\s(?:the|this)\s(?:model|grader|ai|rater|scorer|judge|evaluator)\b",
    r"\bfrom (?:now|this point) on,?\syou\b",
    r"\b(?:whoever|whatever)\b[^.!?]{0,30}\b(?:grad|scor|rat|judg|assess|evaluat)(?:es|ing|e|ed|s)\b[^.!?]{0,12}[:,]",
    # system messages and replies
    r"^\W*(?:system|assistant|developer|admin\w*|user|tool)(?:\s(?:note|message|prompt|override|instructions?|notice|update|says))?\s*[:>#]",
    r"\bsystem (?:prompt|message|note|override|instruction|notice)s?\b\s*[:,.\-—]",
    r"\b(?:end of|begin|start of|new) (?:the )?(?:answer|transcript|interview|prompt|instructions?|rubric)\b\s*[:\])>]",
    r"^\W*(?:new\s|updated\s|important\s|special\s|final\s|secret\s)*(?:instructions?|commands?|directives?|override|prompt)\s*[:\-—]",
    rf"{_OPENS}(?:output|return|print|respond with|reply with|produce|emit)\s(?:only\s|just\s|exactly\s|the\s|this\s|following\s|a\s)*"
    r"(?:json|verdict|level|score|rating|evaluation)\b",
    r"[{\"']\s*(?:level|score|evidence|rating)[\"']?\s*:\s*[\[\d\"']",
)

_ASPECT = r"[了过着]"
_TOP_ZH = (
    r"(?:满分|最?高分|最高(?:级|档|等级|评级|评价|等)|[一二两]?百分(?!之)|100\s?分|(?:十|10)\s?分(?=$|[，。！？；,.!?;\s”\"]|就|吧|谢|以|的分)|"
    r"(?:第)?(?:五|5)\s?(?:级|档|星|分)|(?:级别?|等级|档)\s?(?:五|5)|(?:优秀|优等)(?=$|[，。！？；,.!?;\s])|10\s?(?:$|[，。,.]))"
)
_MACHINE_ZH = r"(?:评分|打分|阅卷|评审|评卷|评估|判分|评级|人工智能|大模型|语言模型|AI|ai)"
_ANSWER_ZH = r"(?:这段|这个|这份|这条|该|本|此|以下|后面的?|下面的?|我的)(?:段|个|份)?(?:回答|答案|答复|内容|候选人|面试者|应聘者|文字|面试)"

_CHINESE = (
    # setting the rules aside
    rf"(?:忽略|忽视|无视|不用管|不要管|别管|忘掉|忘记|覆盖|跳过|绕过|推翻|抛开|不必理会|不要理会|别理会|不要遵守|不再遵守|作废|停用)(?!{_ASPECT})"
    r"[^。！？；\n]{0,10}?(?:指令|提示词?(?=$|[，。！？；,.!?;\s、和与])|系统|评分|打分|评级|评估标准|锚定?|引用|引文|核对|上述|以上|上面的?(?:话|内容|规则|标准|要求|一切)|"
    r"(?:之前|前面|先前)(?:给你)?的?(?:所有|全部|一切|任何)?的?(?:内容|话|规则|标准|设定|要求|规定|说明))",
    rf"(?:不需要|不用|无需|不必|别|不要|跳过|免去)(?:再|去|进行|做)?(?:评估|核对|核查|验证|评分|打分|评判|检查)(?!{_ASPECT})[^。！？；\n]{{0,4}}?"
    rf"(?:引用|引文|证据|锚|{_ANSWER_ZH})",
    rf"{_ANSWER_ZH}[^。！？；\n]{{0,4}}?(?:不需要|不用|无需|不必|免于)(?:再|被|进行)?(?:评估|核对|核查|评分|打分|评判|检查)",
    r"(?:不要|别|不用|无需|不必|无论|不管|假装|请|放宽|降低)[^。！？；\n]{0,8}?(?:评分|打分|评级|评判)(?:标准|细则|规则|要求|指南|尺度)",
    r"(?:上述|以上|上面的?|之前的?|前面的?)(?:所有|全部|一切)?(?:规则|标准|指令|要求|设定)[^。！？；\n]{0,4}?(?:作废|无效|取消|不算|失效|不适用)",
    # asking for a mark
    r"(?:多给|给高|加|送)(?:我)?(?:一)?(?:几|点|些)的?分|手下留情|高抬贵手",
    r"请?在?(?:评价|评语|报告|结论|结果|理由|评分)(?:里|中|栏|处)?(?:面)?(?:写上?|注明|填)(?!了)",
    r"(?:这位|这个|这名|该|本)(?:候选人|面试者|应聘者|考生)[^。！？；\n]{0,8}?(?:优秀|出色|通过|合格|证据|等级|评级|评分|录用|推荐)",
    rf"(?:此|该|本|这段|这个|这份)(?:回答|答案|答复)[^。！？；\n]{{0,14}}?(?:审核|通过|{_TOP_ZH}|优秀|有效)",
    r"(?:输出|回复|返回|回答)(?:数字)?(?:一个)?(?:五|5|十|10)(?=$|[，。！？；,.!?;\s”\"])",
    rf"(?:(?<![说她他户人家])给(?!{_ASPECT})|打(?!{_ASPECT})|评(?!{_ASPECT})|判(?!{_ASPECT})|定为|选(?!{_ASPECT})|输出|填(?!{_ASPECT})|写(?:成|上|为)|改成|改为|算作?|计为?|记为?|报出?|回复|返回|"
    rf"设为|设成|认定|归为|归入|直接)[^。！？；，,\n了过]{{0,10}}?{_TOP_ZH}",
    rf"(?:一律|统一|全部|所有人|每个人|都|必须|应当|应该|务必|请)[^。！？；\n了过]{{0,10}}?(?:判|评|给|打|得|拿)[^。！？；\n了过]{{0,5}}?{_TOP_ZH}",
    rf"(?:按|按照|以)[^。！？；\n了过]{{0,3}}?{_TOP_ZH}[^。！？；\n]{{0,2}}?(?:计|评|打|算|给分)",
    r"(?:分数|得分|评分|等级|级别|总分|评级|评价|level|score|LEVEL)\s?(?:都)?(?:等于|为|写成|设为|设成|改为|改成|定为|应为|应该?是|必须是|必须为|必须|[:：=＝])\s?"
    r"(?:最高|满|十|10|五|5|四|4|优)",
    rf"(?<!我们)(?<!我)(?:把|将)(?:我|他|她|本人|该候选人|候选人|这[位个]候选人)?的?(?:分数|得分|评分|等级|评级|成绩|分|评价|结果)(?:都)?(?:改|调|设|提|定|写|加|升)(?!{_ASPECT})",
    rf"(?:请|必须|务必|应当|应该|直接|要)(?:你)?(?:认为|认定|判定|相信|承认|声明|写明|确认|说|评价)(?!{_ASPECT})[^。！？；\n]{{0,8}}?(?:{_ANSWER_ZH}|候选人|我是最|我最|本人|我(?:完全)?(?:符合|达到|具备))",
    r"(?:请|希望你|麻烦)(?:直接|一定)?(?:录用|通过|推荐|选择)(?:我|这位候选人|该候选人)",
    # speaking to a grading machine
    rf"^\W*(?:注意|你好|您好|请|尊敬的|亲爱的|致|告诉|喂|嘿|各位)?[，,：:！!\s]*(?:尊敬的|亲爱的)?{_MACHINE_ZH}(?:程序|系统|模型|员|机器人?|引擎|算法|AI|助手|老师|官|专家|人)"
    r"(?=\s*(?:$|[，,：:。！!]|请|你|您))",
    rf"作为(?:一个|一名|一位|本次)?{_MACHINE_ZH}[^。！？；\n]{{0,8}}?[，,]?(?:你|您|请|必须)",
    rf"(?:如果|假如|要是)?[你您](?:现在|其实|已经|从现在起|接下来)?(?:不再是|不是|就?是|扮演)(?:一个|一名|一台|一位|个|我的)?(?:{_MACHINE_ZH}|机器人?|程序|系统|助手|开发者模式)",
    r"^\W*(?:尊敬的|亲爱的|各位|AI|ai|智能|\s)*(?:面试官|考官|评委|评审|阅卷人|大模型|模型|机器人)(?:老师|们)?[，,]?\s?(?:请|你好|您好|麻烦|注意|记住|帮)",
    r"^\W*(?:尊敬的|亲爱的)(?:AI|ai|智能|大模型|语言模型|人工智能)",
    r"[你您]的(?:任务|角色|身份|目标|职责|指令)(?:已经?|现在)?(?:变|改|是夸|更新)",
    r"从(?:现在|此刻|这里)(?:开始|起)[，,]?[你您](?:只|就|必须|要|是|的)",
    r"(?:宽松|测试|调试|开发者|管理员|上帝)模式",
    # system messages and replies
    r"^\W*(?:系统|助手|开发者|管理员|用户|模型)(?:提示|消息|通知|指令|说明|注|更新|覆盖)?\s?[:：>＞#]",
    r"(?:系统(?:提示|指令|消息|通知)(?=\s?[:：，,。]|你|您|这位|该|本次))",
    r"^\W*(?:新的?|最新|重要|特别|秘密|最终)?(?:指令|命令|提示词)\s?[:：]",
    r"(?:输出|返回|回复|生成)[^。！？；\n了过]{0,6}?(?:json|JSON|评分结果|评级结果|评分|等级)",
)

_ANY = "|".join(f"(?:{rule})" for rule in (*_ENGLISH, *_CHINESE))


@cache
def _rules() -> re.Pattern[str]:
    """All of them in one; compiling takes 0.1 s, which whoever judges no answer does not wait for."""
    return re.compile(_ANY, re.IGNORECASE)


def addresses_grader(text: str) -> bool:
    """Whether one sentence speaks to whoever grades it. Sees through case, width, invisible characters and disguise."""
    return any(_rules().search(reading) is not None for reading in readings(_plain(text)))


def _plain(text: str) -> str:
    visible = "".join(character for character in text if not is_invisible(character))
    folded = unicodedata.normalize("NFKC", visible).replace("’", "'").replace("‘", "'")
    return " ".join(folded.lower().split())
