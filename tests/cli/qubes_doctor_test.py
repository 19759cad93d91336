#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""doctor and restore over a fake Qubes: what stands between volumes and qubes, and the way back after a backup."""

import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from fake_qubesd import Problem  # noqa: E402
from qubes_world import QubesWorld  # noqa: E402
from world_case import WorldCase, check_schema  # noqa: E402

FILES = HERE.parent.parent / "packaging/qubes"
TEMPLATES = "etc/qubes/templates/libvirt"


class Doctor(WorldCase):
    """dom0 has the files of the package, and hello is in work."""

    @classmethod
    def make_world(cls, world):
        world.make_site()

    def setUp(self):
        super().setUp()
        self.dom0 = QubesWorld(self.world)
        self.addCleanup(self.dom0.close)
        self.system = self.world.folder / "system"
        self.dom0.environment["QPKG_SYSTEM"] = str(self.system)
        template = (FILES / "xen-dist.xml").read_text().replace("/var/lib/qpkg", str(self.dom0.root))
        self.put("usr/share/qubes/templates/libvirt/xen-dist.xml", template)
        self.put("etc/qubes/policy.d/30-qpkg.policy", (FILES / "30-qpkg.policy").read_text())
        self.dom0.must("repo", "add", "demo", self.world.site, "--yes")
        self.dom0.must("install", "hello", "--into", "work", "--yes")
        self.volume = self.dom0.root / "volumes" / (self.dom0.features("work")["qpkg.slot.a"] + ".erofs")

    def put(self, path, text):
        file = self.system / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return str(file)

    def problems(self, code=1):
        """Subject → words of each problem."""
        answer = self.dom0.qpkg("doctor", "--json")
        self.assertEqual(answer.code, code, answer.err + answer.out)
        return {row["subject"]: row["words"] for row in check_schema(answer.json)["findings"]
                if row["weight"] == "problem"}

    def test_a_sound_dom0_has_no_problem(self):
        self.assertEqual(self.problems(code=0), {})
        self.assertTrue((self.dom0.root / "volumes/.qubes-exclude-block-devices").exists())

    def test_a_template_of_the_user_that_drops_our_disks_is_named(self):
        plain = "{% extends 'libvirt/xen.xml' %}{% block devices %}{{ super() }}{% endblock %}"
        kept = plain.replace("xen.xml", "xen-dist.xml")
        path = self.put(f"{TEMPLATES}/xen-user.xml", plain)
        self.assertEqual(list(self.problems()), [path])
        self.put(f"{TEMPLATES}/xen-user.xml", kept)
        self.assertEqual(self.problems(code=0), {})
        self.put(f"{TEMPLATES}/xen-user.xml", kept.replace("{{ super() }}", ""))
        self.assertEqual(list(self.problems()), [path])
        self.put(f"{TEMPLATES}/xen-user.xml", kept)
        by_name = self.put(f"{TEMPLATES}/by-name/work.xml", plain)
        self.put(f"{TEMPLATES}/by-name/stranger.xml", plain)
        self.assertIn("work gets no volumes", self.problems()[by_name])
        self.assertEqual(len(self.problems()), 1)

    def test_our_own_template_gone_or_changed_is_named(self):
        path = self.put("usr/share/qubes/templates/libvirt/xen-dist.xml", "{% extends 'libvirt/xen.xml' %}")
        self.assertIn("is not qpkg's", self.problems()[path])
        self.put("usr/share/qubes/templates/libvirt/xen-dist.xml", (FILES / "xen-dist.xml").read_text())
        self.assertIn("looks for volumes elsewhere", self.problems()[path])
        pathlib.Path(path).unlink()
        self.assertIn("is not there", self.problems()[path])

    def test_a_policy_with_a_hole_is_named(self):
        policy = (FILES / "30-qpkg.policy").read_text()
        path = self.put("etc/qubes/policy.d/30-qpkg.policy",
                        "".join(line for line in policy.splitlines(True) if "qpkg.slot.k" not in line))
        self.assertIn("setting qpkg.slot.k", self.problems()[path])
        self.put("etc/qubes/policy.d/30-qpkg.policy", "admin.vm.feature.Set * @anyvm @anyvm allow\n" + policy)
        self.assertIn("and 53 more", self.problems()[path])
        pathlib.Path(path).unlink()
        self.assertIn("is not there", self.problems()[path])

    def test_after_a_restored_backup_doctor_names_what_is_missing_and_restore_makes_it_again(self):
        for content in [False, True]:  # the objects are there; nothing is
            self.volume.unlink()
            if content:
                shutil.rmtree(self.dom0.root / "objects")
            self.assertIn("org.example.hello", self.problems()["work"])
            with self.assertRaises(Problem):
                self.dom0.qubesd.start("work")
            plan = check_schema(self.dom0.must("restore", "--dry-run", "--json").json)
            self.assertEqual([row["app"] for row in plan["volumes"]], ["org.example.hello"])
            self.assertFalse(self.volume.exists())
            done = check_schema(self.dom0.must("restore", "--yes", "--json").json)
            self.assertEqual(done["fetched_objects"] > 0, content)
            self.assertEqual(self.problems(code=0), {})
            self.dom0.qubesd.start("work")
            self.dom0.qubesd.stop("work")
        self.assertEqual(self.dom0.qpkg("restore", "--yes", "--unchanged-exit-77").code, 77)

    def test_restore_without_its_repository_says_so_and_a_bundle_helps(self):
        bundle = self.world.folder / "all.qpkgb"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", bundle)
        self.volume.unlink()
        shutil.rmtree(self.dom0.root / "objects")
        shutil.move(self.world.site, self.world.folder / "gone")
        answer = self.dom0.qpkg("restore", "--yes")
        self.assertEqual(answer.code, 3, answer.err)
        self.assertIn("org.example.hello", answer.err)
        self.dom0.must("import", bundle)
        self.dom0.must("restore", "--yes")
        self.assertTrue(self.volume.exists())

    def test_qubes_that_are_gone_or_ask_for_strange_volumes_are_named(self):
        self.dom0.qubesd.create("clone", "AppVM", "minimal")
        self.dom0.qubesd.qubes["clone"].features.update({
            "qpkg.slot.a": "0" * 64, "vm-config.qpkg-a": "org.example.lost 1 private " + "0" * 64})
        self.dom0.qubesd.remove("work")
        problems = self.problems()
        self.assertIn("org.example.lost", problems["clone"])
        self.assertIn("no such qube", problems["work"])


if __name__ == "__main__":
    unittest.main()
