"""The repository as the house tests see it: its files, and its Python modules already parsed."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tallystick"
_OURS = {".ci", ".github"}  # the hidden folders that belong to the repository
_MADE_HERE = {"build", "data", "dist", "__pycache__"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file: `place` is its path in the repository, `text` its content."""

    place: str
    text: str

    @classmethod
    def read(cls, path: Path) -> "Source":
        return cls(path.relative_to(ROOT).as_posix(), path.read_text())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in the path, without the suffix: ("src", "tallystick", "kit", "ids")."""
        return Path(self.place).with_suffix("").parts

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.parts

    def is_in_room(self, *rooms: str) -> bool:
        """Whether this is one of the named rooms, as a module (`rules.py`) or a package (`rules/…`)."""
        return any(room in self.parts for room in rooms)

    def functions(self) -> Iterator[Function]:
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def public_functions(self) -> Iterator[Function]:
        """Functions of the module and methods of its classes whose names do not begin with `_`."""
        for node in self.tree.body:
            members = (
                node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
            )
            for member in members:
                if isinstance(member, Function) and not member.name.startswith("_"):
                    yield member


def python_sources(*folders: str) -> list[Source]:
    """Every Python file under the folders ("src", "tests", …), in order of path."""
    return [Source.read(path) for folder in folders for path in files(folder) if path.suffix == ".py"]


def files(folder: str = ".") -> list[Path]:
    """Every file of the repository under a folder; nothing that a tool made and nothing git would ignore."""
    return sorted(path for path in _walk(ROOT / folder) if path.is_file())


def _walk(place: Path) -> Iterator[Path]:
    if not place.exists():
        return
    for path in place.iterdir():
        if path.is_dir() and path.name.startswith(".") and path.name not in _OURS:
            continue
        if path.is_dir() and (path.name in _MADE_HERE or path.name.endswith(".egg-info")):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def words_of(identifier: str) -> list[str]:
    """The words of a name: "HTTPReply_for_day" → ["http", "reply", "for", "day"]."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)]


def at(source: Source, node: ast.AST, finding: str) -> str:
    """A finding as an editor can open it: `path:line: what is wrong`."""
    return f"{source.place}:{getattr(node, 'lineno', 1)}: {finding}"
