"""Saves a picture of KWin's screen into the file that it is given."""

import os
import subprocess
import sys
import threading

import dbus

reader, writer = os.pipe()
pixels = bytearray()


def read():
    while block := os.read(reader, 1 << 20):
        pixels.extend(block)


thread = threading.Thread(target=read)
thread.start()
kwin = dbus.SessionBus().get_object("org.kde.KWin", "/org/kde/KWin/ScreenShot2")
options = dbus.Dictionary({"include-cursor": True}, signature="sv")
shot = dbus.Interface(kwin, "org.kde.KWin.ScreenShot2")
picture = shot.CaptureActiveScreen(options, dbus.types.UnixFd(writer), timeout=20)
os.close(writer)
thread.join(20)
size = f"{int(picture['stride']) // 4}x{int(picture['height'])}"
convert = ["convert", "-size", size, "-depth", "8", "bgra:-", "-alpha", "off", sys.argv[1]]
subprocess.run(convert, input=bytes(pixels), check=True)
