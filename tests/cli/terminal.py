"""Running `consign` in this process, as a terminal would."""

import json
import sys
from dataclasses import dataclass

import pytest

from consign.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


class Terminal:
    """Runs `consign` as a terminal would, in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, *words: object) -> Ended:
        self._monkeypatch.setattr(sys, "argv", ["consign", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._capsys.readouterr()
        return Ended(int(str(ended.value.code)), printed.out, printed.err)

    def json(self, *words: object) -> dict[str, object]:
        return json.loads(self.run(*words, "--json").out)
