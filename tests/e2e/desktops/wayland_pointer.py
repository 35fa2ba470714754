"""A pointer for a Wayland compositor without devices: clicks at each "X Y" of its input, on a screen of 1280 by 800.

The compositor, kwin or wlroots, is the first argument. Each has a protocol of its own for it: org_kde_kwin_fake_input,
and zwlr_virtual_pointer_v1.
"""

import os
import socket
import struct
import sys
import time

REGISTRY = 2
# Ids are given without gaps: wlroots needs two before.
POINTER = 4 if sys.argv[1] == "kwin" else 6
LEFT_BUTTON = 0x110

wayland = socket.socket(socket.AF_UNIX)
wayland.connect(os.path.join(os.environ["XDG_RUNTIME_DIR"], os.environ["WAYLAND_DISPLAY"]))
interfaces = {}
callbacks = iter(range(POINTER + 1, 1 << 16))


def text(value):
    data = value.encode() + b"\0"
    return struct.pack("I", len(data)) + data + b"\0" * (-len(data) % 4)


def send(target, opcode, body=b""):
    wayland.sendall(struct.pack("II", target, (8 + len(body)) << 16 | opcode) + body)


def wait_until_done(callback):
    send(1, 0, struct.pack("I", callback))
    data = b""
    while True:
        data += wayland.recv(65536)
        while len(data) >= 8:
            target, size = struct.unpack("II", data[:8])
            opcode, size = size & 0xFFFF, size >> 16
            if len(data) < size:
                break
            body, data = data[8:size], data[size:]
            if target == REGISTRY and opcode == 0:
                name, length = struct.unpack("II", body[:8])
                interface = body[8 : 8 + length - 1].decode()
                (version,) = struct.unpack("I", body[8 + length + (-length % 4) :][:4])
                interfaces[interface] = (name, version)
            elif target == 1 and opcode == 0:
                sys.exit(f"protocol error {body!r}")
            elif target == callback:
                return


def bind(interface, most, new):
    name, version = interfaces[interface]
    send(REGISTRY, 0, struct.pack("I", name) + text(interface) + struct.pack("II", min(most, version), new))


def click_in_kwin(x, y):
    send(POINTER, 9, struct.pack("ii", x * 256, y * 256))
    for pressed in (1, 0):
        send(POINTER, 2, struct.pack("II", LEFT_BUTTON, pressed))
        wait_until_done(next(callbacks))


def click_in_wlroots(x, y):
    milliseconds = int(time.monotonic() * 1000) & 0xFFFFFFFF
    send(POINTER, 1, struct.pack("IIIII", milliseconds, x, y, 1280, 800))
    send(POINTER, 4)
    for pressed in (1, 0):
        send(POINTER, 2, struct.pack("III", milliseconds, LEFT_BUTTON, pressed))
        send(POINTER, 4)
        wait_until_done(next(callbacks))


send(1, 1, struct.pack("I", REGISTRY))
wait_until_done(3)
if sys.argv[1] == "kwin":
    bind("org_kde_kwin_fake_input", 4, POINTER)
    send(POINTER, 0, text("test") + text("test"))
    click = click_in_kwin
else:
    seat, manager = 4, 5
    bind("wl_seat", 1, seat)
    bind("zwlr_virtual_pointer_manager_v1", 1, manager)
    send(manager, 0, struct.pack("II", seat, POINTER))
    click = click_in_wlroots
wait_until_done(next(callbacks))
print("ready", flush=True)
for line in sys.stdin:
    click(*map(int, line.split()))
