"""Desktop entries are read as desktops read them, and changed without touching what is not meant."""

import shutil
import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin.adapters import desktop_entry

TEXT = """# mine
[Desktop Entry]
Type=Application
Name = Tocsin
Name[nl]=Stormklok
Exec=tocsin run

# a word of my own
[Desktop Action quiet]
Name=Quiet
Exec=tocsin quiet
"""
writable = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


def test_only_the_main_group_is_read() -> None:
    """An action has a name and a command of its own."""
    found = desktop_entry.parse(TEXT)
    assert (found["Name"], found["Exec"], found["Name[nl]"]) == ("Tocsin", "tocsin run", "Stormklok")
    assert "# a word of my own" not in found


@pytest.mark.parametrize("text", ["", "Name=Tocsin", "[Other]\nName=Tocsin"])
def test_what_is_no_entry_is_refused(text) -> None:
    """Neither read nor changed."""
    with pytest.raises(ValueError, match="no desktop entry"):
        desktop_entry.parse(text)
    with pytest.raises(ValueError, match="no desktop entry"):
        desktop_entry.with_keys(text, {"Hidden": "true"})


def test_a_change_touches_its_own_lines_alone() -> None:
    """Comments, translations and other groups stay as they were."""
    changed = desktop_entry.with_keys(TEXT, {"Exec": "other", "Hidden": "true"})
    expected = TEXT.replace("Exec=tocsin run\n", "Exec=other\n").replace("# a word", "# a word")
    assert changed == expected.replace("# a word of my own\n", "# a word of my own\nHidden=true\n")
    assert desktop_entry.with_keys(changed, {"Hidden": "false"}) == changed.replace("Hidden=true", "Hidden=false")


@given(st.lists(writable, min_size=1, max_size=4))
@example(["/srv/my apps/tocsin", "--profile", '/home/a "b" $HOME `x` \\ %f 100%'])
@example(["a", ""])
@example(["line\nbreak", "tab\t", " lead"])
def test_a_command_comes_back_as_it_was(arguments) -> None:
    """Blanks, quotes, backslashes, dollars and percent signs survive both layers of escapes."""
    assert desktop_entry.split_exec(desktop_entry.as_exec(arguments)) == tuple(arguments)


def test_field_codes_are_no_arguments() -> None:
    """A launcher may pass files; there are none at log-in."""
    assert desktop_entry.split_exec("tocsin %U run 50%% '--x' \"a b\"c") == ("tocsin", "run", "50%", "'--x'", "a bc")
    with pytest.raises(ValueError, match="quote"):
        desktop_entry.split_exec('"tocsin')


@pytest.mark.parametrize("text", ["bell\x07", "half \ud800", "\x7f"])
def test_what_a_file_of_text_cannot_hold_is_refused(text) -> None:
    """Better than a file that no desktop reads."""
    with pytest.raises(ValueError, match="cannot be written"):
        desktop_entry.as_exec([text])


def test_glib_reads_the_same_command(tmp_path) -> None:
    """What desktops really use to start an entry: each argument arrives as it was written."""
    tool = shutil.which("gio") or pytest.fail("gio is missing")
    out = tmp_path / "out"
    script = tmp_path / "a $b `c` \"d\" 'e' \\ f"
    script.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > "{out}.part"; mv "{out}.part" "{out}"\n')
    script.chmod(0o700)
    arguments = [str(script), "--profile", 'x y"z', "$HOME", "\\", "50% %f", ""]
    entry = tmp_path / "net.example.Test.desktop"
    entry.write_text(f"[Desktop Entry]\nType=Application\nName=x\nExec={desktop_entry.as_exec(arguments)}\n")
    subprocess.run([tool, "launch", str(entry)], check=True, timeout=10)
    assert wait_for(out) == '--profile|x y"z|$HOME|\\|50% %f||'


def wait_for(place) -> str:
    """What a child writes there, whose end nobody tells."""
    watch = ["timeout", "10", "sh", "-c", f'until [ -e "{place}" ]; do sleep 0.02; done']
    subprocess.run(watch, check=True)
    return place.read_text()
