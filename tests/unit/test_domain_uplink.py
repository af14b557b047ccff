"""Which way out of the computer is whose: on backup only where there is one, and traffic leaves over it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.domain.account import LINE_PROVIDER, Account, Connection, Line, Settings
from tocsin.domain.reading import Path
from tocsin.domain.terms import ConnectionKind, Role
from tocsin.domain.uplink import OWN_NAME, Carried, Uplinks, carried, learnt, uplinks, with_own_line

MANY = settings(max_examples=200, deadline=None)
FIBRE = Path("eth0", 4, "192.0.2.1", "192.0.2.9")
FIBRE_6 = Path("eth0", 6, "fe80::1", "2001:db8::9")
NEW_ROUTER = Path("eth0", 4, "192.0.2.254")
MOBILE = Path("wwan0", 4, None, "198.51.100.9")
VPN = Path("tun0", 4, is_tunnel=True)
HOME = frozenset({FIBRE.key, FIBRE_6.key})
ways = st.lists(st.sampled_from([FIBRE, FIBRE_6, NEW_ROUTER, MOBILE, VPN]), max_size=5)
keys = st.sampled_from([frozenset(), HOME, frozenset({MOBILE.key}), frozenset({"gone0 10.0.0.1"})])
interfaces = st.sampled_from(["", "eth0", "wwan0", "gone0"])


def where(*paths: Path, known=HOME, interface="", has_backup=True) -> Uplinks:
    return uplinks(iter(paths), known, interface, has_backup=has_backup)


@MANY
@given(ways, keys, interfaces)
def test_without_a_backup_nothing_is_ever_on_backup(paths, known, interface) -> None:
    """Whatever leads out is the line, a tunnel only where there is nothing else."""
    found = where(*paths, known=known, interface=interface, has_backup=False)
    real = [each for each in paths if not each.is_tunnel]
    assert found == Uplinks(next(iter(real or paths), None))


@MANY
@given(ways, keys, interfaces)
def test_a_tunnel_changes_nothing(paths, known, interface) -> None:
    """A VPN as the default route makes nothing 'on backup': it runs over the way that there is anyway."""
    found = where(*paths, known=known, interface=interface)
    without = where(*(each for each in paths if not each.is_tunnel), known=known, interface=interface)
    if without.primary is None and without.backup is None:
        assert not found.on_backup
    else:
        assert found == without
        assert not any(each.is_tunnel for each in (found.primary, found.backup) if each is not None)


@MANY
@given(ways, keys, interfaces)
def test_on_backup_means_that_the_first_way_is_the_backups(paths, known, interface) -> None:
    """And the backup is never over the primary's interface, nor the primary another than what is known of it."""
    found = where(*paths, known=known, interface=interface)
    real = [each for each in paths if not each.is_tunnel]
    assert found.on_backup == (bool(real) and found.backup is real[0])
    if found.primary is not None and found.backup is not None:
        assert found.primary.interface != found.backup.interface
    if found.primary is not None and not found.primary.is_tunnel and (known or interface):
        assert found.primary.interface == interface if interface else found.primary.key in known


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ((FIBRE, FIBRE_6, MOBILE), Uplinks(FIBRE, MOBILE)),
        ((FIBRE_6, FIBRE), Uplinks(FIBRE_6)),
        ((MOBILE, FIBRE), Uplinks(FIBRE, MOBILE, on_backup=True)),
        ((MOBILE,), Uplinks(None, MOBILE, on_backup=True)),
        ((VPN, FIBRE, MOBILE), Uplinks(FIBRE, MOBILE)),
        ((VPN, MOBILE), Uplinks(None, MOBILE, on_backup=True)),
        ((VPN,), Uplinks(VPN)),
        ((), Uplinks(None)),
        ((NEW_ROUTER,), Uplinks(None, NEW_ROUTER, on_backup=True)),
    ],
)
def test_which_way_is_whose(paths, expected) -> None:
    """By interface and gateway, as learnt while it was in use."""
    assert where(*paths) == expected


def test_before_anything_is_known_what_leads_out_is_the_primary() -> None:
    """The first run on a computer with two ways out begins without a false word."""
    assert where(MOBILE, FIBRE, known=frozenset()) == Uplinks(MOBILE, FIBRE)


