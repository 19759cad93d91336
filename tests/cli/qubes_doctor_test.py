#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""doctor and restore over a fake Qubes: what stands between volumes and qubes, and the way back after a backup."""

import pathlib
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from fake_qubesd import Problem  # noqa: E402
from qubes_case import QubesCase  # noqa: E402
from world_case import check_schema  # noqa: E402

FILES = HERE.parent.parent / "packaging/qubes"
TEMPLATES = "etc/qubes/templates/libvirt"
COMPOSED = "etc/qubes/policy.d/31-qpkg-composed.policy"


class Doctor(QubesCase):
    """dom0 has the files of the package, and hello is in work."""

    def setUp(self):
        super().setUp()
        self.system = self.world.folder / "system"
        self.dom0.environment["QPKG_SYSTEM"] = str(self.system)
        template = (FILES / "xen-dist.xml").read_text().replace("/var/lib/qpkg", str(self.dom0.root))
        self.put("usr/share/qubes/templates/libvirt/xen-dist.xml", template)
        self.put("etc/qubes/policy.d/30-qpkg.policy", (FILES / "30-qpkg.policy").read_text())
        self.put(COMPOSED, self.guard("100"))
        self.install("hello", "--into", "work")
        self.volume = self.dom0.root / "volumes" / (self.dom0.features("work")["qpkg.slot.a"] + ".erofs")

    def guard(self, number):
        return subprocess.run([FILES / "guard-composed", number], check=True, capture_output=True, text=True).stdout

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
        self.put(f"{TEMPLATES}/xen/by-name/stranger.xml", plain)
        self.put(f"{TEMPLATES}/by-name/work.xml", plain)  # qubesd does not read it
        self.assertEqual(self.problems(code=0), {})
        for folder in [TEMPLATES, "usr/share/qubes/templates/libvirt"]:
            by_name = self.put(f"{folder}/xen/by-name/work.xml", plain)
            self.assertIn("work gets no volumes", self.problems()[by_name])
            self.assertEqual(len(self.problems()), 1)
            pathlib.Path(by_name).unlink()

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
        self.assertIn("and 2653 more", self.problems()[path])
        pathlib.Path(path).unlink()
        self.assertIn("is not there", self.problems()[path])

    def test_notices_of_composed_volumes_that_the_policy_leaves_open_are_named(self):
        (self.system / COMPOSED).unlink()
        self.assertRegex(self.problems()[str(self.system / COMPOSED)], "setting vm-config.qpkg-a0 and 2599 more")
        self.put(COMPOSED, self.guard("100").replace("vm-config.qpkg-c7 ", "vm-config.qpkg-x "))
        self.assertRegex(self.problems()[str(self.system / "etc/qubes/policy.d/30-qpkg.policy")], "vm-config.qpkg-c7$")
        self.put(COMPOSED, self.guard("100"))
        self.assertEqual(self.problems(code=0), {})
        self.dom0.qubesd.qubes["personal"].features["vm-config.qpkg-b131"] = "x"
        self.assertRegex(self.problems()[str(self.system / COMPOSED)], "vm-config.qpkg-b131$")
        self.put(COMPOSED, self.guard("132"))
        self.assertNotIn(str(self.system / COMPOSED), self.problems())

    def test_a_store_that_qubes_hides_from_itself_is_named(self):
        mark = self.world.folder / ".qubes-exclude-block-devices"
        mark.touch()
        self.assertIn("running qubes get no volumes", self.problems()[str(mark)])
        mark.unlink()
        (self.dom0.root / "attached").mkdir(exist_ok=True)
        (self.dom0.root / "attached" / mark.name).touch()
        self.assertEqual(list(self.problems()), [str(self.dom0.root / "attached" / mark.name)])

    def test_a_store_that_is_not_mounted_is_named(self):
        unit = subprocess.run(["systemd-escape", "--path", "--suffix=mount", self.dom0.root], check=True,
                              capture_output=True, text=True).stdout.strip()
        self.put(f"etc/systemd/system/{unit}", "[Mount]\n")
        self.assertIn("is not mounted", self.problems()[str(self.dom0.root)])
        subprocess.run(["mount", "--bind", self.dom0.root, self.dom0.root], check=True)
        self.addCleanup(subprocess.run, ["umount", self.dom0.root], check=True)
        self.assertEqual(self.problems(code=0), {})

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

    def lose_everything(self):
        """dom0 was installed anew: qubes are back from their backups, qpkg's state is not."""
        for qube in ["work", "personal"]:
            features = dict(self.dom0.qubesd.qubes[qube].features)
            self.dom0.qubesd.remove(qube)
            self.dom0.qubesd.create(qube, "AppVM", "minimal")
            self.dom0.qubesd.qubes[qube].features = features
        shutil.rmtree(self.dom0.root)
        self.dom0.root.mkdir()

    def restored(self):
        self.assertEqual(self.problems(code=0), {})
        self.assertEqual(self.dom0.announced("work"), ["org.example.hello 1.0"])
        self.assertEqual(self.dom0.announced("personal"), ["org.example.hello 1.0", "org.example.other 1.0"])
        for qube in ["work", "personal"]:
            self.dom0.qubesd.start(qube)
        self.assertEqual(len(self.dom0.disks("personal")), 1, "composed as before")
        self.assertEqual(self.dom0.qpkg("restore", "--yes", "--unchanged-exit-77").code, 77)

    def test_on_an_empty_state_restore_says_what_is_missing_and_a_repository_brings_it_back(self):
        self.dom0.must("install", "hello", "other", "--into", "personal", "--yes")
        self.dom0.must("qube", "set", "personal", "--layout", "composed", "--yes")
        before = dict(self.dom0.features("personal"))
        self.lose_everything()
        answer = self.dom0.qpkg("restore", "--yes")
        self.assertEqual(answer.code, 10, answer.err + answer.out)
        self.assertRegex(answer.out, r"qube work: .*hello 1.0 is offered by no repository that is known here: qpkg repo add")
        self.assertNotIn("Done", answer.out)
        self.assertIn("org.example.hello", self.problems()["work"])
        with self.assertRaises(Problem):
            self.dom0.qubesd.start("work")
        self.dom0.must("gc", "--keep", "0", "--yes")
        self.assertEqual(self.dom0.features("personal"), before)

        self.dom0.must("repo", "add", "demo", self.world.site, "--yes")
        plan = check_schema(self.dom0.must("restore", "--dry-run", "--json").json)
        self.assertEqual(len(plan["recovered"]), 2)
        self.assertIn("org.example.hello", self.problems()["work"], "a dry run changes nothing")
        check_schema(self.dom0.must("restore", "--yes", "--json").json)
        self.assertEqual(self.dom0.features("personal"), before)
        self.restored()

    def test_on_an_empty_state_a_bundle_brings_it_back(self):
        self.dom0.must("install", "hello", "other", "--into", "personal", "--yes")
        self.dom0.must("qube", "set", "personal", "--layout", "composed", "--yes")
        bundle = self.world.folder / "all.qpkgb"
        self.world.must("bundle", "create", "--repo", self.world.site, "--out", bundle)
        self.lose_everything()
        shutil.move(self.world.site, self.world.folder / "gone")
        self.dom0.must("repo", "add", "demo", bundle, "--yes")
        self.dom0.must("import", bundle)
        self.dom0.must("restore", "--yes")
        self.restored()

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
