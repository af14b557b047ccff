"""Changing config.toml: the smallest change of the text that says the new settings, whoever wrote it and however."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.settings_made import KEYS, Layout, every_settings, plain
from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_edit import edited
from tocsin.adapters.toml_edit import TomlText
from tocsin.domain.account import (
    Account,
    Appearance,
    Auth,
    AuthKind,
    Connection,
    Help,
    Line,
    Notifications,
    Settings,
    Usage,
)
from tocsin.domain.terms import ConnectionKind
from tocsin.errors import SettingsError

FILE = """\
# Tocsin at our place
language = "nl"   # ours

# the fibre
[[accounts]]
id = "home"
provider = "tmf656"
url = 'https://status.example.net'   # from the contract
auth = { kind = "bearer" }

# under the stairs
[[accounts.connections]]
id = "fibre"
name = "Fibre"
match = [
  "SVC-1",   # data
  "SVC-2",   # telephone
]

# the old one
[[accounts.connections]]
id = "dsl"

# --- the office ---

# sister's
[[accounts]]
id = "office"
provider = "line"
# number on the wall
help.phone = "112"

[line]
names = ["example.net"]  # resolver
# public = true
"""
READER = TomlSettings(None, KEYS)
READ = READER.parse(FILE).settings


def changed(text: str, change: Callable[[Settings], Settings]) -> str:
    """The text after a change of what it says, which it then does."""
    before = READER.parse(text)
    assert before.problems == ()
    after = edited(text, before.settings, change(before.settings))
    found = READER.parse(after)
    assert found.problems == ()
    assert found.settings == change(before.settings)
    return after


def account(index: int, **values) -> Callable[[Settings], Settings]:
    """A change of one account."""

    def change(now: Settings) -> Settings:
        accounts = list(now.accounts)
        accounts[index] = replace(accounts[index], **values)
        return replace(now, accounts=tuple(accounts))

    return change


def connection(index: int, **values) -> Callable[[Settings], Settings]:
    """A change of one connection of the first account."""

    def change(now: Settings) -> Settings:
        there = list(now.accounts[0].connections)
        there[index] = replace(there[index], **values)
        return account(0, connections=tuple(there))(now)

    return change


HOME, OFFICE = READ.accounts
FIBRE, DSL = HOME.connections
MORE = Account(
    "more", "statuspage", "More", "https://a.example", connections=(Connection("c", "Mail", ConnectionKind.MAIL),)
)
BLOCK = '[[accounts]]\nid = "more"\nprovider = "statuspage"\nname = "More"\nurl = "https://a.example"\n'
BLOCK += '[[accounts.connections]]\nid = "c"\nname = "Mail"\nkind = "mail"\n'

SMALL = {
    "paused": (account(0, paused=True), [('"bearer" }\n', '"bearer" }\npaused = true\n')]),
    "a value in its place": (
        account(0, url="https://b.example"),
        [("'https://status.example.net'", '"https://b.example"')],
    ),
    "a name that was the id": (account(0, name="Home"), [('"bearer" }\n', '"bearer" }\nname = "Home"\n')]),
    "dotted keys": (account(1, help=Help("113", mail="a@b")), [('"112"\n', '"113"\nhelp.mail = "a@b"\n')]),
    "no dotted keys": (account(1, help=Help()), [('help.phone = "112"\n', "")]),
    "another login": (
        account(0, auth=Auth(AuthKind.BASIC, user="jo")),
        [('{ kind = "bearer" }', '{ kind = "basic", user = "jo" }')],
    ),
    "no login": (account(0, auth=Auth()), [('auth = { kind = "bearer" }\n', "")]),
    "a login": (account(1, auth=Auth(AuthKind.BEARER)), [('"112"\n', '"112"\nauth = { kind = "bearer" }\n')]),
    "options": (account(1, options={"a b": "x"}), [('"112"\n', '"112"\noptions = { "a b" = "x" }\n')]),
    "an item less": (connection(0, match=("SVC-2",)), [('  "SVC-1",   # data\n', "")]),
    "an item more": (connection(0, match=("SVC-1", "SVC-2", "X")), [("# telephone\n", '# telephone\n  "X",\n')]),
    "no items": (connection(0, match=()), [('match = [\n  "SVC-1",   # data\n  "SVC-2",   # telephone\n]\n', "")]),
    "a connection's name": (connection(1, name="DSL"), [('id = "dsl"\n', 'id = "dsl"\nname = "DSL"\n')]),
    "a connection less": (
        account(0, connections=(FIBRE,)),
        [('# the old one\n[[accounts.connections]]\nid = "dsl"\n\n', "")],
    ),
    "a connection more": (
        account(0, connections=(FIBRE, DSL, Connection("tv", "tv"))),
        [('id = "dsl"\n', 'id = "dsl"\n[[accounts.connections]]\nid = "tv"\n')],
    ),
    "a first connection": (
        account(1, connections=(Connection("tv", "TV"),)),
        [('"112"\n', '"112"\n[[accounts.connections]]\nid = "tv"\nname = "TV"\n')],
    ),
    "an account less": (
        lambda now: replace(now, accounts=now.accounts[:1]),
        [
            (
                FILE[FILE.index("# sister's") : FILE.index("[line]")],
                "",
            )
        ],
    ),
    "an account more": (
        lambda now: replace(now, accounts=(*now.accounts, MORE)),
        [('"112"\n', f'"112"\n\n{BLOCK}')],
    ),
    "no language": (lambda now: replace(now, language=None), [('language = "nl"   # ours\n', "")]),
    "a usage": (lambda now: replace(now, usage=Usage.BUSINESS), [("# ours\n", '# ours\nusage = "business"\n')]),
    "an answer": (
        lambda now: replace(now, line=replace(now.line, public=False)),
        [("# resolver\n", "# resolver\npublic = false\n")],
    ),
    "no more names": (lambda now: replace(now, line=Line()), [('names = ["example.net"]  # resolver\n', "")]),
    "quiet hours": (
        lambda now: replace(now, notifications=Notifications(time(22), time(7, 30))),
        [("# public = true\n", '# public = true\n\n[notifications]\nquiet = "22:00-07:30"\n')],
    ),
    "no swing": (
        lambda now: replace(now, appearance=Appearance(swing=False)),
        [("# public = true\n", "# public = true\n\n[appearance]\nswing = false\n")],
    ),
}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_the_smallest_change_is_made(name, end):
    """Every line that has nothing to do with the change is there to the byte, and what is new looks like the rest."""
    change, replaced = SMALL[name]
    expected = FILE
    for old, new in replaced:
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    assert changed(FILE.replace("\n", end), change) == expected.replace("\n", end)


def test_what_moves_takes_its_comments_along():
    """Accounts and connections can be put into another order, and what was said above them goes with them."""
    swapped = changed(FILE, account(0, connections=(DSL, FIBRE)))
    assert swapped.index("# the old one") < swapped.index('"dsl"') < swapped.index("# under the stairs")
    assert sorted(swapped) == sorted(FILE)
    turned = changed(FILE, lambda now: replace(now, accounts=(OFFICE, MORE, HOME)))
    order = [
        "# Tocsin",
        "# sister's",
        '"office"',
        '"more"',
        "# the fibre",
        '"home"',
        "# under",
        "# the old one",
        "[line]",
    ]
    assert [turned.index(each) for each in order] == sorted(turned.index(each) for each in order)


def test_a_heading_between_two_accounts_stays():
    """What stands alone, between blank lines, belongs to nobody, and goes with nobody."""
    assert "# --- the office ---" in changed(FILE, lambda now: replace(now, accounts=()))
    assert changed(FILE, lambda now: replace(now, accounts=now.accounts[1:])).startswith(
        '# Tocsin at our place\nlanguage = "nl"   # ours\n\n# --- the office ---\n\n# sister\'s\n[[accounts]]\n'
    )


LONG = Help(
    "112", steps=("Look whether the lamp is on.", "Unplug it and count to thirty.", "Call your neighbour first.")
)


def test_help_that_is_long_gets_lines_of_its_own():
    """Nobody has to read a table that is wider than the screen."""
    text = changed(FILE, account(0, help=LONG, auth=Auth(AuthKind.BASIC, user="jo")))
    assert '\n[accounts.help]\nphone = "112"\nsteps = [\n  "Look whether' in text
    assert text.index("[accounts.help]") < text.index("[[accounts.connections]]")
    long = changed(text, account(0, help=replace(LONG, steps=("x" * 120, "y"))))
    assert changed(long, account(0, help=LONG)) == text
    assert changed(changed(FILE, account(0, help=LONG)), account(0, help=Help())) == FILE


ODD = {
    "accounts in an array": 'accounts = [\n  { id = "home", provider = "line", help.phone = "1" },  # one\n  # two\n'
    '  { id = "b", provider = "line" }  # end\n]\n',
    "on one line": 'accounts = [{id = "home", provider = "line"}, {id = "b", provider = "line"}]',
    "an empty array": "accounts = []  # none\n",
    "an array of a comment": "accounts = [ # none yet\n]\n",
    "quoted": '[["accounts"]]\n"id" = \'home\'\n\'provider\' = "line"\n'
    '[["accounts" . \'connections\']]\nid="c"\n["line"]',
    "apart": '[[accounts]]\nid = "home"\nprovider = "line"\n[line]\nnames = []\n[accounts.help]\nphone = "1"\n'
    '[[accounts.connections]]\nid = "c"\n[appearance]\nswing = false\n[[accounts.connections]]\nid = "d"\n',
    "indented": '  [[accounts]]\n\tid = "home"\n\tprovider = "line"\n\n    [[accounts.connections]]\n    id = "c"',
    "dotted": 'line.names = ["a"]\nappearance.swing = false\nnotifications . quiet = "22:00 - 7:00"\n',
    "strings that look like more": '[[accounts]]\nid = "home"\nprovider = "line"\nname = """\n# no comment\n[line]\n'
    '# nor this"""\n[[accounts]]\nid = "b"\nprovider = "line"\n',
    "only a comment": "# nothing yet",
    "empty": "",
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_every_way_to_write_toml_can_be_changed_and_changed_back(name, end):
    """Inline, dotted, quoted, apart or not there: each change reads as it was meant, and back again."""
    text = ODD[name].replace("\n", end)
    now = READER.parse(text)
    assert now.problems == ()
    others = [
        READ,
        Settings(),
        replace(now.settings, accounts=tuple(reversed(now.settings.accounts))),
        replace(now.settings, accounts=(*now.settings.accounts, MORE)),
        replace(now.settings, accounts=(MORE, *now.settings.accounts), line=Line(names=("x",), calls=True)),
        account(0, help=LONG, interval=timedelta(seconds=90))(now.settings) if now.settings.accounts else READ,
    ]
    for other in others:
        after = changed(text, lambda _, other=other: other)
        changed(after, lambda _, now=now: now.settings)
        if end == "\r\n" and "\r\n" in text:
            assert after.count("\n") == after.count("\r\n")


