"""From the report document to what is drawn: quotes with question and second, tracks, rows. Shared by page and PDF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from interview_engine.assessment.comparing.match import apportion
from interview_engine.assessment.interview_rules import NOT_ASKED
from interview_engine.assessment.reasons import SENTENCES, Reason
from interview_engine.clock import CHINA
from pipelines.reports.brief import brief, mark_repeats
from pipelines.reports.cues_document import Document
from pipelines.reports.cues_view import lanes, measure_rows
from pipelines.reports.format import (
    Both,
    clock,
    one,
    plain,
    same,
    several,
    share_percent,
    shown,
    span_clock,
    track,
    whole_percent,
)
from pipelines.reports.quoting import marked
from pipelines.reports.texts import WHY, next_step
from pipelines.reports.transcript_view import transcript_lines

FRAME_SLACK_S = 0.6
"""A screenshot belongs to a quote when it lies inside it, give or take its rounding."""


def report_view(document: Document) -> Document:
    """Everything the page and the PDF print, formatted, in both languages."""
    quotes: list[Document] = []
    competencies = [_competency(entry, document, quotes) for entry in document["competencies"]]
    mark_repeats(competencies)
    content = [entry for entry in competencies if not entry["is_delivery"]]
    interview, overall = document["interview"], document["overall"]
    kit, rules = interview["kit"], interview["policy_rules"]
    policy_name = rules["name"] if rules else same(interview["policy"])
    answers = [_answer(number, entry, document, quotes) for number, entry in enumerate(document["answers"], start=1)]
    return {
        "candidate": interview["candidate"],
        "synthetic": interview["synthetic"],
        "interview_id": interview["id"],
        "role": kit["role"],
        "kit": shown("page.kit_version", version=str(kit["version"])),
        "kit_code": shown("page.kit", id=kit["id"], version=str(kit["version"])),
        "policy": shown("page.policy", name=policy_name),
        "policy_name": policy_name,
        "policy_article": rules["article"] if rules else None,
        "policy_measures": bool(rules is None or (rules["visual_cues"] and rules["voice_cues"])),
        "retention": shown("provenance.retention", days=str(rules["retention_days"])) if rules else None,
        "created": _minute(document["provenance"]["created_at"]),
        "ai_label": document["generated_by_ai"]["label"],
        "look": _look(document),
        "overall": _overall(overall, document["competencies"]),
        "brief": brief(content),
        "unsure": any(run["uncertain"] for quote in quotes for run in quote["runs"]),
        "content": content,
        "delivery": [entry for entry in competencies if entry["is_delivery"]],
        "answers": answers,
        "signals": [signal for answer in answers for signal in answer["signals"]],
        "provenance": {
            **document["provenance"],
            "settings": {name: _setting(value) for name, value in document["provenance"]["settings"].items()},
        },
    }


FORMULAS = {"fulfilment/1": "overall.formula_1", "fulfilment/2": "overall.formula"}
"""The sentence that states the formula, by measure."""


def _setting(value: str | int | float | bool) -> str:
    """A setting as the JSON shows it, text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def _look(document: Document) -> Document | None:
    """The reasons for which a person must look, each with what to do; None when there are none."""
    overall = document["overall"]
    reasons = [reason for reason in (overall["reason"],) if reason is not None] + document["needs_review"]
    if not reasons and overall["status"] == "assessed":
        return None
    title = None
    if overall["status"] == "cannot_assess":
        title = shown("look.cannot")
    elif overall["status"] == "partial":
        title = shown("look.partial", share=whole_percent(overall["assessed_weight"]))
    return {"urgent": bool(reasons), "title": title, "reasons": [_placed(reason, document) for reason in reasons]}


def _reason(reason: Document) -> Document:
    step = next_step(reason["code"])
    return {
        "code": reason["code"],
        "text": _sentence(reason),
        "next": None if step is None else several(step),
    }


