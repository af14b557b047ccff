"""A template of python-dbusmock: the desktop portal that is asked to start an application with the computer.

Parameters: ``response`` (0 done, 1 refused by the person, 2 ended otherwise; -1 never answers), ``autostart`` (what it
then says; left out it is what was wished), ``mute`` (the request itself is not answered). Runs in the system's own
Python. Format: org.freedesktop.portal.Background and org.freedesktop.portal.Request of the XDG desktop portal.
"""

import dbus
from dbusmock import mockobject

BUS_NAME = "org.freedesktop.portal.Desktop"
MAIN_OBJ = "/org/freedesktop/portal/desktop"
MAIN_IFACE = "org.freedesktop.portal.Background"
SYSTEM_BUS = True  # the bus that the tests name; nothing of the user's session
REQUEST = "org.freedesktop.portal.Request"


def load(mock, parameters):
    """Remember how to answer."""
    mock.parameters = parameters
    mock.AddProperties(REQUEST, dbus.Dictionary({"Asked": ""}, signature="sv"))


@dbus.service.method(MAIN_IFACE, in_signature="sa{sv}", out_signature="o", sender_keyword="sender")
def RequestBackground(self, _window, options, sender=None):  # noqa: N802 - the portal's own name
    """Make a request, and answer it."""
    token = str(options["handle_token"])
    path = f"{MAIN_OBJ}/request/{sender[1:].replace('.', '_')}/{token}"
    wished = bool(options["autostart"])
    asked = " ".join([str(wished), *map(str, options["commandline"])])
    self.UpdateProperties(REQUEST, dbus.Dictionary({"Asked": asked}, signature="sv"))
    if self.parameters.get("mute"):
        raise dbus.exceptions.DBusException("no", name="org.freedesktop.DBus.Error.NotSupported")
    self.AddObject(path, REQUEST, {}, [])
    code = int(self.parameters.get("response", 0))
    if code >= 0:
        given = bool(self.parameters.get("autostart", wished))
        results = dbus.Dictionary({"background": True, "autostart": given}, signature="sv")
        mockobject.objects[path].EmitSignal(REQUEST, "Response", "ua{sv}", [dbus.UInt32(code), results])
    return dbus.ObjectPath(path)