def test_an_array_on_lines_of_its_own_is_kept_that_way():
    """Who lists accounts in an array finds a new one on a line below, and the comments where they were."""
    text = ODD["accounts in an array"]
    more = changed(
        text,
        lambda now: replace(
            now, accounts=(*now.accounts, Account("c", "line", "c", "", connections=(Connection("c", "c"),)))
        ),
    )
    assert more == text.replace("}  # end\n", '},  # end\n  { id = "c", provider = "line" },\n')
    turned = changed(text, lambda now: replace(now, accounts=tuple(reversed(now.accounts))))
    one, two = text.splitlines(keepends=True)[1], "".join(text.splitlines(keepends=True)[2:4]).replace("}  #", "},  #")
    assert turned == f"accounts = [\n{two}{one}]\n"
    less = changed(text, lambda now: replace(now, accounts=now.accounts[1:]))
    assert less == 'accounts = [\n  # two\n  { id = "b", provider = "line" }  # end\n]\n'


def test_an_id_that_is_there_twice_is_refused():
    """Neither of the two is dropped in silence."""
    for twice in (
        replace(READ, accounts=(HOME, HOME)),
        replace(READ, accounts=(replace(HOME, connections=(DSL, DSL)),)),
    ):
        with pytest.raises(SettingsError, match="twice"):
            edited(FILE, READ, twice)


