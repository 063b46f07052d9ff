"""Write the template of all texts for people, which translators begin with: `python -m scripts.messages`.

Texts are found where they stand: in templates by Django's own reader of them, in Python as the first words given to
gettext and its kin, and as the message of a foreseen error (`kit.errors.Foreseen`).
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "tallystick"
TEMPLATE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.pot"

SINGLE = {"_", "gettext", "gettext_lazy", "translatable"}
PLURAL = {"ngettext", "ngettext_lazy"}
IN_A_TEMPLATE = re.compile(
    r"""(?<!\w)(n?)gettext\(\s*u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
    r"""(?:\s*,\s*u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))?"""
)

HEAD = """\
# Texts of Tallystick. Made from the code by `python -m scripts.messages`: change that, not this.
msgid ""
msgstr ""
"Project-Id-Version: tallystick\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


@dataclass(frozen=True, order=True)
class Message:
    """A text to translate, with its plural where it has one."""

    text: str
    plural: str = ""


def render() -> str:
    """Return the template: every text once, with the files it stands in."""
    found: dict[Message, list[str]] = {}
    for place, messages in _by_place():
        for message in messages:
            places = found.setdefault(message, [])
            if place not in places:
                places.append(place)
    return "\n".join([HEAD, *(_entry(message, places) for message, places in found.items())])


def _by_place() -> Iterator[tuple[str, Iterable[Message]]]:
    trees = {path: ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}
    errors = foreseen(trees.values())
    for path, tree in trees.items():
        yield path.relative_to(PACKAGE).as_posix(), of_python(tree, errors)
    for path in sorted(PACKAGE.rglob("templates/**/*")):
        if path.suffix in (".html", ".txt"):
            yield path.relative_to(PACKAGE).as_posix(), of_template(path.read_text())
    catalog = PACKAGE / "measurement" / "kpis" / "catalog.toml"
    entries = tomllib.loads(catalog.read_text())["kpi"]
    yield catalog.relative_to(PACKAGE).as_posix(), [Message(entry["question"]) for entry in entries]


def of_template(text: str) -> Iterator[Message]:
    """The texts of a template, as `{% translate %}` and `{% blocktranslate %}` will ask for them."""
    from django.utils.translation.template import templatize

    for many, first, second in IN_A_TEMPLATE.findall(templatize(text)):
        yield Message(ast.literal_eval(first), ast.literal_eval(second) if many else "")


def of_python(tree: ast.AST, errors: set[str]) -> Iterator[Message]:
    """The texts of a module: those given to gettext, and the messages of the errors named."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
        said = [text for text in texts if isinstance(text, str)]
        if name in PLURAL and len(said) >= 2:
            yield Message(said[0], said[1])
        elif name in SINGLE | errors and said and said[0]:
            yield Message(said[0])


def foreseen(trees: Iterable[ast.AST]) -> set[str]:
    """The names of all foreseen errors: those that descend from Foreseen."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    return {name for name in bases if _descends(name, bases)} | {"Foreseen"}


def _descends(name: str, bases: Mapping[str, set[str]], seen: frozenset[str] = frozenset()) -> bool:
    above = bases.get(name, set()) - seen
    return "Foreseen" in above or any(_descends(each, bases, seen | {name}) for each in above)


def _entry(message: Message, places: list[str]) -> str:
    lines = [f"#: {place}" for place in places]
    if "%(" in message.text:
        lines.append("#, python-format")
    lines.append(f"msgid {quoted(message.text)}")
    if message.plural:
        lines += [f"msgid_plural {quoted(message.plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
    else:
        lines.append('msgstr ""')
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as catalogs write it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def main() -> None:
    """Write the template anew."""
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_text(render())


if __name__ == "__main__":
    main()
