"""The door of the competency area: what other areas and the pages may call."""

from interview_engine.hr.competency.kits import (
    KitSummary,
    Rescore,
    competency_model,
    import_shipped_kits,
    kit,
    kit_version,
    list_kits,
    publish_kit,
    retire_kit,
)
from interview_engine.hr.competency.profiles import (
    NewProfile,
    Requirement,
    create_profile,
    list_profiles,
    profile_from_kit,
    publish_profile,
    requirements_of,
)

__all__ = [
    "KitSummary",
    "NewProfile",
    "Requirement",
    "Rescore",
    "competency_model",
    "create_profile",
    "import_shipped_kits",
    "kit",
    "kit_version",
    "list_kits",
    "list_profiles",
    "profile_from_kit",
    "publish_kit",
    "publish_profile",
    "requirements_of",
    "retire_kit",
]
