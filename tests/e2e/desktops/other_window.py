"""The window of another program, in front of the app's."""

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

window = Gtk.Window(title="Another program")
window.set_default_size(700, 500)
window.add(Gtk.Entry())
window.show_all()
Gtk.main()
