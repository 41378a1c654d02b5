"""Fuzzes one target in this process: `python -m tests.fuzz.target NAME [libFuzzer's arguments]`. Linux on x86-64 only."""

import sys
import time

import atheris

with atheris.instrument_imports(include=["consign.tabular", "consign.sales"], enable_loader_override=False):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    name, *arguments = sys.argv[1:]
    fuzz, _ = TARGETS[name]
    slowest = 0.0

    def run(content: bytes) -> None:
        nonlocal slowest
        began = time.monotonic()
        fuzz(content)
        took = time.monotonic() - began
        if took > slowest:
            slowest = took
            print(f"slowest: {took * 1000:.0f} ms", file=sys.stderr, flush=True)

    atheris.Setup([sys.argv[0], *arguments], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
