"""The catalogues of words: from the source to ``resources/locale/<language>/LC_MESSAGES/tocsin.po`` and ``.mo``.

    python packaging/catalogues.py update      take new sentences in, drop unused ones, compile
    python packaging/catalogues.py check       say what is missing, stale or wrong; exit 1 if anything is
    python packaging/catalogues.py compile     .po to .mo only
    python packaging/catalogues.py add de      begin a language

English is the language of the source, so its catalogue repeats the source and is kept by ``update``. The others are
written by people: ``update`` leaves an empty translation where a sentence is new or has changed, and guesses nothing.
"""

import argparse
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "tocsin"
LOCALE = ROOT / "resources" / "locale"
DOMAIN = "tocsin"
SOURCE_LANGUAGE = "en"
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3)}
COMMENTS = ("Translators:",)
NOISE = tuple(
    f'"{name}:'.encode()  # dates and names that would change with every run and tool, and tell nobody anything
    for name in (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
)
HEADER = "# The words of Tocsin.\n#"


def po_files(locale: Path = LOCALE) -> list[Path]:
    """Every catalogue, by language."""
    return sorted(locale.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(po: Path) -> Catalog:
    """A catalogue as it stands in the file. Raises ``PoFileError`` for one that is not well formed."""
    with po.open("rb") as file:
        return read_po(file, locale=po.parents[1].name, domain=DOMAIN, abort_invalid=True)


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as ``gettext`` reads it. Fuzzy translations are left out."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def compile_all(locale: Path = LOCALE) -> list[Path]:
    """Write the ``.mo`` beside every ``.po`` and return their paths."""
    made = []
    for po in po_files(locale):
        target = po.with_suffix(".mo")
        content = compiled(read(po))
        if not target.is_file() or target.read_bytes() != content:
            target.write_bytes(content)
        made.append(target)
    return made


def extract(source: Path = SOURCE) -> Catalog:
    """Every sentence of the source, with the files that say it."""
    template = Catalog(domain=DOMAIN)
    # Without a filter of our own Babel skips folders whose names begin with an underscore, and nothing else.
    for name, line, message, comments, context in extract_from_dir(
        source, [("**.py", "python")], keywords=KEYWORDS, comment_tags=COMMENTS, strip_comment_tags=True
    ):
        template.add(message, locations=[(f"src/tocsin/{name}", line)], auto_comments=comments, context=context)
    return template


def update(po: Path, template: Catalog) -> None:
    """Bring a catalogue up to the source. A file that would say the same is left alone."""
    old = read(po)
    new = _empty(po.parents[1].name)
    for message in _messages(template):
        known = old.get(message.id, message.context)
        words = known.string if known is not None and not known.fuzzy and type(known.id) is type(message.id) else ""
        if str(old.locale) == SOURCE_LANGUAGE:
            words = message.id
        elif message.pluralizable and not words:
            words = ("",) * new.num_plurals
        new.add(
            message.id,
            words,
            locations=message.locations,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known is not None else (),
            context=message.context,
        )
    _write(po, new)


def add(language: str, template: Catalog, locale: Path = LOCALE) -> Path:
    """Begin a language. Raises ``FileExistsError`` where it has begun, ``UnknownLocaleError`` for no language."""
    po = locale / str(Locale.parse(language)) / "LC_MESSAGES" / f"{DOMAIN}.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("xb") as file:
        write_po(file, _empty(language))
    update(po, template)
    return po


def problems(po: Path, template: Catalog) -> list[str]:
    """What is wrong with one catalogue, one line for each thing; an empty list is a good one."""
    found = []
    catalog = read(po)
    wanted = {(_forms(message.id), message.context) for message in _messages(template)}
    present = {(_forms(message.id), message.context) for message in _messages(catalog)}
    found += [f"missing: {ids[0]}" for ids, _ in wanted - present]
    found += [f"unused: {ids[0]}" for ids, _ in present - wanted]
    if catalog.plural_forms != _empty(po.parents[1].name).plural_forms:
        found.append(f"plural forms of another language: {catalog.plural_forms}")
    found += [f"obsolete: {_forms(message.id)[0]}" for message in catalog.obsolete.values()]
    for message in _messages(catalog):
        found += [f"{wrong}: {_forms(message.id)[0]}" for wrong in _wrong(message, catalog.num_plurals)]
        if po.parents[1].name == SOURCE_LANGUAGE and _forms(message.string) != _forms(message.id):
            found.append(f"not the source's words: {_forms(message.id)[0]}")
    mo = po.with_suffix(".mo")
    if not mo.is_file() or _said(mo.read_bytes()) != _said(compiled(catalog)):
        found.append(f"{mo.name} is not compiled from {po.name}: run python packaging/catalogues.py compile")
    return sorted(found)


def _empty(language: str) -> Catalog:
    return Catalog(locale=language, domain=DOMAIN, project="Tocsin", version="", header_comment=HEADER, fuzzy=False)


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _wrong(message: Message, plurals: int) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    ids, words = _forms(message.id), _forms(message.string)
    if not all(words):
        yield "untranslated"
        return
    if len(words) != (plurals if message.pluralizable else 1):
        yield "wrong number of plural forms"
    wanted = {placeholders(each) for each in ids}
    if any(placeholders(each) not in wanted for each in words) or placeholders(words[-1]) != placeholders(ids[-1]):
        yield "other placeholders"
    if any(_ends(each) != _ends(ids[0]) for each in words):
        yield "other space at an end"
    if any("!" in each for each in (*ids, *words)):
        yield "exclamation mark"


def _said(mo: bytes) -> dict[tuple[tuple[str, ...], str | None], tuple[str, ...]]:
    """What a compiled catalogue says, without its header: that one names the version of the tool."""
    return {(_forms(each.id), each.context): _forms(each.string) for each in _messages(read_mo(io.BytesIO(mo)))}


def placeholders(text: str) -> frozenset[str]:
    """The names between braces; a text that ``str.format`` would refuse has one that nobody else has."""
    try:
        return frozenset(
            f"{name}!{conversion or ''}:{spec}"
            for _, name, spec, conversion in string.Formatter().parse(text)
            if name is not None
        )
    except ValueError as error:
        return frozenset({f"unreadable, {error}"})


def _ends(text: str) -> tuple[str, str]:
    """The space before and behind a text, as behind a question that is answered in a terminal."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """The singular and the plural forms, or the one that there is."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _write(po: Path, catalog: Catalog) -> None:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    lines = buffer.getvalue().splitlines(keepends=True)
    content = b"".join(line for line in lines if not line.startswith(NOISE))
    if po.read_bytes() != content:
        po.write_bytes(content)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="The catalogues of Tocsin's words.")
    parser.add_argument("do", choices=("update", "check", "compile", "add"))
    parser.add_argument("language", nargs="?", default="", help="for add")
    given = parser.parse_args(arguments)
    if given.do == "add":
        print(add(given.language, extract()).relative_to(ROOT))
        return 0
    if given.do == "update":
        template = extract()
        for po in po_files():
            update(po, template)
    if given.do in ("update", "compile"):
        compile_all()
        return 0
    template = extract()
    found = [(po, problem) for po in po_files() for problem in problems(po, template)]
    for po, problem in found:
        print(f"{po.relative_to(ROOT)}: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
