"""Compile the hottest loops where there is a C compiler; without one, the package is pure Python.

In ``scraper/extraction``, ``walk.py``, ``characters.py`` and ``model.py`` take the loops of the ``.pyx`` files where
they are compiled. See docs/decisions/0130.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path("scraper/extraction")
MODULES = ("_walk", "_characters", "_trees")


class CompiledLoops(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled modules to a wheel, or to the source folder of an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and say to the builder what there is to take."""
        folder = Path(self.root) / FOLDER
        for old in folder.glob("_*.so"):
            old.unlink()
        made = _compile(folder)
        if not made:
            self.app.display_warning("no C compiler, or no headers of Python: all stays in Python, and is slower")
            return
        for module in made:
            shutil.copy(module, folder)
            build_data["artifacts"].append(f"{FOLDER}/{module.name}")
        shutil.rmtree(made[0].parents[2])
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def digest(folder: Path) -> str:
    """Return the hash of the sources; the compiled module holds it as ``SOURCES``."""
    return hashlib.sha256(b"".join((folder / f"{name}.pyx").read_bytes() for name in MODULES)).hexdigest()


def _compile(folder: Path) -> list[Path]:
    """Return the compiled modules in a temporary folder, none where C cannot be compiled here."""
    # Here, so that a test can ask for the digest where only the package's own libraries are.
    import lxml  # noqa: PLC0415
    from Cython.Build import cythonize  # noqa: PLC0415
    from setuptools import Distribution, Extension  # noqa: PLC0415
    from setuptools.errors import BaseError, CCompilerError  # noqa: PLC0415

    work = Path(tempfile.mkdtemp(prefix="scraper-walk-"))
    package = work / FOLDER
    package.mkdir(parents=True)
    for init in (work / "scraper", package):
        (init / "__init__.py").touch()
    for name in MODULES[1:]:
        shutil.copy(folder / f"{name}.pyx", package)
    walk = (folder / "_walk.pyx").read_text(encoding="utf-8")
    (package / "_walk.pyx").write_text(f'{walk}\n\nSOURCES = "{digest(folder)}"\n', encoding="utf-8")
    home = Path.cwd()
    os.chdir(work)
    try:
        extensions = cythonize(
            [
                Extension(
                    f"scraper.extraction.{module}",
                    [str(FOLDER / f"{module}.pyx")],
                    include_dirs=lxml.get_include(),
                    extra_compile_args=["-O3"],
                )
                for module in MODULES
            ],
            compiler_directives={"language_level": 3},
            quiet=True,
        )
        command = Distribution({"name": "scraper", "ext_modules": extensions}).get_command_obj("build_ext")
        command.inplace = True
        command.ensure_finalized()
        command.run()
    except (BaseError, CCompilerError, OSError):
        shutil.rmtree(work)
        return []
    finally:
        os.chdir(home)
    return sorted(package.glob("*.so"))
