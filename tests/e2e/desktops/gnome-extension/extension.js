// Runs the JavaScript that a test sends over the session bus, inside GNOME Shell.

const { Clutter, Gio, GLib, Meta, Shell, St } = imports.gi;
const Main = imports.ui.main;

const INTERFACE = `<node><interface name="tv.tallylight.Test">
  <method name="Run"><arg type="s" direction="in"/><arg type="s" direction="out"/></method>
</interface></node>`;

class Extension {
  enable() {
    this.object = Gio.DBusExportedObject.wrapJSObject(INTERFACE, this);
    this.object.export(Gio.DBus.session, "/tv/tallylight/Test");
    this.owner = Gio.bus_own_name_on_connection(Gio.DBus.session, "tv.tallylight.Test", 0, null, null);
    const seat = Clutter.get_default_backend().get_default_seat();
    this.pointer = seat.create_virtual_device(Clutter.InputDeviceType.POINTER_DEVICE);
  }

  disable() {
    Gio.bus_unown_name(this.owner);
    this.object.unexport();
  }

  /** Clicks the middle of something on the screen, as a mouse does. */
  click(actor) {
    const [x, y] = actor.get_transformed_position();
    const time = () => GLib.get_monotonic_time();
    this.pointer.notify_absolute_motion(time(), x + actor.width / 2, y + actor.height / 2);
    for (const state of [Clutter.ButtonState.PRESSED, Clutter.ButtonState.RELEASED])
      this.pointer.notify_button(time(), Clutter.BUTTON_PRIMARY, state);
  }

  async RunAsync([code], invocation) {
    const names = ["Clutter", "Gio", "GLib", "Meta", "Shell", "St", "Main", "imports", "click"];
    const values = [Clutter, Gio, GLib, Meta, Shell, St, Main, imports, (actor) => this.click(actor)];
    let answer;
    try {
      const run = new Function(...names, `return (async () => { ${code} })()`);
      answer = { value: (await run(...values)) ?? null };
    } catch (error) {
      answer = { error: `${error}\n${error.stack}` };
    }
    // In letters that need no quotes on the way.
    const bytes = new TextEncoder().encode(JSON.stringify(answer));
    invocation.return_value(new GLib.Variant("(s)", [GLib.base64_encode(bytes)]));
  }
}

function init() {
  return new Extension();
}
