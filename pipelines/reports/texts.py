"""Every string of the report and ranking pages and of the PDF, in Chinese and English, by a stable key.

One catalogue in one place, so that a gettext catalogue can be made from it when a third language is wanted; until then
two complete columns that a test compares cost less than a compile step. Placeholders are str.format names.
"""

from __future__ import annotations

from interview_engine.errors import Bilingual

TEXTS: dict[str, Bilingual] = {
    # the page
    "report.title": Bilingual("面试评估报告", "Interview report"),
    "page.language": Bilingual("语言", "Language"),
    "page.skip": Bilingual("跳到评分与证据", "Skip to scores and evidence"),
    "page.noscript": Bilingual(
        "播放与中英文切换需要 JavaScript；所有文字和评分在下面可读。",
        "Playing and switching the language need JavaScript; all texts and scores can be read below.",
    ),
    "page.kit": Bilingual("面试包 {id} v{version}", "kit {id} v{version}"),
    "page.policy": Bilingual("政策：{name}", "policy: {name}"),
    "page.created": Bilingual("生成于 {when}", "made {when}"),
    "page.page_of": Bilingual("第 {page} 页，共 {pages} 页", "page {page} of {pages}"),
    "label.synthetic": Bilingual("合成演示", "Synthetic demo"),
    "label.synthetic_long": Bilingual(
        "合成演示：人物、声音与画面均为生成，并非真人。",
        "Synthetic demo: person, voice and picture are generated and show nobody real.",
    ),
    "label.ai": Bilingual("人工智能辅助生成", "Made with AI"),
    # a person must look
    "look.title": Bilingual("请先由人来看", "A person should look first"),
    "look.cannot": Bilingual("无法评估，不给分数", "Cannot be assessed: no score is given"),
    "look.partial": Bilingual("只评估了权重的 {share}%", "Only {share}% of the weight was assessed"),
    "look.next": Bilingual("怎么办：", "What to do: "),
    "look.where": Bilingual("位置", "Where"),
    # overall
    "overall.title": Bilingual("总体结果", "Overall"),
    "overall.match": Bilingual("岗位匹配度", "Match with the role"),
    "overall.score": Bilingual("总分", "Score"),
    "overall.band": Bilingual("区间 {low}–{high}", "band {low}–{high}"),
    "overall.of": Bilingual("/10", "/10"),
    "overall.none": Bilingual("不给分数", "No score"),
    "overall.decides": Bilingual(
        "没有自动淘汰：决定由人作出并写明理由。", "Nobody is rejected by this: a person decides."
    ),
    "overall.how": Bilingual("{match}% 是怎么来的", "How {match}% comes about"),
    "overall.how_none": Bilingual("各项要求", "The requirements"),
    "overall.formula": Bilingual(
        "岗位匹配度 = Σ 权重 × min(1, 水平 ÷ 要求水平)，只计入已评估的权重（{share}%）。水平 = 1 + 0.4 × 分数。",
        "Match = Σ weight × min(1, level ÷ required level) over the weight that was assessed ({share}%). "
        "Level = 1 + 0.4 × score.",
    ),
    "overall.legend": Bilingual(
        "宽度是权重，填满表示达到要求，斜纹表示没有评估。",
        "Width is weight, a full block meets the requirement, hatching was not assessed.",
    ),
    "overall.track_legend": Bilingual(
        "浅色带内约有一半到三分之二的人工评分（开放数据实测），竖线是岗位要求的水平，刻度是锚点 1–5。",
        "The light band held 55 to 67 % of the labels it was measured on, the thin line is the level required, "
        "the gaps are anchors 1–5.",
    ),
    "column.competency": Bilingual("能力", "Competency"),
    "column.weight": Bilingual("权重", "Weight"),
    "column.score": Bilingual("分数", "Score"),
    "column.level": Bilingual("水平", "Level"),
    "column.required": Bilingual("要求", "Required"),
    "column.ratio": Bilingual("min(1, 水平÷要求)", "min(1, level÷required)"),
    "column.points": Bilingual("计入匹配度", "Adds to match"),
    "column.sum": Bilingual("合计", "Sum"),
    "column.not_counted": Bilingual("未计入", "not counted"),
    # competencies
    "competencies.title": Bilingual("能力与证据", "Competencies and evidence"),
    "delivery.title": Bilingual("表达类能力（单独列出）", "Delivery competency (reported apart)"),
    "delivery.lead": Bilingual(
        "由语音与画面的测量值按面试包公式计算，不含内容；权重受政策上限约束。",
        "Computed from measures of voice and picture by the kit's formula, not from content; policy caps its weight.",
    ),
    "kind.general": Bilingual("通用", "general"),
    "kind.professional": Bilingual("专业", "professional"),
    "kind.role": Bilingual("角色", "role"),
    "competency.weight": Bilingual("权重 {weight}%", "weight {weight}%"),
    "competency.adds": Bilingual("计入匹配度 {points}", "adds {points} to the match"),
    "competency.level": Bilingual("水平 {level}，要求 {required}", "Level {level}, required {required}"),
    "competency.nearest": Bilingual("最接近锚点 {level}", "nearest anchor {level}"),
    "competency.not_shown": Bilingual("未展示：", "Not shown: "),
    "competency.markers": Bilingual("标志行为：", "Markers: "),
    "marker.detected": Bilingual("检出", "detected"),
    "marker.not_detected": Bilingual("未检出", "not detected"),
    "competency.no_quote": Bilingual("没有引文。", "No quote."),
    "competency.note": Bilingual("注：", "Note: "),
    "competency.cannot": Bilingual("无法评估", "Cannot assess"),
    "competency.basis": Bilingual("评分标准与依据", "Anchors and basis"),
    "anchor.here": Bilingual("最接近", "nearest"),
    "anchor.share": Bilingual("可能性", "probability"),
    "column.anchor": Bilingual("锚点（可观察的行为）", "Anchor (observable behaviour)"),
    "column.indicator": Bilingual("观察要点", "Indicator"),
    "column.found": Bilingual("结果", "Found"),
    "indicator.quoted": Bilingual("有引文", "quoted"),
    "indicator.not_shown": Bilingual("未展示", "not shown"),
    "indicator.unquoted": Bilingual("未列出引文", "no quote listed"),
    "quote.shows": Bilingual("体现：", "shows: "),
    "quote.against": Bilingual("不利", "against"),
    "quote.for": Bilingual("有利", "for"),
    "quote.question": Bilingual("第 {number} 题", "Q{number}"),
    "quote.written": Bilingual("书面回答", "written"),
    "quote.play": Bilingual("播放此处", "play here"),
    "quote.show": Bilingual("在原文中查看", "show in the text"),
    "quote.found": Bilingual("依据：", "found in it: "),
    "delivery.measure": Bilingual("测量", "Measure"),
    "delivery.value": Bilingual("测得", "Measured"),
    "delivery.share": Bilingual("得到", "Reached"),
    "delivery.not_measured": Bilingual("没有测到", "not measured"),
    "delivery.full": Bilingual("满分区间", "Full marks"),
    "delivery.zero": Bilingual("超出此范围为 0", "0 beyond this"),
    "delivery.applies": Bilingual("适用", "Applies to"),
    "delivery.all": Bilingual("全部", "all"),
    "language.zh": Bilingual("中文", "Chinese"),
    "language.en": Bilingual("英文", "English"),
    # the answers
    "answers.title": Bilingual("回答", "Answers"),
    "answer.tab": Bilingual("第 {number} 题", "Q{number}"),
    "answer.attention": Bilingual("需要人看", "a person should look"),
    "mode.video": Bilingual("视频", "video"),
    "mode.voice": Bilingual("语音", "voice"),
    "mode.text": Bilingual("文字", "text"),
    "answer.none": Bilingual(
        "没有回答这道题，没有可看的内容。", "This question was not answered; there is nothing to see."
    ),
    "answer.unplayable": Bilingual("这个录制无法播放（{source}）。", "This recording cannot be played ({source})."),
    "answer.play_failed": Bilingual(
        "浏览器没能播放这个录制，请直接打开原文件：", "The browser could not play this recording; open the original: "
    ),
    "answer.partial": Bilingual("只评估了一部分", "Assessed in part"),
    "transcript.title": Bilingual("转写", "Transcript"),
    "transcript.text": Bilingual("书面回答", "Written answer"),
    "transcript.hint": Bilingual("点一句即播放", "click to play"),
    "transcript.confidence": Bilingual("识别可信度 {value}", "recognition confidence {value}"),
    "transcript.uncertain": Bilingual("识别不确定", "uncertain"),
    "transcript.quoted": Bilingual("被引用", "quoted"),
    "transcript.dropped": Bilingual("被识别防护去掉的内容（{count}）", "Removed by a recognition guard ({count})"),
    "transcript.recognised": Bilingual(
        "以上是候选人更正后的文字；识别的原文", "This is the candidate's correction; what was recognised"
    ),
    "transcript.empty": Bilingual("没有转写文字。", "There is no transcript."),
    # cues
    "cues.title": Bilingual("表达（描述，不计分）", "Delivery (description, not scored)"),
    "cues.title_formula": Bilingual("表达（描述，不计入内容分）", "Delivery (description, no part of content scores)"),
    "cues.none": Bilingual("没有可以测量的语音或画面。", "There is no voice or picture to measure."),
    "cues.policy": Bilingual(
        "政策不允许测量画面或音高、响度：{article}。",
        "The policy does not allow picture, pitch or loudness: {article}.",
    ),
    "cues.table": Bilingual("全部测量值", "All measures"),
    "cue.speech": Bilingual("讲话", "Speech"),
    "cue.speech_value": Bilingual(
        "{rate} {unit} · 停顿 {pauses}% · 填充词 {fillers}", "{rate} {unit} · pauses {pauses}% · fillers {fillers}"
    ),
    "unit.characters": Bilingual("字/分", "characters/min"),
    "unit.words": Bilingual("词/分", "words/min"),
    "cue.pitch": Bilingual("音高", "Pitch"),
    "cue.pitch_value": Bilingual("{hz} Hz", "{hz} Hz"),
    "cue.loudness": Bilingual("响度", "Loudness"),
    "cue.loudness_value": Bilingual("{db} dB", "{db} dB"),
    "cue.face": Bilingual("有人脸", "Face in view"),
    "cue.eyes": Bilingual("看镜头（代理量）", "Eye contact (proxy)"),
    "cue.hands": Bilingual("手可见", "Hands in view"),
    "cue.share": Bilingual("{value}%", "{value}%"),
    "column.measure": Bilingual("测量", "Measure"),
    "column.value": Bilingual("值", "Value"),
    "column.spans": Bilingual("时间段", "Spans"),
    "measure.speech_rate_per_min": Bilingual("语速（不含停顿）", "Speech rate (pauses left out)"),
    "measure.articulation_rate_per_min": Bilingual(
        "发音速率（不含 0.25 秒以上间隙）", "Articulation rate (gaps > 0.25 s out)"
    ),
    "measure.overall_rate_per_min": Bilingual("语速（含停顿）", "Speech rate (pauses included)"),
    "measure.speech_band": Bilingual("语速区间（惯例，非结论）", "Pace by convention, not a finding"),
    "band.unhurried": Bilingual("从容", "unhurried"),
    "band.conversational": Bilingual("交谈", "conversational"),
    "band.fast": Bilingual("偏快", "fast"),
    "measure.pause_share": Bilingual("停顿（> 0.5 秒）占比", "Share of pauses (> 0.5 s)"),
    "measure.filled_pauses": Bilingual("填充词", "Filled pauses"),
    "measure.filled_pauses_per_min": Bilingual("每分钟填充词", "Filled pauses a minute"),
    "measure.time_to_first_word_s": Bilingual("开口前", "Time to first word"),
    "measure.longest_monologue_s": Bilingual("最长连续讲话", "Longest stretch of speech"),
    "measure.pitch_median_hz": Bilingual("音高中位", "Pitch, median"),
    "measure.pitch_interquartile_semitones": Bilingual("音高四分位距", "Pitch, interquartile range"),
    "measure.loudness_median_db": Bilingual("响度中位", "Loudness, median"),
    "measure.loudness_range_db": Bilingual("响度范围（10–90 百分位）", "Loudness, 10–90 percentile range"),
    "measure.face_present_share": Bilingual("有人脸的画面", "Frames with a face"),
    "measure.face_absent": Bilingual("画面中没有人脸", "No face in view"),
    "measure.faces_max": Bilingual("同时最多人脸数", "Most faces at once"),
    "measure.head_pose": Bilingual(
        "头部角度中位（四分位距）：偏转 / 俯仰 / 侧倾", "Head angles, median (IQR): yaw / pitch / roll"
    ),
    "measure.eye_contact_proxy_share": Bilingual("看镜头（代理量）", "Eye contact (proxy)"),
    "measure.off_camera": Bilingual("代理量偏离镜头", "Proxy off camera"),
    "measure.nods_per_min": Bilingual("点头", "Nods"),
    "measure.shakes_per_min": Bilingual("摇头", "Head shakes"),
    "measure.blinks_per_min": Bilingual("眨眼", "Blinks"),
    "measure.smile_share": Bilingual("嘴角上扬的画面", "Frames with mouth corners raised"),
    "measure.hands_visible_share": Bilingual("手可见的画面", "Frames with hands in view"),
    "measure.gestures_per_min": Bilingual("手部动作", "Hand strokes"),
    "measure.gesture_amplitude": Bilingual("手部动作幅度（肩宽）", "Stroke length (shoulder widths)"),
    "measure.lean": Bilingual("前后移动（肩宽变化）", "Lean (change of shoulder width)"),
    "unit.per_min": Bilingual("{value} 次/分", "{value} a minute"),
    "unit.seconds": Bilingual("{value} 秒", "{value} s"),
    "unit.too_few_frames": Bilingual("采样太稀，不计数", "sampled too sparsely to count"),
    "unit.not_seen": Bilingual("未见", "not seen"),
    # integrity
    "integrity.title": Bilingual("诚信信号（不影响分数）", "Integrity signals (never touch a score)"),
    "integrity.none": Bilingual("没有信号。", "No signal."),
    "integrity.lead": Bilingual(
        "信号会误报，只是请人看一眼的理由。", "Signals can be false; they are a reason for a person to look, no more."
    ),
    # provenance
    "provenance.title": Bilingual("来源与复现", "Provenance"),
    "provenance.engine": Bilingual("引擎", "Engine"),
    "provenance.scorer": Bilingual("评分器", "Scorer"),
    "provenance.kit": Bilingual("面试包", "Kit"),
    "provenance.policy": Bilingual("政策", "Policy"),
    "provenance.retention": Bilingual("录制至多保存 {days} 天", "recordings are kept for at most {days} days"),
    "provenance.models": Bilingual("模型（sha256）", "Models (sha256)"),
    "provenance.device": Bilingual("设备", "Device"),
    "provenance.settings": Bilingual("设置", "Settings"),
    "provenance.seconds": Bilingual("各阶段用时", "Time by stage"),
    "provenance.created": Bilingual("生成时间（UTC）", "Made at (UTC)"),
    "provenance.interview": Bilingual("面试编号", "Interview id"),
    # keys
    "keys.title": Bilingual("快捷键", "Keys"),
    "keys.on": Bilingual("启用单键快捷键", "single-key shortcuts on"),
    "keys.report": Bilingual(
        "j / k 下一条、上一条引文 · 空格 播放或暂停 · 1–9 选择题目",
        "j / k next and previous quote · space play or pause · 1–9 choose the answer",
    ),
    "keys.ranking": Bilingual(
        "j / k 下一位、上一位 · 回车 打开报告 · x 选入对比 · c 对比 · / 搜索",
        "j / k next and previous · enter open the report · x select · c compare · / search",
    ),
    # ranking
    "ranking.title": Bilingual("候选人排序", "Ranked candidates"),
    "ranking.assessed": Bilingual("{count} 人有分数", "{count} with a score"),
    "ranking.review": Bilingual("{count} 人待复核", "{count} to review"),
    "ranking.cannot": Bilingual("{count} 人无法评估", "{count} cannot be assessed"),
    "ranking.broken": Bilingual("{count} 份报告读不了", "{count} reports cannot be read"),
    "ranking.empty": Bilingual(
        "这个目录里没有报告。先运行 interview-engine assess … --out 目录。",
        "There is no report in this folder. Run interview-engine assess … --out FOLDER first.",
    ),
    "ranking.look_first": Bilingual("先看这里：需要人来判断", "Look here first: a person must judge"),
    "ranking.group": Bilingual("并列组 {number}", "Tie group {number}"),
    "ranking.group_note": Bilingual(
        "与组内最高分的区间重叠，不分先后", "bands overlap with the group's best: no order among them"
    ),
    "ranking.group_above": Bilingual("另有 {count} 人待复核，列在最上面", "{count} more to review, listed at the top"),
    "ranking.in_group": Bilingual("分数属并列组 {number}", "score falls in tie group {number}"),
    "ranking.candidate": Bilingual("候选人", "Candidate"),
    "ranking.match": Bilingual("岗位匹配度", "Match"),
    "ranking.score": Bilingual("总分（区间）", "Score (band)"),
    "ranking.status": Bilingual("状态", "Status"),
    "ranking.why": Bilingual("理由", "Reasons"),
    "ranking.select": Bilingual("选入对比", "Select to compare"),
    "status.cannot_assess": Bilingual("无法评估", "cannot assess"),
    "status.needs_review": Bilingual("请复核", "please review"),
    "status.ranked": Bilingual("待决定", "to decide"),
    "status.partial": Bilingual("部分评估", "partial"),
    "ranking.search": Bilingual("搜索姓名或编号", "Search name or id"),
    "ranking.filter": Bilingual("状态", "Status"),
    "ranking.filter_all": Bilingual("全部", "all"),
    "ranking.minimum": Bilingual("匹配度至少", "Match at least"),
    "ranking.meets": Bilingual("达到要求", "Meets the requirement in"),
    "ranking.meets_any": Bilingual("任意能力", "any competency"),
    "ranking.sort": Bilingual("排序", "Sort by"),
    "ranking.sort_rank": Bilingual("并列组", "tie group"),
    "ranking.shown": Bilingual("显示 {shown} / {total} 人", "{shown} of {total} shown"),
    "ranking.more": Bilingual("再显示 {count} 人", "Show {count} more"),
    "ranking.no_match": Bilingual("没有符合条件的候选人，请放宽筛选。", "Nobody fits these filters; widen them."),
    "ranking.reset": Bilingual("清除筛选", "Clear filters"),
    "ranking.compare": Bilingual("对比（{count}）", "Compare ({count})"),
    "ranking.compare_title": Bilingual("并排对比", "Side by side"),
    "ranking.compare_hint": Bilingual("选 2–4 人", "select 2 to 4"),
    "ranking.compare_full": Bilingual("最多对比 4 人。", "At most 4 can be compared."),
    "ranking.close": Bilingual("关闭", "Close"),
    "ranking.open": Bilingual("打开报告", "Open report"),
    "ranking.required": Bilingual("要求 {level}", "required {level}"),
    "ranking.level": Bilingual("水平 {level}", "level {level}"),
    "ranking.broken_title": Bilingual("读不了的报告", "Reports that cannot be read"),
    "ranking.note": Bilingual(
        "竖线是岗位要求的水平，浅色带内约有一半到三分之二的人工评分（开放数据实测）。"
        "分数只来自回答的文字内容（另列的表达类除外），每一分都能点到原话。"
        "没有自动淘汰：决定由人作出并写明理由。",
        "The thin line is the level required, the light band held 55 to 67 % of the labels it was measured on. Scores "
        "come from the words alone (delivery, where a kit has it, is shown apart), and every point leads to a quote. "
        "Nobody is rejected by this list: a person decides and gives a reason.",
    ),
    "ranking.apart": Bilingual(
        "不同面试包、版本或评分器的分数不能相比，因此分开排序。",
        "Scores of different kits, versions or scorers cannot be compared, so they are ranked apart.",
    ),
    "ranking.noscript": Bilingual(
        "这个列表需要 JavaScript；同样的内容在 ranking.json。",
        "This list needs JavaScript; the same is in ranking.json.",
    ),
    "ranking.delivery": Bilingual("表达类", "delivery"),
}

