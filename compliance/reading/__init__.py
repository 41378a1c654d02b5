"""Reading a paper that somebody handed in: safely, and what stands on it.

`read_paper` is the way in. What opens the file runs in a child process with limits (`child`, `confinement`); what finds
values in the text that was read (`lines`, `values`) is plain rules about words.
"""

from compliance.reading.found import Box, PagePicture, Reading, ReadValue, Source
from compliance.reading.paper import read_paper
from compliance.reading.refusals import PaperRefused

__all__ = ["Box", "PagePicture", "PaperRefused", "ReadValue", "Reading", "Source", "read_paper"]
