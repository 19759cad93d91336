#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""qvm-sync-appmenus for tests: reads lines as the real one does and makes the templates it makes, below $HOME.

Like the real one it takes lines on standard input only when $QREXEC_REMOTE_DOMAIN names the qube, keeps what its
expressions let through, and takes away what no line names. The lines are kept in $HOME/lines; where $HOME/status is, it
fails with that status and changes nothing.
"""

import os
import pathlib
import re
import sys

LINE = re.compile(r"([a-zA-Z0-9._-]+?)(?:\.desktop)?:([a-zA-Z0-9-]+(?:\[[a-zA-Z@_]+\])?)\s*=\s*(.*)")
TEXT = re.compile(r"\A[/a-zA-Z0-9.,:&()_ +-]*\Z")
FIELDS = {"Name": TEXT, "GenericName": TEXT, "Comment": TEXT,
          "StartupWMClass": re.compile(r"\A[a-zA-Z0-9/_.-]*\Z"),
          "Categories": re.compile(r"\A[a-zA-Z0-9/.;:'() -]*\Z"),
          "Exec": re.compile(r"\A[a-zA-Z0-9()_&>/{}:.= -]*\Z"),
          "Icon": re.compile(r"\A[a-zA-Z0-9/_.-]*\Z")}

home = pathlib.Path(os.environ["HOME"])
qube = os.environ["QREXEC_REMOTE_DOMAIN"]
lines = sys.stdin.read()
(home / "lines").write_text(lines)
if (home / "status").exists():
    print("QubesVMNotRunningError\x1b[2J", file=sys.stderr)
    sys.exit(int((home / "status").read_text()))

menus = {}
for line in lines.splitlines():
    found = LINE.search(line)
    if found and found.group(2) in FIELDS:
        name, key, value = found.groups()
        if not FIELDS[key].match(value):
            sys.exit(f"line not accepted: {line!r}")
        menus.setdefault(name, {})[key] = value

folder = home / ".local/share/qubes-appmenus" / qube / "apps.templates"
folder.mkdir(parents=True, exist_ok=True)
for old in folder.glob("*.desktop"):
    if old.stem not in menus:
        old.unlink()
for name, values in menus.items():
    if "Name" not in values:
        continue
    icon = f"%VMDIR%/apps.icons/{name}.png" if "Icon" in values else "%XDGICON%"
    entry = f"[Desktop Entry]\nVersion=1.0\nType=Application\nX-Qubes-AppName={name}\nIcon={icon}\n"
    for key in ["Name", "GenericName"]:
        entry += f"{key}=%VMNAME%: {values[key]}\n" if key in values else ""
    entry += f"StartupWMClass=%VMNAME%:{values['StartupWMClass']}\n" if "StartupWMClass" in values else ""
    entry += f"Comment={values['Comment']}\n" if "Comment" in values else ""
    known = [word for word in values.get("Categories", "").split(";") if word and not word.startswith("X-")]
    entry += f"Categories={';'.join([*known, 'X-Qubes-VM'])};\n"
    entry += f"Exec=qvm-run -q -a --service -- %VMNAME% qubes.StartApp+{name}\n"
    (folder / f"{name}.desktop").write_text(entry)
