"""The console of recruiters and HR: all its pages put together."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
