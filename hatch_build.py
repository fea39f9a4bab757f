"""Compile the two hottest loops where there is a C compiler; without one, the package is pure Python.

``_walk.pyx`` and ``_trees.pyx`` are compiled, and ``_runs``: that is ``runs.py`` with the types of ``_runs.pxd``.
``walk.py`` and ``model.py`` in ``scraper/extraction`` take them where they find them. See docs/decisions/0130.
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
SOURCES = ("_walk.pyx", "_runs.pxd", "runs.py", "_trees.pyx")
MODULES = ("_walk", "_runs", "_trees")


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
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in SOURCES)).hexdigest()


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
    for name in ("_runs.pxd", "_trees.pyx"):
        shutil.copy(folder / name, package)
    shutil.copy(folder / "runs.py", package / "_runs.py")
    walk = (folder / "_walk.pyx").read_text(encoding="utf-8")
    (package / "_walk.pyx").write_text(f'{walk}\n\nSOURCES = "{digest(folder)}"\n', encoding="utf-8")
    home = Path.cwd()
    os.chdir(work)
    try:
        extensions = cythonize(
            [
                Extension(
                    f"scraper.extraction.{module}",
                    [str(FOLDER / f"{module}.{'py' if module == '_runs' else 'pyx'}")],
                    include_dirs=lxml.get_include(),
                    extra_compile_args=["-O3"],
                )
                for module in MODULES
            ],
            compiler_directives={"annotation_typing": False, "language_level": 3},
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