def _sentence(reason: Document) -> Both:
    """A reason's sentence: as the report has it, and from its code and facts in the languages the report has not."""
    known = several(Reason(reason["code"], reason["detail"]).message) if reason["code"] in SENTENCES else {}
    return {**known, **reason["text"]}


def _placed(reason: Document, document: Document) -> Document:
    """A reason with the answers that it is about: those that have it as their own, or as a signal."""
    same_reason = [
        number
        for number, answer in enumerate(document["answers"], start=1)
        if any(
            (other["code"], other["detail"]) == (reason["code"], reason["detail"])
            for other in (answer["reason"], *answer["integrity"])
            if other is not None
        )
    ]
    answers = [{"index": number - 1, "label": shown("quote.question", number=str(number))} for number in same_reason]
    return {**_reason(reason), "answers": answers}


def _optional_reason(reason: Document | None) -> Document | None:
    return None if reason is None else _reason(reason)


def _overall(overall: Document, competencies: Sequence[Document]) -> Document:
    names = {entry["id"]: entry for entry in competencies}
    match = overall["match_percent"]
    counted = [row for row in overall["match_rows"] if row["points"] is not None]
    # the printed points also sum to the printed total, so that a reader can add them up
    printed = apportion([row["points"] for row in counted], match, 1) if match is not None else ()
    by_id = {row["competency"]: points for row, points in zip(counted, printed, strict=False)}
    return {
        "status": overall["status"],
        "score": None if overall["score"] is None else track(overall["score"], None),
        "match": None if match is None else whole_percent(match),
        "match_band": _match_band(overall, len(counted) == len(overall["match_rows"])),
        "formula": FORMULAS[overall.get("measure", "fulfilment/1")],
        "match_exact": None if match is None else f"{round(match, 1):.1f}",
        "share": whole_percent(overall["assessed_weight"]),
        "rows": [_match_row(row, names[row["competency"]], by_id) for row in overall["match_rows"]],
        "weight_sum": plain(sum(row["weight"] for row in overall["match_rows"])),
        "blocks": _blocks(overall["match_rows"], names),
    }


def _match_band(overall: Document, whole: bool) -> Document | None:
    """Lowest and highest match in whole percent, and whether that counts what was not assessed; none where there is no
    match, or in a report of before."""
    low, high = overall.get("match_low"), overall.get("match_high")
    if low is None or high is None:
        return None
    return dict(
        shown(
            "overall.match_whole" if whole else "overall.match_band", low=whole_percent(low), high=whole_percent(high)
        )
    )


def _match_row(row: Document, competency: Document, printed: dict[str, float]) -> Document:
    score = competency["score"]
    points = printed.get(row["competency"])
    return {
        "id": row["competency"],
        "name": competency["name"],
        "weight": plain(row["weight"]),
        "score": None if score is None else one(score["value"]),
        "level": None if row["level"] is None else f"{row['level']:.2f}",
        "required": plain(row["required_level"]),
        "ratio": None if row["ratio"] is None else f"{row['ratio']:.3f}",
        "points": None if points is None else one(points),
    }


def _blocks(rows: Sequence[Document], names: dict[str, Document]) -> list[Document]:
    """The match as blocks: width is weight, fill is how far the requirement is met, in percent of the whole bar."""
    total = sum(row["weight"] for row in rows) or 1.0
    blocks = []
    left = 0.0
    for row in rows:
        width = 100.0 * row["weight"] / total
        ratio = row["ratio"]
        blocks.append(
            {
                "id": row["competency"],
                "x": round(left, 3),
                "width": round(width, 3),
                "fill": None if ratio is None else round(width * ratio, 3),
                "middle": round(left + width / 2, 3),
                "name": names[row["competency"]]["name"],
            }
        )
        left += width
    return blocks


