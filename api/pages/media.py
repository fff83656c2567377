"""Recordings and screenshots by signed, expiring addresses, with byte ranges."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
