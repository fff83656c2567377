"""Text as a person reads it: what look-alike letters, accents, dots between letters and the Traditional form disguise.

Used where a text is searched for orders to a grader. A disguise costs nobody anything: what is found is only what the
plain reading holds, and the words of the answer stay what they are.
"""

from __future__ import annotations

import re
import unicodedata

_LOOK_ALIKE = str.maketrans(
    "авекмнорстухіјѕьԁԛԝһӏαβεικμνορτυχγηωɑɡıℓ",
    "abekmhopctyxijsbdqwhlabeikmvoptuxynwagil",
)
"""Lower-case Cyrillic, Greek and phonetic letters that are read as Latin ones (after the confusables of UTS 39)."""

_DIGIT_LETTERS = str.maketrans("013457$@", "oieastsa")
_LETTERS_WITH_DIGITS = re.compile(r"(?<![\w$@])(?=[^\W\d]*[\d$@])(?=[\d$@]*[^\W\d_])[\w$@]{3,}(?![\w$@])")
"""A word in which digits or signs stand for letters: gr4d3r."""

_SPACED = re.compile(r"(?<!\w)\w(?:([.·•*_|/~+\-‧・。])\w)(?:\1\w){2,}(?!\w)")
"""At least four single letters or characters with the same mark between them: i.g.n.o.r.e, 忽·略·规·则."""

_SPACED_HAN = re.compile(r"[\u3400-\u9fff](?:[\s.·•*_|/~+\-‧・]{1,2}[\u3400-\u9fff]){3,}")
"""At least four Chinese characters that all stand apart."""

_TRADITIONAL = str.maketrans(
    "來係個們備傢價優內兩別則務員噹報實審寫寬將專對師幫幾廢彆彔後從復愛應戶拋捲擇據擡數於昇會査條標機檔檢"
    "檯欄歸測準滿為無煩爲現當發確祕箇級細終結給統經緻總績繞繫聲職臺與蓋薦處裏裝裡複覈規視親計記設訴註証評"
    "詞試話該誇認語說説調請論謝證變責貴輸迴這進過達適遶選錄錨録開閤閱閲陞隻須颱餵驗髮鬆鬚麪麫麵點齣",
    "来系个们备家价优内两别则务员当报实审写宽将专对师帮几废别录后从复爱应户抛卷择据抬数于升会查条标机档检"
    "台栏归测准满为无烦为现当发确秘个级细终结给统经致总绩绕系声职台与盖荐处里装里复核规视亲计记设诉注证评"
    "词试话该夸认语说说调请论谢证变责贵输回这进过达适绕选录锚录开合阅阅升只须台喂验发松须面面面点出",
)
"""The Traditional forms of the characters that the rules about orders hold (OpenCC's table t2s)."""


def readings(text: str) -> tuple[str, ...]:
    """The text as written and, where it differs, as it reads without disguise. `text` is in lower case, NFKC."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")
    plain = unicodedata.normalize("NFKC", plain).translate(_LOOK_ALIKE).translate(_TRADITIONAL)
    joined = _SPACED.sub(lambda match: match.group().replace(match.group(1), ""), plain)
    joined = _SPACED_HAN.sub(lambda match: re.sub(r"[^\u3400-\u9fff]", "", match.group()), joined)
    lettered = _LETTERS_WITH_DIGITS.sub(lambda match: match.group().translate(_DIGIT_LETTERS), joined)
    return tuple(dict.fromkeys((text, plain, joined, lettered)))
