"""Where things stand in a TOML file: every path that the parser finds has a line, and the right one."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.adapters.toml_lines import DEEPEST, Lines, TooDeepError

EVERYTHING = '''\
# a comment with [brackets] and "quotes"
title = "a # is no comment here"   # but this is = "one"
dotted.key."quoted.part".'lit' = 1
"esc\\u0061ped" = 2
long = """
[not.a.table]
key = "no" \\""" still
"""                       # line 8
after = \'\'\'
''quotes'' = 1\'\'\'
quotes = """""two"""""
empty = ""
none = \'\'
when = 1979-05-27 07:32:00 # a date with a space
array = [ 1, # one
  "two, [three]",
  [ 4,
    5 ], { x = 6, y.z = [
    7 ] },
] # line 20
inline = { a = 1, b = { c = "}" } }
[table]
key = 1
[table.sub."quoted.sub"]
  indented = true
[[list]]
id = 1
[list.sub]
key = 2
[[list.inner]]
k = 3
[[list.inner]]
k = 4

[[list]]   # second
id = 5
[[list.inner]]
k = 6
[ spaced . out ]
k = 7
'''


def paths(value, path=()) -> set[tuple]:
    """Every path of a parsed document."""
    found = {path} if path else set()
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found.union(*(paths(one, (*path, key)) for key, one in items))


def test_every_path_has_a_line_and_no_other():
    """What the parser finds and what the walk finds are the same, over all of TOML's ways to say it."""
    assert Lines(EVERYTHING).paths == paths(tomllib.loads(EVERYTHING))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("dotted", "key", "quoted.part", "lit"), 3),
        (("escaped",), 4),
        (("long",), 5),
        (("after",), 9),
        (("quotes",), 11),
        (("when",), 14),
        (("array", 0), 15),
        (("array", 1), 16),
        (("array", 2, 0), 17),
        (("array", 2, 1), 18),
        (("array", 3, "y", "z"), 18),
        (("array", 3, "y", "z", 0), 19),
        (("inline", "b", "c"), 21),
        (("table", "key"), 23),
        (("table", "sub", "quoted.sub", "indented"), 25),
        (("list", 0, "id"), 27),
        (("list", 0, "sub", "key"), 29),
        (("list", 0, "inner", 1, "k"), 33),
        (("list", 1), 35),
        (("list", 1, "inner", 0), 37),
        (("list", 1, "inner", 0, "k"), 38),
        (("spaced", "out", "k"), 40),
        (("list", 1, "missing"), 35),
        (("list", 1, "missing", 4, "deeper"), 35),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_the_line_is_where_it_stands(path, line):
    """Comments, strings over lines, dotted keys and inline tables do not put the count out."""
    assert Lines(EVERYTHING).of(path) == line
    assert Lines(EVERYTHING.replace("\n", "\r\n")).of(path) == line


def test_nesting_has_a_limit():
    """At the limit it is read, beyond it is refused with its line."""
    at_it = "a = " + "[" * (DEEPEST - 1) + "1" + "]" * (DEEPEST - 1)
    assert max(map(len, Lines(at_it).paths)) == DEEPEST
    with pytest.raises(TooDeepError) as refused:
        Lines("x = 1\na = " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    assert refused.value.line == 2


keys = st.text(st.sampled_from("ab\"'\\.# =[]é\n"), min_size=0, max_size=4)
scalars = st.sampled_from(
    ["1", "true", '"a # \\" b"', "'[x]'", '"""\n[a]\nb = 1"""', "'''\n'a'\n'''", "1979-05-27 07:32:00"]
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=12
)


def said(value, draw) -> str:
    """A document's value as TOML, with comments and blank lines wherever they may stand."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {said(one, draw)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + "".join(f"{draw()}{said(one, draw)}{draw()}," for one in value) + draw() + "]"
    return value


def quoted(key) -> str:
    return '"' + "".join(f"\\u{ord(char):04x}" for char in key) + '"'


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(keys, documents, max_size=4), st.data())
def test_any_document_is_walked_as_the_parser_reads_it(document, data):
    """Nothing that TOML allows inside values leads the walk astray."""
    filler = st.sampled_from(["", " ", "\n", "\n# ], } \" ' \n", "\t"])
    text = "".join(
        f"{quoted(key)} = {said(value, lambda: data.draw(filler))} # end\n" for key, value in document.items()
    )
    assert Lines(text).paths == paths(tomllib.loads(text))