NEXT_STEPS: dict[str, Bilingual] = {
    "media.truncated": Bilingual(
        "请看录制末尾；若重要内容缺失，请候选人补录。",
        "Look at the end; if it matters, ask the candidate to record again.",
    ),
    "media": Bilingual(
        "请向候选人索取可播放的文件，或请其重录、改用文字作答。",
        "Ask the candidate for a file that plays, or to record again, or to answer in writing.",
    ),
    "answer.missing": Bilingual(
        "请确认是否漏传；需要时请候选人补答。", "Check whether a file was left out; ask for the answer if it is needed."
    ),
    "audio": Bilingual(
        "请看原录制；若是麦克风问题，请候选人重录或改用文字作答。",
        "Watch the recording; if the microphone failed, ask for a new recording or a written answer.",
    ),
    "transcript": Bilingual(
        "请听原音后由人评分，或请候选人重录。", "Listen and rate by hand, or ask for a new recording."
    ),
    "language": Bilingual(
        "请由懂该语言的人评，或请候选人用面试包的语言作答。",
        "Have it rated by somebody who knows the language, or ask for an answer in one of the kit's.",
    ),
    "text": Bilingual(
        "请读原文；可以请候选人用一次具体经历重新回答。",
        "Read the answer; the candidate can be asked for one particular experience.",
    ),
    "competency.answers_not_assessable": Bilingual(
        "请先处理这些回答，或在下一轮面试里问到这项能力。",
        "See to these answers first, or ask about this competency in the next interview.",
    ),
    "competency.delivery_off": Bilingual("无需处理。", "Nothing to do."),
    "competency": Bilingual("请在下一轮面试里问到这项能力。", "Ask about this competency in the next interview."),
    "interview.too_little": Bilingual(
        "请人工评这场面试，或补齐缺少的回答后重新评估。",
        "Rate this interview by hand, or complete the missing answers and assess again.",
    ),
    "integrity": Bilingual("请看标出的时间段，由人判断。", "Look at the marked stretches and judge for yourself."),
    "judge": Bilingual("请由人评这项能力。", "Rate this competency by hand."),
    "engine": Bilingual("请由人评；保留文件并报告此问题。", "Rate it by hand; keep the file and report this."),
    "delivery": Bilingual("可由人看录制判断。", "A person can judge from the recording."),
}
"""What a reader does about a reason, by its code or by the code's first part."""


