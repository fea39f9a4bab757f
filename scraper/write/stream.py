"""Write to a file descriptor, and to standard output, where each article goes out when it is done."""

from __future__ import annotations

import os
import sys

from scraper.errors import OutputError


def write_all(file: int, data: bytes) -> None:
    """Write ``data`` to a file descriptor, in as many steps as the system takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def write_out(data: bytes) -> None:
    """Write to standard output, unbuffered.

    Raises :class:`BrokenPipeError` where nobody reads any more and :class:`OutputError` for every other fault.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed; name a file with -o")
    try:
        write_all(sys.stdout.fileno(), data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output: cannot be written ({error.strerror}); name a file with -o") from error
