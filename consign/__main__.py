"""Run the command line: `python -m consign`."""

from consign.cli import main

main()
