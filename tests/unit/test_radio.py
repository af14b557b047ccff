"""Whether the user switched the radio off that the computer went out by: told from the kernel's files alone."""

import pytest

from support.probing import LOOPBACK
from tocsin.adapters.radio import Radio
from tocsin.domain.reading import Path

WIFI = Path("wlan0", 2, "192.168.1.1", "192.168.1.9")
CABLE = Path("eth0", 2, "192.168.1.1", "192.168.1.8")
VPN = Path("tun0", 2, is_tunnel=True)
OFF, HARD, ON = {"soft": "1", "hard": "0"}, {"soft": "0", "hard": "1"}, {"soft": "0", "hard": "0"}


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """The kernel's files of a laptop, by device; what is named is made."""
    monkeypatch.setattr("sys.platform", "linux")

    def make(*, radios=(OFF,), wired=None, bluetooth=False):
        for number, switch in enumerate(radios):
            write(tmp_path / "rfkill" / f"rfkill{number}", {"type": "wlan", **switch})
        if bluetooth:
            write(tmp_path / "rfkill" / "rfkill9", {"type": "bluetooth", **ON})
        write(tmp_path / "net" / "lo", {"type": "772", "carrier": "1"})
        write(tmp_path / "net" / "br0", {"type": "1", "carrier": "1"})
        write(tmp_path / "net" / "wlan0", {"type": "1", "device/vendor": "0x8086", "phy80211/index": "0"})
        if wired is not None:
            write(tmp_path / "net" / "eth0", {"type": "1", "device/vendor": "0x8086", "carrier": wired})
        return tmp_path

    return make


def write(folder, files):
    """A device as a folder of files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{text}\n")


def is_off(root, *before):
    """Whether it is off, after these ways out were seen, one after the other."""
    radio = Radio(root)
    for paths in before:
        radio.note(paths)
    return radio.is_off()


@pytest.mark.parametrize("radios", [(OFF,), (HARD,), (OFF, HARD)])
def test_wifi_that_was_switched_off(kernel, radios):
    """By a click or by a switch: nothing is broken, cable socket or not, and whatever Bluetooth does."""
    assert is_off(kernel(radios=radios, wired="0", bluetooth=True), (WIFI,), ())
    assert is_off(kernel(radios=radios, wired=""), (VPN, WIFI), (VPN,))


@pytest.mark.parametrize("radios", [(ON,), (OFF, ON), ()])
def test_wifi_that_is_on_or_has_no_switch(kernel, radios):
    """A router that died at home, and a network out of reach: nobody can tell these apart, and the alarm stays."""
    assert not is_off(kernel(radios=radios), (WIFI,), ())
    assert not is_off(kernel(radios=radios))


def test_cable_that_is_out(kernel):
    """A desktop whose Wi-Fi is off, as it always is, has lost its cable: that is a fault."""
    root = kernel(wired="0")
    assert not is_off(root, (CABLE,), ())
    assert not is_off(root, (WIFI,), (CABLE,), ())
    assert not is_off(root, (WIFI, CABLE), (CABLE, WIFI), ())


def test_cable_that_is_in(kernel):
    """A network that is connected, and gives no way out, is a fault of that network."""
    assert not is_off(kernel(wired="1"), (WIFI,), ())


def test_nothing_seen_before(kernel):
    """After a start in airplane mode only a computer that has no cable socket is surely meant to be off."""
    assert is_off(kernel())
    assert not is_off(kernel(wired="0"))


def test_no_such_files(tmp_path, monkeypatch):
    """A kernel without switches, and another system, say nothing."""
    assert not is_off(tmp_path, (LOOPBACK,), ())
    write(tmp_path / "rfkill" / "rfkill0", {"type": "wlan", **OFF})
    monkeypatch.setattr("sys.platform", "win32")
    assert not is_off(tmp_path, (WIFI,), ())


def test_this_computers_own():
    """The running kernel is asked without harm."""
    assert Radio().is_off() in (True, False)
