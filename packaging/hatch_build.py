"""Compiles the catalogues whenever a wheel, an sdist or an editable install is made, so that none is without words.

The ``.mo`` files are written beside the ``.po`` files, where a checkout finds them, and are not in the repository.
"""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is the builder's configuration
    """hatchling calls ``initialize`` before it collects files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say that the results belong to the build although the repository ignores them."""
        del version  # wheel, sdist and editable install alike
        root = Path(self.root)
        made = _catalogues(root).compile_all(root / "resources" / "locale")
        build_data["artifacts"].extend(f"/{each.relative_to(root).as_posix()}" for each in made)


def _catalogues(root: Path) -> ModuleType:
    """The module beside this file. Neither is a package: hatchling runs a build hook from its path."""
    spec = importlib.util.spec_from_file_location("tocsin_catalogues", root / "packaging" / "catalogues.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("packaging/catalogues.py is missing from the source")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