def test_the_settings_interface_comes_before_what_was_learnt() -> None:
    """Whatever gateway is there: a new router is no backup then. One that is unplugged is missed."""
    assert where(NEW_ROUTER, MOBILE, interface="eth0") == Uplinks(NEW_ROUTER, MOBILE)
    assert where(FIBRE, MOBILE, interface="wwan0") == Uplinks(MOBILE, FIBRE, on_backup=True)
    assert where(MOBILE, interface="eth0") == Uplinks(None, MOBILE, on_backup=True)


def test_interfaces_come_and_go() -> None:
    """Cable out, cable in, mobile gone: each time what is there now decides."""
    story = [(FIBRE, MOBILE), (MOBILE,), (), (FIBRE,), (VPN, FIBRE, MOBILE), (MOBILE, FIBRE)]
    assert [where(*paths).on_backup for paths in story] == [False, True, False, False, False, True]


def test_what_is_learnt_of_an_uplink() -> None:
    """Its interface with each of its gateways, both families; no tunnel, and nothing of what stands behind it."""
    assert learnt(iter((VPN, FIBRE, MOBILE, FIBRE_6))) == HOME
    assert learnt(()) == learnt((VPN,)) == frozenset()
    assert learnt((MOBILE,)) == {"wwan0 -"}
    assert where(FIBRE, MOBILE, known=learnt((FIBRE, FIBRE_6))).primary == FIBRE


# --- which connections the line carries ---


def account(provider: str, *connections: Connection, name: str = "") -> Account:
    return Account(name or provider, provider, "Planet Fibre", "https://status.example.net", connections=connections)


def connection(key: str, kind=ConnectionKind.INTERNET, role=Role.PRIMARY) -> Connection:
    return Connection(key, key.title(), kind, role)


SAAS = account("statuspage", connection("shop", ConnectionKind.SERVICE))
PAGE = account("statuspage", connection("page"), connection("spare", role=Role.BACKUP), name="page")
OWN = account("tmf656", connection("fibre"), connection("sim", ConnectionKind.MOBILE, Role.BACKUP))
ALONE = account(LINE_PROVIDER, connection("line"), connection("dongle", role=Role.BACKUP))


@pytest.mark.parametrize(
    ("accounts", "primary", "backup"),
    [
        ((), set(), set()),
        ((SAAS,), set(), set()),
        ((PAGE,), {"page"}, {"spare"}),
        ((PAGE, OWN), {"fibre"}, {"sim"}),
        ((PAGE, OWN, ALONE), {"line"}, {"dongle"}),
        ((account("tmf656", connection("a"), connection("b")),), {"a"}, set()),
        ((account("tmf656", connection("sim", ConnectionKind.MOBILE)),), set(), set()),
        ((account(LINE_PROVIDER, connection("a"), connection("b")),), {"a", "b"}, set()),
    ],
)
def test_which_connections_the_line_carries(accounts, primary, backup) -> None:
    """The line's own account first, then the one that tells of one customer; a line elsewhere is not ours."""
    assert carried(Settings(accounts)) == Carried(frozenset(primary), frozenset(backup))


def test_a_line_that_no_setting_names_gets_a_name_where_it_was_wished_for() -> None:
    """By naming targets or agreeing to it; otherwise, and where a connection is carried, the settings stay."""
    wished = Line(targets=("tcp://192.0.2.10:443",))
    for line in (wished, Line(public=True)):
        (own,) = with_own_line(Settings(line=line)).accounts
        assert (own.id, own.provider, own.connections) == ("line", LINE_PROVIDER, (Connection("line", OWN_NAME),))
        assert carried(with_own_line(Settings((SAAS,), line))).primary == {"line"}
    taken = (account("statuspage", name="line"), account("statuspage", name="line-2"))
    assert with_own_line(Settings(taken, wished)).accounts[-1].id == "line-3"
    for unchanged in (
        Settings((OWN,), wished),
        Settings(line=Line()),
        Settings(line=Line(public=False)),
        Settings(line=Line(public=True, measure=False)),
    ):
        assert with_own_line(unchanged) == unchanged
