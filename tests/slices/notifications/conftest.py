"""Nothing is remembered of another test's agents."""

from __future__ import annotations
