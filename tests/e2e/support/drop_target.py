"""Another program's window. Prints, a line each, `motion` for each move of a drag over it and the addresses of the files
that are dropped on it."""

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk, Gdk  # noqa: E402, I001

window = Gtk.Window(title="Target")
window.set_default_size(200, 200)
window.drag_dest_set(Gtk.DestDefaults.ALL, [], Gdk.DragAction.COPY | Gdk.DragAction.MOVE)
window.drag_dest_add_uri_targets()
window.connect("drag-motion", lambda *_event: print("motion", flush=True))
window.connect("drag-data-received", lambda *event: print("\n".join(event[4].get_uris()), flush=True))
window.show_all()
Gtk.main()
