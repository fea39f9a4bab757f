"""Compile the hottest loops where there is a C compiler; without one, the package is pure Python.

The walk and the score in ``scraper/extraction``, and what goes over the bytes or characters of a text, take the loops
of the ``.pyx`` files where they are compiled. See docs/decisions/0130, 0181 and 0182.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULES = (
    "scraper/extraction/_walk",
    "scraper/extraction/_characters",
    "scraper/extraction/_features",
    "scraper/extraction/_network",
    "scraper/extraction/_regions",
    "scraper/extraction/_score",
    "scraper/extraction/_trees",
    "scraper/_text",
)


class CompiledLoops(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled modules to a wheel, or to the source folder of an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, and say to the builder what there is to take."""
        root = Path(self.root)
        for old in (root / "scraper").rglob("_*.so"):
            old.unlink()
        made = _compile(root)
        if not made:
            self.app.display_warning("no C compiler, or no headers of Python: all stays in Python, and is slower")
            return
        for work, module in made:
            shutil.copy(work / module, root / module)
            build_data["artifacts"].append(module.as_posix())
        shutil.rmtree(made[0][0])
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


def digest(root: Path) -> str:
    """Return the hash of the sources; the compiled walk holds it as ``SOURCES``."""
    return hashlib.sha256(b"".join((root / f"{name}.pyx").read_bytes() for name in MODULES)).hexdigest()


def _compile(root: Path) -> list[tuple[Path, Path]]:
    """Return a temporary folder and a compiled module in it, for each; nothing where C cannot be compiled here."""
    # Here, so that a test can ask for the digest where only the package's own libraries are.
    import lxml  # noqa: PLC0415
    from Cython.Build import cythonize  # noqa: PLC0415
    from setuptools import Distribution, Extension  # noqa: PLC0415
    from setuptools.errors import BaseError, CCompilerError  # noqa: PLC0415

    work = Path(tempfile.mkdtemp(prefix="scraper-walk-"))
    for name in MODULES:
        source = Path(f"{name}.pyx")
        (work / source).parent.mkdir(parents=True, exist_ok=True)
        (work / source.with_name("__init__.py")).touch()
        shutil.copy(root / source, work / source)
    with (work / f"{MODULES[0]}.pyx").open("a", encoding="utf-8") as walk:
        walk.write(f'\n\nSOURCES = "{digest(root)}"\n')
    home = Path.cwd()
    os.chdir(work)
    try:
        extensions = cythonize(
            [
                Extension(
                    name.replace("/", "."),
                    [f"{name}.pyx"],
                    include_dirs=lxml.get_include(),
                    # Fused multiplication and addition rounds once; numpy rounds twice.
                    extra_compile_args=["-O3", "-g0", "-ffp-contract=off"],
                )
                for name in MODULES
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
    return [(work, module.relative_to(work)) for module in sorted((work / "scraper").rglob("*.so"))]