def test_nothing_to_change_changes_nothing():
    """A text that says it already stays as it is, also where it says it in another way."""
    for text in (FILE, *ODD.values()):
        now = READER.parse(text).settings
        assert edited(text, now, now) == text
        assert TomlText(text).text == text


@settings(max_examples=80, deadline=None)
@given(every_settings, every_settings, st.data())
def test_any_settings_can_become_any_others(before, after, data):
    """However the first are written down, the text then reads as the second, and as the first again after that."""
    text = Layout(data).text(plain(before)).removeprefix("\ufeff")
    assert READER.parse(text).settings == before
    there = edited(text, before, after)
    found = READER.parse(there)
    assert (found.problems, found.settings) == ((), after)
    assert READER.parse(edited(there, after, before)).settings == before
    if "\r\n" in text:
        assert there.count("\n") == there.count("\r\n")


def belongings(now: Settings) -> dict[str, object]:
    """What a comment can belong to: an account by its id, or a table by its key."""
    tables = {
        "line": now.line,
        "notifications": now.notifications,
        "appearance": now.appearance,
        "network": now.network,
    }
    return tables | {each.id: each for each in now.accounts}


@settings(max_examples=80, deadline=None)
@given(every_settings, every_settings, st.data())
def test_comments_of_what_did_not_change_survive(before, other, data):
    """Every comment in an account or a table that stays as it is is still there, once, whatever happens beside it."""
    keep = data.draw(st.sets(st.sampled_from(["line", "notifications", "appearance", "network"])))
    kept = {each.id: each for each in before.accounts if data.draw(st.booleans())}
    others = tuple(kept.pop(each.id, each) for each in other.accounts)
    after = replace(other, **{key: getattr(before, key) for key in keep}, accounts=(*others, *kept.values()))
    layout = Layout(data)
    text = layout.text(plain(before)).removeprefix("\ufeff")
    there = edited(text, before, after)
    assert READER.parse(there).settings == after
    was, is_now = belongings(before), belongings(after)
    for comment, owner in layout.comments.items():
        if comment in text and owner in was and was[owner] == is_now.get(owner):
            assert there.count(comment) == 1, (owner, comment)


def test_a_table_with_a_comment_below_a_blank_line_stays():
    """What somebody has put aside in it would belong to another table without its header."""
    text = '[line]\npublic = true\n\n# names = ["example.net"]\n\n# ours\n[appearance]\nswing = false\n'
    before = Settings(line=Line(public=True), appearance=Appearance(swing=False))
    after = replace(before, line=Line())
    assert edited(text, before, after) == text.replace("public = true\n", "")
    assert edited(text.replace("# names", "#names").replace('\n#names = ["example.net"]\n', ""), before, after) == (
        "# ours\n[appearance]\nswing = false\n"
    )
