"""Post one file in a process of its own and print how long it took and how much memory the process had at most."""

import json
import resource
import sys
import time
from pathlib import Path

from consign.db import Database
from consign.files import Files, hash_file
from consign.jobs.posting import Handover, post_sales_file
from consign.sales.file_posting import Decisions
from consign.sales.mapping import Answers
from tests.bench.generate import LOGIN


def main(url: str, folder: str, path: str) -> None:
    database = Database.open(url=url, data_dir=Path(folder))
    files = Files.open(url=None, folder=Path(folder) / "files")
    decisions = Decisions(answers=Answers(accept_suggestion=True))
    figures = []
    for _ in range(2):  # the second time it is the same file
        began = time.perf_counter()
        handover = Handover(Path(path), "B")
        outcome = post_sales_file(database, files, region="64.71", login=LOGIN, handover=handover, decisions=decisions)
        figures.append(time.perf_counter() - began)
        memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    hash_file(Path(path))
    hashing = time.perf_counter() - began
    print(
        json.dumps(
            {
                "first_s": figures[0],
                "again_s": figures[1],
                "hashing_s": hashing,
                "memory_mb": memory_mb,
                "posted": outcome.posted,
                "known": outcome.known,
            }
        )
    )
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