def _competency(entry: Document, document: Document, quotes: list[Document]) -> Document:
    texts = {indicator["id"]: indicator["text"] for indicator in entry["indicators"]}
    detected = {marker["indicator"]: marker["detected"] for marker in entry["markers"]}
    printed = [_quote(evidence, texts, document) for evidence in entry["evidence"]]
    for quote in printed:
        quote["number"] = len(quotes)
        quote["competency"] = entry["id"]
        quotes.append(quote)
    level = entry["level"]
    shares = entry["level_distribution"]
    return {
        "id": entry["id"],
        "name": entry["name"],
        "kind": shown(f"kind.{entry['kind']}"),
        "definition": entry["definition"],
        "is_delivery": entry["is_delivery"],
        "weight": shown("competency.weight", weight=plain(entry["weight"])),
        "status": entry["status"],
        "reason": _optional_reason(entry["reason"]),
        "was_not_shown": _was_not_shown(entry),
        "track": None if entry["score"] is None else track(entry["score"], entry["required_level"]),
        "required": plain(entry["required_level"]),
        "level": None
        if level is None
        else shown("competency.level", level=one(level), required=plain(entry["required_level"])),
        "nearest": None if level is None else shown("competency.nearest", level=str(entry["nearest_anchor"])),
        "beside": None
        if entry.get("beside") is None
        else shown("competency.beside", score=one(entry["beside"]["value"])),
        "nearest_text": None if level is None else entry["anchors"][entry["nearest_anchor"] - 1]["text"],
        "adds": None if entry["match_points"] is None else shown("competency.adds", points=one(entry["match_points"])),
        "anchors": [
            {
                **anchor,
                "here": anchor["level"] == entry["nearest_anchor"],
                "share": share_percent(shares[anchor["level"] - 1]) if len(shares) == 5 else None,
                "width": round(100.0 * shares[anchor["level"] - 1], 1) if len(shares) == 5 else None,
            }
            for anchor in entry["anchors"]
        ],
        "indicators": [
            {"text": indicator["text"], "found": _found(indicator, entry["not_shown"])}
            for indicator in entry["indicators"]
        ],
        "quotes": printed,
        "not_shown": _not_shown(entry, texts),
        "markers": [
            {
                "text": texts[identity],
                "found": shown("marker.detected" if is_there else "marker.not_detected"),
                "detected": is_there,
            }
            for identity, is_there in detected.items()
            if identity in texts
        ],
        "reasons": [_placed(reason, document) for reason in entry["reasons"]],
        "measures": [_delivery_measure(measure) for measure in entry["delivery_measures"]],
    }


def _not_shown(entry: Document, texts: dict[str, Both]) -> list[Both]:
    """Indicators without evidence; none where no answer could be used: what nobody heard was not "not shown"."""
    if entry["status"] == "cannot_assess" and not _was_not_shown(entry):
        return []
    return [texts[identity] for identity in entry["not_shown"] if identity in texts]


def _was_not_shown(entry: Document) -> bool:
    return entry["reason"] is not None and entry["reason"]["code"] == "competency.not_shown"


def _found(indicator: Document, not_shown: Sequence[str]) -> Both:
    if indicator["quoted"]:
        return shown("indicator.quoted")
    return shown("indicator.not_shown" if indicator["id"] in not_shown else "indicator.unquoted")


def _delivery_measure(measure: Document) -> Document:
    percent = measure["cue"].endswith("_share")
    scale, unit = (100.0, "%") if percent else (1.0, "")
    low, high, falloff = (scale * measure[name] for name in ("low", "high", "falloff"))
    floor = low - falloff
    value, share = measure["value"], measure["share"]
    above = f"> {plain(high + falloff)}{unit}"
    return {
        "label": shown(f"measure.{measure['cue']}"),
        "full": f"{plain(low)}–{plain(high)}{unit}",
        "zero": f"< {plain(floor)}{unit}, {above}" if floor > 0 else above,
        "weight": f"{plain(measure['weight'])}%",
        "applies": shown("delivery.all") if measure["language"] is None else shown(f"language.{measure['language']}"),
        "value": shown("delivery.not_measured") if value is None else same(f"{one(scale * value)}{unit}"),
        "share": None if share is None else f"{share_percent(share)}%",
    }


