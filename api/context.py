"""What one server process holds, made once and handed to every route."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.wechat.connect import Wechat
from interview_engine.clock import Clock
from interview_engine.hr.recruiting.analytics.figures import HiringFigures
from interview_engine.hr.signing.provider import SignatureProvider
from interview_engine.service_settings import ServiceSettings
from interview_engine.settings import Settings
from interview_engine.store.blobs import BlobStore
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox, Signer


@dataclass(frozen=True, slots=True)
class Context:
    """The open database and blobs, the settings, the clock, and the keys made from the installation's secret.

    Args:
        signatures: a provider of electronic signatures beside our own; None where none is set up.
    """

    database: Database
    blobs: BlobStore
    service: ServiceSettings
    engine: Settings
    clock: Clock
    box: SecretBox
    signer: Signer
    wechat: Wechat = field(default_factory=Wechat)
    signatures: SignatureProvider | None = None
    figures: HiringFigures = field(init=False)
    """Of this context's database alone: another context computes its own."""

    def __post_init__(self) -> None:
        self.database.box = self.box
        object.__setattr__(self, "figures", HiringFigures(self.database, self.clock))
