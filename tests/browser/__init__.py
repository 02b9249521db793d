"""The chat widget in a real browser; run by `python -m tests.browser`, which needs chromium."""