def _quote(evidence: Document, texts: dict[str, Both], document: Document) -> Document:
    number, answer = next(
        (number, answer)
        for number, answer in enumerate(document["answers"], start=1)
        if answer["question"] == evidence["answer"]
    )
    start_s, end_s = evidence["start_s"], evidence["end_s"]
    transcript = answer["transcript"]
    return {
        "answer": number - 1,
        "question": shown("quote.question", number=str(number)),
        "text": evidence["quote"],
        **marked(evidence, transcript),
        "language": transcript["language"] if transcript else "und",
        "char_start": evidence["char_start"],
        "char_end": evidence["char_start"] + len(evidence["quote"]),
        "start_s": start_s,
        "clock": None if start_s is None else clock(start_s),
        "against": evidence["polarity"] == "against",
        "indicator": texts.get(evidence["indicator"]),
        "why": [_why(code) for code in evidence["why"] if code != "indicator"],
        "frame": None if start_s is None else _frame(answer["frames"], start_s, end_s),
    }


def _why(code: str) -> Both:
    """What a code of `why` says; a code of another scorer is shown as it is."""
    text = WHY.get(code)
    return same(code) if text is None else several(text)


def _frame(frames: Sequence[Document], start_s: float, end_s: float) -> str | None:
    """The screenshot that lies in the quote, the one nearest its middle."""
    inside = [frame for frame in frames if start_s - FRAME_SLACK_S <= frame["time_s"] <= end_s + FRAME_SLACK_S]
    if not inside:
        return None
    middle = (start_s + end_s) / 2
    return str(min(inside, key=lambda frame: abs(frame["time_s"] - middle))["path"])


def _answer(number: int, entry: Document, document: Document, quotes: Sequence[Document]) -> Document:
    transcript = entry["transcript"]
    cited = [quote for quote in quotes if quote["answer"] == number - 1]
    signals = [
        {
            **_reason(signal),
            "answer": number - 1,
            "question": shown("quote.question", number=str(number)),
            "spans": [{**span, "clock": span_clock(span)} for span in signal["spans"]],
        }
        for signal in entry["integrity"]
    ]
    by_formula = any(entry["is_delivery"] and entry["score"] is not None for entry in document["competencies"])
    return {
        "number": str(number),
        "tab": shown("answer.tab", number=str(number)),
        "question": entry["question_text"],
        "mode": shown(f"mode.{entry['mode']}"),
        "is_text": entry["mode"] == "text",
        "source": entry["source"],
        "offset_s": entry["source_start_s"],
        "length_s": entry["duration_s"],
        "duration": clock(entry["duration_s"]) if entry["duration_s"] > 0 else None,
        "status": entry["status"],
        "reason": _optional_reason(entry["reason"]),
        "attention": (entry["status"] == "cannot_assess" and not _was_not_asked(entry)) or bool(signals),
        "missing": entry["source"] == "" and transcript is None,
        "language": transcript["language"] if transcript else "und",
        "confidence": None
        if transcript is None or entry["mode"] == "text"
        else shown("transcript.confidence", value=f"{transcript['confidence']:.2f}"),
        "lines": [] if transcript is None else transcript_lines(transcript, cited),
        "recognised": None if transcript is None else transcript.get("recognised"),
        "dropped": [] if transcript is None else [_dropped(segment) for segment in transcript["dropped"]],
        "lanes": lanes(entry),
        "measures": measure_rows(entry),
        "cues_title": shown("cues.title_formula" if by_formula else "cues.title"),
        "signals": signals,
        "frames": entry["frames"],
    }


def _was_not_asked(entry: Document) -> bool:
    return entry["reason"] is not None and entry["reason"]["code"] == NOT_ASKED


def _dropped(segment: Document) -> Document:
    return {"text": segment["text"], "clock": clock(segment["start_s"]), "reason": segment["reason"]["text"]}


def _minute(moment: str) -> str:
    """A moment of the document to the minute, in Beijing time."""
    return f"{datetime.fromisoformat(moment).astimezone(CHINA):%Y-%m-%d %H:%M} (UTC+8)"
