"""Typed settings. Read from the environment once, at the edge (command line, server), and passed down as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from interview_engine.errors import UsageError
from interview_engine.i18n import msg

Device = Literal["auto", "cpu", "cuda"]
Vision = Literal["networks", "mediapipe"]
JsonMode = Literal["schema", "object"]
ScorerName = Literal["evidence", "judge", "hybrid"]
JudgeMethod = Literal["absolute", "pairwise"]
JudgePool = Literal["mean", "median"]
"""As in assessment.kits.kit and assessment.judge.asking, which this file, read before anything else, does not load."""

MOST_SAMPLES, ORDERS, APART = 9, 4, 2.5
"""See assessment.judge.asking."""

PREFIX = "INTERVIEW_ENGINE_"


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """The language model of the judge scorer; see models.text.llm.Endpoint for each field.

    Args:
        method, samples, pool, seed, temperature: see assessment.judge.asking.Asking.
        prompt_price, completion_price: for a million tokens, in `currency`; with both the cost goes into the report.
        budget: most that one interview may cost, in `currency`; needs both prices.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    json_mode: JsonMode = "schema"
    samples: int = 2
    timeout_s: float = 120.0
    max_tokens: int = 1200
    prompt_price: Decimal | None = None
    completion_price: Decimal | None = None
    currency: str = "CNY"
    method: JudgeMethod = "absolute"
    pool: JudgePool = "mean"
    seed: int = 0
    temperature: float = 0.0
    budget: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation works; none of it changes what a score means.

    Args:
        weights: folder of the verified weights; None is the user's cache folder.
        own_weights: the user's own folders by weight name ("whisper-base" → a larger Whisper in CTranslate2 format).
        device: where recognition and the vision networks run.
        vision: what looks at pictures: the networks with our own steps around them, or MediaPipe's tasks (CPU, slower).
        workers: processes that assess side by side; 0 is one a core.
        frames_per_second: pictures looked at each second; 12 or more also counts blinks.
        max_minutes: longest recording that is accepted for one answer.
        judge: the judge scorer's model; None when no address is set.
        scorer: what scores where neither the command line nor the kit's setting says otherwise.
        hybrid_threshold: points of 10 above which default scorer and judge are apart in hybrid mode.
        recognition: socket of the process that recognises for all (pipelines/hearing/recognition_server.py), set by
            whoever started it; None is a recogniser of one's own.
    """

    weights: Path | None = None
    own_weights: tuple[tuple[str, Path], ...] = ()
    device: Device = "auto"
    vision: Vision = "networks"
    workers: int = 0
    frames_per_second: float = 5.0
    max_minutes: float = 90.0
    judge: JudgeSettings | None = None
    scorer: ScorerName = "evidence"
    hybrid_threshold: float = APART
    recognition: Path | None = None


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from variables INTERVIEW_ENGINE_WEIGHTS, _DEVICE, _VISION, _WORKERS, _FRAMES_PER_SECOND, _MAX_MINUTES,
    _SCORER, _HYBRID_THRESHOLD, INTERVIEW_ENGINE_WEIGHTS_<NAME> (upper case, "-" as "_") for one's own folders, and
    INTERVIEW_ENGINE_JUDGE_URL, _MODEL, _KEY, _JSON, _METHOD, _SAMPLES, _POOL, _SEED, _TEMPERATURE, _TIMEOUT_S,
    _MAX_TOKENS, _PROMPT_PRICE, _COMPLETION_PRICE, _CURRENCY, _BUDGET.

    Raises:
        UsageError: `settings.invalid`, naming the variable.
    """

    def number(name: str, default: float, low: float, high: float) -> float:
        raw = environment.get(PREFIX + name, "").strip()
        if not raw:
            return default
        try:
            value = float(raw)
        except ValueError:
            raise invalid_setting(name, raw, f"{low:g}–{high:g}") from None
        if not low <= value <= high:
            raise invalid_setting(name, raw, f"{low:g}–{high:g}")
        return value

    device = environment.get(PREFIX + "DEVICE", "").strip() or "auto"
    if device not in get_args(Device):
        raise invalid_setting("DEVICE", device, " | ".join(get_args(Device)))
    vision = environment.get(PREFIX + "VISION", "").strip() or "networks"
    if vision not in get_args(Vision):
        raise invalid_setting("VISION", vision, " | ".join(get_args(Vision)))
    own_prefix = PREFIX + "WEIGHTS_"
    own = tuple(
        (key.removeprefix(own_prefix).lower().replace("_", "-"), Path(value).expanduser())
        for key, value in sorted(environment.items())
        if key.startswith(own_prefix) and value.strip()
    )
    weights = environment.get(PREFIX + "WEIGHTS", "").strip()
    scorer = environment.get(PREFIX + "SCORER", "").strip() or "evidence"
    if scorer not in get_args(ScorerName):
        raise invalid_setting("SCORER", scorer, " | ".join(get_args(ScorerName)))
    return Settings(
        weights=Path(weights).expanduser() if weights else None,
        own_weights=own,
        device=device,  # type: ignore[arg-type]
        vision=vision,  # type: ignore[arg-type]
        workers=int(number("WORKERS", 0, 0, 512)),
        frames_per_second=number("FRAMES_PER_SECOND", 5.0, 0.5, 30.0),
        max_minutes=number("MAX_MINUTES", 90.0, 0.1, 240.0),
        judge=_judge(environment, number),
        scorer=scorer,  # type: ignore[arg-type]
        hybrid_threshold=number("HYBRID_THRESHOLD", APART, 0.0, 10.0),
    )


