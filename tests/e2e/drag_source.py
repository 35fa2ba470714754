"""Is a file manager's window: what is dragged out of it is a list of files."""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk, Gdk  # noqa: E402, I001

files = [f"file://{path}" for path in sys.argv[1:]]
window = Gtk.Window(title="Files")
window.set_default_size(150, 100)
box = Gtk.EventBox()
box.add(Gtk.Label(label="drag me"))
window.add(box)
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
box.connect("drag-data-get", lambda _widget, _context, data, _info, _time: data.set_uris(files))
window.show_all()
Gtk.main()
