"""Write to standard output, and say what is wrong where that fails."""

from __future__ import annotations

import sys

from scraper.errors import OutputError


class StandardOutput:
    """Bytes go out at once, so that a reader at the other end of a pipe sees each article when it is done."""

    def write(self, data: bytes) -> None:
        """Raise :class:`BrokenPipeError` where nobody reads any more, :class:`OutputError` for all else."""
        if sys.stdout is None:
            raise OutputError("standard output is closed; name a file with -o")
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"standard output: cannot be written ({error.strerror}); name a file with -o") from error
