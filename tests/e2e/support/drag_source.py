"""A file manager's window: what is dragged out of it is a list of files. Prints what happens to the drag, a line each:
`pressed`, `began`, and the `accepted` or `refused` of the window under the pointer."""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk, Gdk  # noqa: E402, I001


def report(line):
    print(line, flush=True)


def began(_widget, context):
    report("began")
    context.connect("action-changed", lambda _context, action: report("accepted" if action else "refused"))


files = [f"file://{path}" for path in sys.argv[1:]]
window = Gtk.Window(title="Files")
window.set_default_size(150, 100)
box = Gtk.EventBox()
box.add(Gtk.Label(label="drag me"))
window.add(box)
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
box.connect("button-press-event", lambda _widget, _event: report("pressed"))
box.connect("drag-begin", began)
box.connect("drag-data-get", lambda _widget, _context, data, _info, _time: data.set_uris(files))
window.show_all()
Gtk.main()
