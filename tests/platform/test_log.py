"""Logs and metrics: every line stands by itself."""

from __future__ import annotations

import json
import sys
from threading import Thread
from time import sleep

import pytest

from chalicelib.platform.log import count


class SlowOutput:
    """A standard output on which other threads get their turn in the middle of a write."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> int:
        for character in text:
            self.written += character
            if character == ",":
                sleep(0)
        sleep(0.001)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def test_metrics_of_several_threads_stand_on_lines_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output = SlowOutput()
    monkeypatch.setattr(sys, "stdout", output)
    threads = [Thread(target=count, args=("tried",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = output.written.splitlines()
    assert [json.loads(line)["tried"] for line in lines] == [[1.0]] * 8