def _judge(environment: Mapping[str, str], number: Callable[[str, float, float, float], float]) -> JudgeSettings | None:
    def text(name: str) -> str:
        return environment.get(f"{PREFIX}JUDGE_{name}", "").strip()

    url, model, mode = text("URL"), text("MODEL"), text("JSON") or "schema"
    if not url:
        return None
    if not _is_web_address(url):
        raise invalid_setting("JUDGE_URL", url, "http(s)://…/v1")
    if not model:
        raise invalid_setting("JUDGE_MODEL", model, "the name the server knows the model by")
    if mode not in get_args(JsonMode):
        raise invalid_setting("JUDGE_JSON", mode, " | ".join(get_args(JsonMode)))
    method, pool = text("METHOD") or "absolute", text("POOL") or "mean"
    for name, value, allowed in (("METHOD", method, get_args(JudgeMethod)), ("POOL", pool, get_args(JudgePool))):
        if value not in allowed:
            raise invalid_setting(f"JUDGE_{name}", value, " | ".join(allowed))
    temperature = number("JUDGE_TEMPERATURE", 0.0, 0.0, 2.0)
    samples = int(number("JUDGE_SAMPLES", 2, 1, MOST_SAMPLES))
    if samples > ORDERS and temperature == 0:
        raise invalid_setting(
            "JUDGE_SAMPLES", str(samples), f"1–{ORDERS}; more with INTERVIEW_ENGINE_JUDGE_TEMPERATURE > 0"
        )
    prices = (
        _price("JUDGE_PROMPT_PRICE", text("PROMPT_PRICE")),
        _price("JUDGE_COMPLETION_PRICE", text("COMPLETION_PRICE")),
    )
    budget = _price("JUDGE_BUDGET", text("BUDGET"))
    if budget is not None and None in prices:
        raise invalid_setting("JUDGE_BUDGET", str(budget), "with JUDGE_PROMPT_PRICE and JUDGE_COMPLETION_PRICE only")
    return JudgeSettings(
        url,
        model,
        text("KEY"),
        mode,  # type: ignore[arg-type]
        samples,
        number("JUDGE_TIMEOUT_S", 120.0, 1.0, 3600.0),
        int(number("JUDGE_MAX_TOKENS", 1200, 100, 100_000)),
        *prices,
        text("CURRENCY") or "CNY",
        method,  # type: ignore[arg-type]
        pool,  # type: ignore[arg-type]
        int(number("JUDGE_SEED", 0, 0, 2**31 - 16)),
        temperature,
        budget,
    )


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _price(name: str, raw: str) -> Decimal | None:
    if not raw:
        return None
    try:
        price = Decimal(raw)
    except InvalidOperation:
        raise invalid_setting(name, raw, "0–100000") from None
    if not (price.is_finite() and 0 <= price <= 100_000):
        raise invalid_setting(name, raw, "0–100000")
    return price


def invalid_setting(name: str, value: str, allowed: str) -> UsageError:
    """A setting's value that is not allowed, without its prefix in `name`: `settings.invalid`."""
    return UsageError(
        "settings.invalid",
        msg("{prefix}{name}={value!r} is not valid.", prefix=PREFIX, name=name, value=value),
        msg("Allowed: {allowed}.", allowed=allowed),
    )
