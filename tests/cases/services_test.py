#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What runs unasked: services and names of buses are told, off until somebody says yes, and confined then."""

import json
import os
import pathlib
import pty
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import PROGRAMS, WorldCase  # noqa: E402

UNITS = "usr/lib/systemd/system"
BUS = "usr/share/dbus-1/services"
HOSTILE = """[Unit]
Description=Serves
Conflicts=ssh.service
[Service]
User=root
AmbientCapabilities=CAP_SYS_ADMIN
StandardOutput=append:/etc/passwd
ExecStart=/usr/bin/svc
[Install]
WantedBy=multi-user.target
"""
SECRETS = "[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/usr/bin/svc\n"
# As a qube with systemd would do it: what the agent places, not what systemd makes of it.
PLACED = """mkdir -p /run/systemd/system; /run/qpkg/libexec/qpkg-agent refresh 2>/dev/null
for file in $(find /run/systemd/system ! -type d); do echo "== $file"; cat $file; done"""


class ServiceCase(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_base()
        world.make_keys()
        world.publish(cls.svc(world, "1.0", "svc.service"))
        world.add_repository()
        world.must("qube", "create", "work", "--base", "debian-12")

    @staticmethod
    def svc(world, version, *units):
        return world.make_module("org.example.svc", version, {**{f"{UNITS}/{unit}": HOSTILE for unit in units},
                                                              f"{BUS}/org.freedesktop.secrets.service": SECRETS})

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def placed(self):
        return self.world.must("run", "work", "--as-root", "--", "sh", "-c", PLACED).out


class LocalQube(ServiceCase):
    """Nobody starts services there."""

    def test_the_app_installs_and_the_plan_says_that_its_service_does_not_start(self):
        answer = self.world.must("install", "svc", "--into", "work", "--yes", "--allow-services")
        self.assertRegex(answer.out, r"work +svc +svc.service +no: this qube has no systemd\n")
        self.assertNotIn("--allow", answer.out)
        self.assertEqual(self.world.must("run", "work", "--", "svc").out, "svc 1.0\n")
        self.assertEqual(self.placed(), "")

    def test_a_service_that_is_named_is_not_promised(self):
        for word in ("--allow", "--allow-as-root"):
            answer = self.world.qpkg("install", "svc", "--into", "work", "--yes", word, "svc:svc.service")
            self.assertEqual(answer.code, 9, answer.err)
            self.assertIn("svc.service of org.example.svc cannot start: qubes of this backend have no systemd", answer.err)
        self.assertEqual(self.json_of("list", "work")["apps"], [])
        self.world.must("install", "svc", "--into", "work", "--yes", "--deny", "svc:svc.service")

    def test_nobody_is_asked_about_a_service(self):
        master, slave = pty.openpty()
        os.write(master, b"y\n")
        done = subprocess.run([PROGRAMS / "qpkg", "install", "svc", "--into", "work"], stdin=slave, text=True,
                              env=dict(os.environ, QPKG_ROOT=str(self.world.root)), check=True, capture_output=True)
        os.close(slave)
        os.close(master)
        self.assertNotIn("svc.service of org.example.svc", done.stderr)


class Services(ServiceCase):
    """The test is the qube's systemd."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.environ["QPKG_LOCAL_SYSTEMD"] = "1"
        cls.addClassCleanup(os.environ.pop, "QPKG_LOCAL_SYSTEMD")

    def starts(self, *words):
        rows = self.json_of(*words)["services"]
        return {row["service"]: row["starts"] for row in rows}

    def test_the_plan_tells_of_services_and_foreign_names_and_yes_starts_none(self):
        plan = self.world.must("install", "svc", "--into", "work", "--yes").out
        self.assertIn("svc.service", plan)
        self.assertIn("no: it asks to", plan)
        self.assertIn("--allow org.example.svc:svc.service", plan)
        self.assertIn("D-Bus org.freedesktop.secrets", plan)
        self.assertEqual(self.placed(), "")

    def test_an_allowed_service_is_confined_whatever_its_unit_says(self):
        self.assertEqual(self.starts("install", "svc", "--into", "work", "--yes", "--allow", "svc:svc.service"),
                         {"svc.service": "confined"})
        placed = self.placed()
        for word in ["== /run/systemd/system/svc.service\n", "Description=Serves\n", "ExecStart=/usr/bin/svc\n",
                     "== /run/systemd/system/svc.service.d/50-qpkg.conf\n", "DynamicUser=yes\nUser=qpkg-",
                     "CapabilityBoundingSet=\n", "NoNewPrivileges=yes\n", "ProtectSystem=strict\n",
                     "BindReadOnlyPaths=/run/qpkg/views/org.example.svc/usr:/usr\n"]:
            self.assertIn(word, placed)
        for word in ["ssh", "User=root", "CAP_", "append:", "WantedBy"]:
            self.assertNotIn(word, placed)
        self.assertNotIn("/svc.service", placed.replace("system/svc.service", ""))

    def test_the_rights_of_its_unit_are_given_by_name_alone(self):
        self.starts("install", "svc", "--into", "work", "--yes", "--allow-services")
        self.assertNotIn("User=root", self.placed())
        self.assertEqual(self.starts("install", "svc", "--into", "work", "--yes", "--allow-as-root", "svc:svc.service"),
                         {"svc.service": "as-root"})
        self.assertIn("User=root", self.placed())
        self.assertNotIn("DynamicUser", self.placed())

    def test_a_consent_can_be_taken_back(self):
        self.starts("install", "svc", "--into", "work", "--yes", "--allow-services")
        self.assertEqual(self.starts("install", "svc", "--into", "work", "--yes", "--deny", "org.example.svc:svc.service"),
                         {"svc.service": "no"})
        self.assertEqual(self.placed(), "")
        self.world.must("rollback", "work", "--yes")
        self.assertIn("svc.service", self.placed())

    def test_an_upgrade_keeps_a_consent_for_its_name_and_starts_nothing_new(self):
        self.starts("install", "svc", "--into", "work", "--yes", "--allow-services")
        self.world.publish(self.svc(self.world, "2.0", "svc.service", "more.service"))
        self.assertEqual(self.starts("upgrade", "--yes"), {"svc.service": "confined", "more.service": "no"})
        self.assertNotIn("more.service", self.placed())
        self.world.publish(self.svc(self.world, "3.0", "more.service"))
        self.assertEqual(self.starts("upgrade", "--yes"), {"more.service": "no"})
        self.world.publish(self.svc(self.world, "4.0", "svc.service"))
        self.assertEqual(self.starts("upgrade", "--yes"), {"svc.service": "no"})  # it was away
        self.assertEqual(self.placed(), "")

    def test_a_person_is_asked_about_each_service(self):
        for answers, starts in [(b"n\ny\n", "no"), (b"y\ny\n", "confined")]:
            master, slave = pty.openpty()
            os.write(master, answers)
            done = subprocess.run([PROGRAMS / "qpkg", "install", "svc", "--into", "work"], stdin=slave, text=True,
                                  env=dict(os.environ, QPKG_ROOT=str(self.world.root)), check=True, capture_output=True)
            os.close(slave)
            os.close(master)
            self.assertIn("Let svc.service of org.example.svc start with the qube, confined?", done.stderr)
            self.assertEqual(self.starts("install", "svc", "--into", "work", "--yes"), {"svc.service": starts})

    def test_a_consent_is_for_one_qube(self):
        self.world.must("qube", "create", "other", "--base", "debian-12")
        self.starts("install", "svc", "--into", "work", "--yes", "--allow-services")
        self.assertEqual(self.starts("install", "svc", "--into", "other", "--yes"), {"svc.service": "no"})

    def test_wishes_that_make_no_sense_are_refused_and_change_nothing(self):
        before = self.world.must("list", "--json").json
        for code, words, message in [(3, ["--allow", "svc:scv.service"], "did you mean svc.service"),
                                     (3, ["--allow", "other:svc.service"], 'no app "other"'),
                                     (2, ["--allow", "svc.service"], "expected APP:NAME.service"),
                                     (2, ["--allow", "svc:svc.service", "--deny", "svc:svc.service"], "named twice")]:
            answer = self.world.qpkg("install", "svc", "--into", "work", "--yes", *words)
            self.assertEqual(answer.code, code, answer.err)
            self.assertIn(message, answer.err)
        self.assertEqual(self.world.must("list", "--json").json, before)

    def test_names_that_are_not_the_apps_are_listed_or_refused(self):
        for old, new, message in [('"listed":true,', "", "not of the app's id, and not listed"),
                                  ("svc.service\",\"path", "qubes-.service\",\"path", "every service that begins with it"),
                                  ("svc.service\",\"path", "svc@.service\",\"path", "a template"),
                                  ("svc.service\",\"path", "display-manager.service\",\"path", "the system's own"),
                                  ("org.freedesktop.secrets\"", "org.freedesktop.DBus\"", "the system's own")]:
            manifest = self.svc(self.world, "2.0", "svc.service") / "manifest.json"
            text = manifest.read_text()
            self.assertIn(old, text)
            manifest.write_text(text.replace(old, new))
            answer = self.world.qpkg("publish", manifest.parent, "--repo", self.world.site, "--keys", self.world.keys)
            self.assertEqual(answer.code, 6, answer.err)
            self.assertIn(message, answer.err)

    def test_a_tree_that_tells_the_qube_more_than_the_manifest_is_not_installed(self):
        manifest = self.svc(self.world, "2.0", "svc.service") / "manifest.json"
        release = json.loads(manifest.read_text())
        release["exports"] = [made for made in release["exports"] if made["kind"] == "command"]
        manifest.write_text(json.dumps(release, sort_keys=True, separators=(",", ":")))
        self.world.publish(manifest.parent)
        before = self.world.must("list", "--json").json
        answer = self.world.qpkg("install", "svc", "--into", "work", "--yes")
        self.assertEqual(answer.code, 6, answer.err)
        self.assertIn("is not what its manifest says", answer.err)
        self.assertEqual(self.world.must("list", "--json").json, before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
