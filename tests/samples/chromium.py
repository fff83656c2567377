"""A headless Chromium for tests of pages, and what every page must keep: no network, no error, readable, reachable."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bench.browser import at_equal_priority

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@contextmanager
def headless() -> Iterator[Browser]:
    """The system's Chromium; the test is skipped where there is none."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no chromium on this machine (apt-get install -y chromium)")
    at_equal_priority()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def large_text(browser: Browser) -> Iterator[Browser]:
    """A second browser whose reader has set the font size to 200 % (which also moves media queries in em)."""
    large = browser.browser_type.launch(
        executable_path=shutil.which("chromium"), args=[*ARGUMENTS, "--blink-settings=defaultFontSize=32"]
    )
    yield large
    large.close()


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1280, height: int = 820) -> Iterator[Page]:
    """A page from a file. Fails on a request that leaves the machine, a console error or an uncaught exception."""
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    wrong: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else wrong.append(r.url))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert wrong == []


def wait_until(page: Page, condition: str, *, seconds: float = 30) -> None:
    """Wait until a JavaScript expression is true.

    Asked from outside, again and again: Playwright's own wait evaluates text inside the page, which its content
    security policy forbids.
    """
    until = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < until, f"not within {seconds} s: {condition}"
        page.wait_for_timeout(50)


CONTRAST = """() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const channel = (c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return [255, 255, 255, 1];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim()) continue;
    if (element.closest("svg, script, noscript, [disabled], .hidden-text, option")) continue;
    if (!element.getClientRects().length) continue;
    const pair = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return poor;
}"""

NAMELESS = """() => Array.from(document.querySelectorAll("button, a[href], input, select, video")).filter((element) => {
  if (!element.getClientRects().length || element.tagName === "VIDEO") return false;
  const other = document.getElementById(element.getAttribute("aria-labelledby"));
  const label = element.getAttribute("aria-label") || element.textContent || element.placeholder
    || (element.labels && element.labels.length && element.labels[0].textContent) || (other && other.textContent);
  return !label || !label.trim();
}).map((element) => element.outerHTML.slice(0, 120))"""

TWICE = """() => { const seen = new Set(); const twice = [];
  for (const e of document.querySelectorAll("[id]")) { if (seen.has(e.id)) twice.push(e.id); seen.add(e.id); }
  return twice; }"""


HEADERS_WITHOUT_NAME = """() => Array.from(document.querySelectorAll("th")).filter((th) => th.getClientRects().length
  && !th.textContent.trim() && !th.getAttribute("aria-label") && !th.querySelector("[aria-label]"))
  .map((th) => th.closest("tr").innerText.slice(0, 80))"""

OUT_OF_REACH = """() => Array.from(document.querySelectorAll("body *")).filter((element) => {
  const style = getComputedStyle(element);
  const wide = element.scrollWidth > element.clientWidth + 1 && ["auto", "scroll"].includes(style.overflowX);
  const high = element.scrollHeight > element.clientHeight + 1 && ["auto", "scroll"].includes(style.overflowY);
  if (!(wide || high) || !element.checkVisibility()) return false;  // nor what a closed details holds
  if (element.matches("textarea, select, [tabindex='0']")) return false;
  return !Array.from(element.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0'], summary"))
    .some((one) => one.getClientRects().length && !one.disabled);
}).map((element) => element.outerHTML.slice(0, 120))"""
"""What scrolls and can be reached by no key (axe: scrollable-region-focusable)."""

LANDMARKS_ALIKE = """() => {
  const marks = {nav: "navigation", aside: "complementary", form: "form", section: "region"};
  const seen = new Set();
  const alike = [];
  const places = "nav, aside, form[aria-label], section[aria-label], [role=search], [role=region]";
  for (const e of document.querySelectorAll(places)) {
    if (!e.getClientRects().length) continue;
    const name = e.getAttribute("aria-labelledby") || e.getAttribute("aria-label") || "";
    const mark = `${e.getAttribute("role") || marks[e.tagName.toLowerCase()]} ${name}`;
    if (seen.has(mark)) alike.push(mark);
    seen.add(mark);
  }
  return alike;
}"""
"""Places that a screen reader lists under one name (axe: landmark-unique)."""

KINDS = """() => Array.from(document.querySelectorAll("input[type]"))
  .filter((field) => field.getAttribute("type").toLowerCase() !== field.type)
  .map((field) => field.outerHTML.slice(0, 120))"""
"""Fields of a kind that no browser knows: words that slipped in where the kind is said."""

UNNAMED_PICTURES = """() => Array.from(document.querySelectorAll("img:not([alt]), svg[role=img], [role=img]"))
  .filter((picture) => picture.getClientRects().length && !(picture.getAttribute("aria-label") || "").trim()
    && !picture.getAttribute("aria-labelledby") && !picture.querySelector(":scope > title"))
  .map((picture) => picture.outerHTML.slice(0, 120))"""
"""Pictures that say nothing to who cannot see them (axe: image-alt, svg-img-alt, role-img-alt)."""

TURNING = """() => Array.from(document.querySelectorAll("meta[http-equiv=refresh]")).map((tag) => tag.outerHTML)"""
"""Pages that load themselves again under a reader's hands (axe: meta-refresh)."""

HEADING = """() => Array.from(document.querySelectorAll("h1"))
  .some((heading) => heading.getClientRects().length && heading.textContent.trim()) ? [] : ["no h1"]"""


def unreadable(page: Page) -> dict[str, list[str]]:
    """WCAG AA contrast of every visible text in light and in dark, a name on every control and table header, everything
    that scrolls within reach of keys, a heading, no two places of one name, no id twice, no field of an unknown
    kind, no picture without a name, no page that loads itself again: what is not so, by name."""
    found = {
        "light": page.evaluate(CONTRAST),
        "nameless": page.evaluate(NAMELESS),
        "headers": page.evaluate(HEADERS_WITHOUT_NAME),
        "out of reach": page.evaluate(OUT_OF_REACH),
        "heading": page.evaluate(HEADING),
        "alike": page.evaluate(LANDMARKS_ALIKE),
        "twice": page.evaluate(TWICE),
        "kinds": page.evaluate(KINDS),
        "pictures": page.evaluate(UNNAMED_PICTURES),
        "turning": page.evaluate(TURNING),
    }
    page.emulate_media(color_scheme="dark")
    found["dark"] = page.evaluate(CONTRAST)
    page.emulate_media(color_scheme="light")
    return {name: what for name, what in found.items() if what}


def width_over(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def settled(page: Page, *, seconds: float = 5) -> dict[str, list[str]]:
    """What `unreadable` finds once the page has settled: colours fade in, and a busy machine draws late."""
    until = time.monotonic() + seconds
    while (found := unreadable(page)) and time.monotonic() < until:
        page.wait_for_timeout(100)
    return found


def check_readable(page: Page) -> None:
    """Nothing that `unreadable` finds, once the page has settled."""
    found = settled(page)
    assert found == {}, found
