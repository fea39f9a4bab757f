"""The version of this package, and the name that it is installed under."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

# The import and the command are `scraper`; that name belongs to another project on the package index.
DISTRIBUTION = "newsgleaner"

try:
    VERSION: str = version(DISTRIBUTION)
except PackageNotFoundError:  # a source tree that is not installed
    VERSION = "0.1.0"
