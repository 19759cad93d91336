#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An app that brings its own root stands on no base: it fits a qube of any, is told so before it comes, and is no worse confined
than one that stands on the qube's. What such a tree could lead the agent to mount elsewhere is refused before it is recorded."""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from world_case import WorldCase  # noqa: E402

APP = "org.example.whole"


class WholeViews(WorldCase):
    @classmethod
    def make_world(cls, world):
        world.make_all()
        world.must("base", "import", world.base_archive(files={"etc/other.conf": "other base\n"}), "--id", "other-1")
        world.must("qube", "create", "far", "--base", "other-1")

    def setUp(self):
        super().setUp()
        self.trust_own_copy()

    def publish(self, version="1.0", app=APP, **tree):
        self.world.publish(self.world.make_whole(app, version, **tree))

    def install(self, *words, into="work", code=0):
        answer = self.world.qpkg("install", *words, "--into", into, "--yes")
        self.assertEqual(answer.code, code, answer.err)
        return answer

    def in_view(self, script, qube="work", app="whole"):
        return self.world.must("run", qube, "--app", app, "--", "/bin/sh", "-c", "PATH=/tools:$PATH; " + script).out

    def test_it_fits_a_qube_of_any_base_and_the_plan_says_what_that_means(self):
        self.publish()
        answer = self.world.qpkg("install", "whole", "--into", "work", "--yes", "--dry-run")
        self.assertIn("Brings its own root", answer.out + answer.err)
        self.assertIn("org.example.whole: on no base, so its updates alone mend it", answer.out + answer.err)
        plan = self.json_of("install", "whole", "hello", "--into", "work", "--yes")
        self.assertEqual(plan["own_root"], [APP])
        self.install("whole", into="far")
        for qube in ["work", "far"]:
            self.assertEqual(self.in_view("cat /etc/own.conf /app/data", qube), "own 1.0\ndata\n")
        self.assertEqual(self.world.must("run", "far", "--", "whole").out, "whole 1.0\n")  # exported, /bin/sh of its own
        self.install("hello", into="far", code=4)  # which stands on debian-12
        self.assertEqual(self.json_of("info", "whole")["base"], "none")
        self.assertEqual([app["base"] for app in self.json_of("search", "whole")["apps"]], ["none"])

    def test_it_has_of_the_qube_what_any_app_has_and_nothing_of_base_or_other_apps(self):
        self.publish()
        self.install("whole", "hello")
        self.assertEqual(self.in_view("ls /; ls /usr/share"), "app\nbin\ndev\netc\nhome\nmedia\nmnt\nproc\nroot\nrun\nrw\nsys\ntmp\ntools\nusr\nvar\n"
                                                             "qpkg\nwhole\n")
        self.assertIn("uid=1000(user)", self.in_view("id"))
        self.assertEqual(self.in_view("echo kept > ~/x; hello"), "hello 1.0\n")
        self.assertEqual(self.world.must("run", "work", "--", "cat", "/home/user/x").out, "kept\n")
        self.assertEqual(self.world.must("run", "work", "--app", "hello", "--", "sh", "-c", "whole; ls -d /app /tools 2>/dev/null || true").out,
                         "whole 1.0\n")

    def test_verify_why_owns_upgrade_and_rollback_are_those_of_any_app(self):
        self.publish()
        self.install("whole")
        self.world.must("verify")
        self.assertIn(APP, self.world.must("why", "whole").out)
        self.assertIn("whole", self.world.must("owns", "/app/data").out)
        self.publish("2.0")
        self.world.must("upgrade", "--yes")
        self.assertEqual(self.in_view("cat /etc/own.conf"), "own 2.0\n")
        self.world.must("rollback", "work", "--yes")
        self.assertEqual(self.in_view("cat /etc/own.conf"), "own 1.0\n")
        self.world.publish(self.world.make_module(APP, "3.0"))  # for debian-12 again
        self.world.must("upgrade", "--yes")
        self.assertEqual(self.world.must("run", "work", "--app", "whole", "--", "sh", "-c", "whole; ls -d /app || true").out, "whole 3.0\n")
        self.world.must("verify")

    def test_a_running_qube_and_a_composed_volume_have_it_too(self):
        self.publish()
        self.world.must("qube", "start", "work")
        self.addCleanup(self.world.must, "qube", "stop", "work")
        self.install("whole", "hello")
        self.assertEqual(self.in_view("cat /app/data; hello"), "data\nhello 1.0\n")
        self.world.must("qube", "set", "far", "--layout", "composed", "--yes")
        self.install("whole", into="far")
        self.assertEqual(self.in_view("cat /app/data", "far"), "data\n")

    def test_a_machine_without_a_network_is_brought_the_next_release_of_it(self):
        self.publish()
        self.install("whole", into="far")
        inventory, bundle = self.world.folder / "have.json", self.world.folder / "next.qpkgb"
        self.world.must("inventory", "export", "--out", inventory)
        self.assertIn({"app": APP, "base": "none", "channel": "stable", "sequence": 1}, json.loads(inventory.read_text())["releases"])
        self.publish("2.0")
        self.world.must("bundle", "create", "--repo", self.world.site, "--for", inventory, "--out", bundle)
        brought = self.json_of("bundle", "inspect", bundle)["releases"]
        self.assertEqual([(one["app"], one["base"]) for one in brought if one["sequence"] == 2], [(APP, "none")])

    def test_a_tree_that_is_no_root_is_refused_before_it_is_recorded(self):
        bad = {
            "/home is no folder": {"links": {"home": "/etc"}, "without": ["home"]},
            "/var/lib is no folder|it has no /var/lib": {"links": {"var": "/tmp"}, "without": ["var", "var/lib"]},
            "/rw is not empty": {"files": {"rw/config": "x"}},
            "it has no /proc": {"without": ["proc"]},
        }
        for number, (words, tree) in enumerate(bad.items()):
            with self.subTest(words):
                app = f"org.example.bad{number}"
                self.publish(app=app, **tree)
                answer = self.install(app, code=6)
                self.assertRegex(answer.err, f"cannot install {app} 1.0: its tree cannot be the root of a view: ({words})")
        self.assertEqual(self.json_of("list", "work")["apps"], [])
        self.world.must("verify")

    def test_a_link_that_leaves_the_module_never_comes(self):
        with self.assertRaises(subprocess.CalledProcessError):
            self.publish(links={"run": "../.."}, without=["run"])

    def test_base_and_view_cannot_contradict_each_other(self):
        self.publish()
        module = self.world.make_whole("org.example.liar", "1.0")
        manifest = json.loads((module / "manifest.json").read_text())
        self.assertEqual((manifest.get("base"), manifest["view"]), (None, "whole"))
        for change, says in (({"view": "private"}, "base"),
                             ({"base": {"id": "debian-12", "level": 12}}, "a whole view stands on no base")):
            text = json.dumps({**manifest, **change}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            (module / "manifest.json").write_text(text)
            answer = self.world.qpkg("publish", module, "--repo", self.world.site, "--keys", self.world.keys)
            self.assertEqual(answer.code, 6, answer.err)
            self.assertIn(says, answer.err)


if __name__ == "__main__":
    unittest.main()
