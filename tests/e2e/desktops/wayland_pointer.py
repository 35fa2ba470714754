"""A pointer for KWin without devices, in its protocol org_kde_kwin_fake_input. Clicks at each "X Y" of its input."""

import os
import socket
import struct
import sys

REGISTRY, INPUT = 2, 4
LEFT_BUTTON = 0x110

wayland = socket.socket(socket.AF_UNIX)
wayland.connect(os.path.join(os.environ["XDG_RUNTIME_DIR"], os.environ["WAYLAND_DISPLAY"]))
interfaces = {}
callbacks = iter(range(5, 1 << 24))


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


def click(x, y):
    send(INPUT, 9, struct.pack("ii", x * 256, y * 256))
    for pressed in (1, 0):
        send(INPUT, 2, struct.pack("II", LEFT_BUTTON, pressed))
        wait_until_done(next(callbacks))


send(1, 1, struct.pack("I", REGISTRY))
wait_until_done(3)
name, version = interfaces["org_kde_kwin_fake_input"]
send(REGISTRY, 0, struct.pack("I", name) + text("org_kde_kwin_fake_input") + struct.pack("II", min(4, version), INPUT))
send(INPUT, 0, text("test") + text("test"))
wait_until_done(next(callbacks))
print("ready", flush=True)
for line in sys.stdin:
    click(*map(int, line.split()))
