"""A tray: it owns the name that tray icons register at, and lists those that did."""

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
IFACE = "org.kde.StatusNotifierWatcher"


class Watcher(dbus.service.Object):
    items = []

    @dbus.service.method(IFACE, in_signature="s", sender_keyword="sender")
    def RegisterStatusNotifierItem(self, item, sender=None):
        # Either its path, or as the specification says, its name on the bus.
        self.items.append(f"{sender}{item}" if item.startswith("/") else f"{item}/StatusNotifierItem")

    def properties(self):
        return {
            "IsStatusNotifierHostRegistered": True,
            "ProtocolVersion": dbus.Int32(0),
            "RegisteredStatusNotifierItems": dbus.Array(self.items, signature="s"),
        }

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="ss", out_signature="v")
    def Get(self, _iface, name):
        return self.properties()[name]

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="s", out_signature="a{sv}")
    def GetAll(self, _iface):
        return self.properties()


bus = dbus.SessionBus()
name = dbus.service.BusName(IFACE, bus)
watcher = Watcher(bus, "/StatusNotifierWatcher")


def left(gone, _old, new):
    if not new:
        watcher.items[:] = [item for item in watcher.items if not item.startswith(f"{gone}/")]


bus.add_signal_receiver(left, "NameOwnerChanged", "org.freedesktop.DBus", arg2="")
GLib.MainLoop().run()