def next_step(code: str) -> Bilingual | None:
    """What to do about a reason of that code; None when the reason calls for nothing."""
    return NEXT_STEPS.get(code) or NEXT_STEPS.get(code.partition(".")[0])


WHY: dict[str, Bilingual] = {
    "action": Bilingual("自己的行动", "own action"),
    "method": Bilingual("方法", "method"),
    "check": Bilingual("核对", "check"),
    "instrument": Bilingual("工具或指标", "instrument or metric"),
    "precise": Bilingual("说得精确", "precision"),
    "outcome": Bilingual("结果", "outcome"),
    "reason": Bilingual("原因", "reason"),
    "sequence": Bilingual("步骤", "steps in order"),
    "episode": Bilingual("具体的一次", "a particular occasion"),
    "learning": Bilingual("反思", "something learned"),
    "number": Bilingual("数字", "number"),
    "named": Bilingual("点名的人或物", "a named thing"),
    "compare": Bilingual("前后比较", "comparison"),
    "probe": Bilingual("查明情况", "finding out"),
    "restraint": Bilingual("先不急于下手", "restraint before acting"),
    "upper": Bilingual("用到高分锚点的说法", "words of the upper anchors"),
    "indicator": Bilingual("观察要点", "indicator"),
    "vague": Bilingual("含糊", "vague"),
    "no_method": Bilingual("凭感觉", "no method"),
    "default": Bilingual("照旧例", "done as always"),
    "external": Bilingual("是别人做的", "done by others"),
    "reactive": Bilingual("出了事才做", "only after trouble"),
    "habit": Bilingual("只说通常", "only in general terms"),
    "simple": Bilingual("一带而过", "brushed over"),
    "uncertain": Bilingual("不确定", "unsure"),
    "undone": Bilingual("没有做", "left undone"),
    "general": Bilingual("泛泛而谈", "generalities"),
    "deflect": Bilingual("推开责任", "deflects"),
    "unknown": Bilingual("不知道结果", "outcome unknown"),
    "taken_back": Bilingual("收回前面的话", "takes a claim back"),
    "lower": Bilingual("用到低分锚点的说法", "words of the lower anchors"),
    "negated": Bilingual("说的是没有做", "said not to have been done"),
    **{f"level_{level}": Bilingual(f"支持 {level} 级", f"supports level {level}") for level in range(1, 6)},
}
"""What was found in a quote, by the codes of `Evidence.why`."""
