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
        this.owner = Gio.bus_own_name_on_connection(
            Gio.DBus.session,
            "tv.tallylight.Test",
            0,
            null,
            null,
        );
        const seat = Clutter.get_default_backend().get_default_seat();
        this.pointer = seat.create_virtual_device(Clutter.InputDeviceType.POINTER_DEVICE);
        // Without a keyboard no window has its focus, and none may copy.
        this.keyboard = seat.create_virtual_device(Clutter.InputDeviceType.KEYBOARD_DEVICE);
    }

    disable() {
        Gio.bus_unown_name(this.owner);
        this.object.unexport();
    }

    /** Clicks the middle of something on the screen, as a mouse does. */
    click(actor) {
        const [x, y] = actor.get_transformed_position();
        this.clickAt(x + actor.width / 2, y + actor.height / 2);
    }

    clickAt(x, y) {
        const time = () => GLib.get_monotonic_time();
        this.pointer.notify_absolute_motion(time(), x, y);
        for (const state of [Clutter.ButtonState.PRESSED, Clutter.ButtonState.RELEASED])
            this.pointer.notify_button(time(), Clutter.BUTTON_PRIMARY, state);
    }

    async RunAsync([code], invocation) {
        const click = (actor) => this.click(actor);
        const clickAt = (x, y) => this.clickAt(x, y);
        const scope = { Clutter, Gio, GLib, Meta, Shell, St, Main, imports, click, clickAt };
        let answer;
        try {
            const run = new Function(...Object.keys(scope), `return (async () => { ${code} })()`);
            answer = { value: (await run(...Object.values(scope))) ?? null };
        } catch (error) {
            answer = { error: `${error}\n${error.stack}` };
        }
        // In letters that need no quotes on the way.
        const bytes = new TextEncoder().encode(JSON.stringify(answer));
        invocation.return_value(new GLib.Variant("(s)", [GLib.base64_encode(bytes)]));
    }
}

// GNOME Shell calls it.
// eslint-disable-next-line @typescript-eslint/no-unused-vars
function init() {
    return new Extension();
}
