#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files that qpkg puts into dom0 and into templates of Qubes: libvirt template, policy, Salt module and state."""

import importlib.util
import pathlib
import re
import subprocess
import unittest
import xml.etree.ElementTree

import jinja2

HERE = pathlib.Path(__file__).resolve().parent
FILES = HERE.parent.parent / "packaging/qubes"
BASES = HERE.parent / "support/qubes_templates"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROOT = "0123456789abcdef" * 4


class Qube:
    """As much of a qube as the template sees."""

    def __init__(self, **slots):
        self.name = "work"
        self.features = {f"qpkg.slot.{letter}": root for letter, root in slots.items()}


class LibvirtTemplate(unittest.TestCase):
    def render(self, qube):
        loader = jinja2.ChoiceLoader([
            jinja2.FileSystemLoader(BASES),
            jinja2.DictLoader({"libvirt/xen-dist.xml": (FILES / "xen-dist.xml").read_text()})])
        environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined)
        return environment.get_template("libvirt/xen-dist.xml").render(vm=qube)

    def disks(self, qube):
        domain = xml.etree.ElementTree.fromstring(self.render(qube).strip())
        return {disk.find("target").get("dev"): disk for disk in domain.iter("disk")}

    def test_a_qube_without_slots_starts_as_ever(self):
        self.assertEqual(set(self.disks(Qube())), {"xvda"})
        self.assertIn("<console", self.render(Qube()))

    def test_each_slot_is_one_read_only_disk(self):
        disks = self.disks(Qube(**{letter: ROOT for letter in LETTERS}))
        self.assertEqual(set(disks), {"xvda"} | {f"xvdq{letter}" for letter in LETTERS})
        disk = disks["xvdqz"]
        self.assertEqual(disk.get("type"), "block")
        self.assertEqual(disk.find("source").get("dev"), f"/var/lib/qpkg/volumes/{ROOT}.erofs")
        self.assertEqual(disk.find("driver").get("name"), "phy")
        self.assertEqual(disk.find("script").get("path"), "/etc/xen/scripts/qubes-block")
        for letter in LETTERS:
            self.assertIsNotNone(disks[f"xvdq{letter}"].find("readonly"))

    def test_what_is_no_root_stops_the_start_and_is_never_written_out(self):
        hostile = ["", "../../etc/shadow", ROOT[:-1], ROOT + "0", ROOT.upper(), ROOT[:-1] + "\n", ROOT[:-1] + '"',
                   ROOT[:-1] + "g", "\u0660" * 64, '"/><disk type="block"><source dev="/dev/qubes_dom0/root"/></disk>',
                   "{{ vm.name }}", " " + ROOT[1:], 7, True, list(ROOT)]
        for value in hostile:
            with self.subTest(repr(value)):
                with self.assertRaises(jinja2.TemplateNotFound) as refused:
                    self.render(Qube(a=ROOT, c=value))
                self.assertEqual(str(refused.exception), "qpkg: the feature qpkg.slot.c is not the name of a volume "
                                                         "(64 lower-case hex digits)")


class Policy(unittest.TestCase):
    RULES = [line.split() for line in (FILES / "30-qpkg.policy").read_text().splitlines()
             if line and not line.startswith("#")]

    def decides(self, service, argument, target):
        """The action of the first rule that matches a call from a qube, as qrexec-policyd takes it."""
        for found, wanted, _, to, action in self.RULES:
            if found == service and wanted in ("*", argument) and to == target:
                return action
        return None

    def test_every_line_is_a_rule_about_every_qube(self):
        for rule in self.RULES:
            self.assertEqual(len(rule), 5, rule)
            self.assertEqual(rule[2], "@anyvm")
            self.assertRegex(rule[1], r"^(\*|\+[a-zA-Z0-9_.-]+)$")

    def test_no_qube_sets_or_removes_what_becomes_a_disk(self):
        for letter in LETTERS:
            for feature in [f"+qpkg.slot.{letter}", f"+vm-config.qpkg-{letter}", "+qpkg.base", "+qpkg.preload"]:
                for target in ["@anyvm", "@adminvm"]:
                    self.assertEqual(self.decides("admin.vm.feature.Set", feature, target), "deny", feature)
                    self.assertEqual(self.decides("admin.vm.feature.Remove", feature, target), "deny", feature)
        self.assertEqual(self.decides("qpkg.Refresh", "+", "@anyvm"), "deny")

    def test_what_apps_of_composed_volumes_are_told_is_guarded_as_far_as_asked(self):
        def guard(*words):
            return subprocess.run([FILES / "guard-composed", *words], capture_output=True, text=True)
        lines = guard("3").stdout.splitlines()
        self.assertEqual(len(lines), 1 + 2 * 26 * 3)
        for verb in ["Set", "Remove"]:
            for name in ["a0", "a2", "z1"]:
                self.assertIn(f"admin.vm.feature.{verb} +vm-config.qpkg-{name} @anyvm @anyvm deny", lines)
        self.assertEqual(len(guard().stdout.splitlines()), 1 + 2 * 26 * 100)
        for wrong in ["0", "1001", "x", "-1"]:
            self.assertEqual(guard(wrong).returncode, 2)

    def test_other_features_are_left_to_other_policies(self):
        self.assertIsNone(self.decides("admin.vm.feature.Set", "+gui", "@anyvm"))


class SmallFiles(unittest.TestCase):
    def test_udev_keeps_every_slot_and_nothing_else_from_desktops(self):
        pattern = re.search('KERNEL=="([^"]*)"', (FILES / "90-qpkg.rules").read_text()).group(1)
        self.assertEqual(pattern, "xvdq[a-z]")

    def test_qubes_offers_devices_of_the_store(self):
        """Its udev script hides those with the mark in any directory above the file; a package owns the mark here."""
        marked = pathlib.PurePath("/var/lib/qubes")
        root = pathlib.PurePath(re.search('^root = "(.*)"$', (FILES / "qubes.toml").read_text(), re.MULTILINE).group(1))
        self.assertNotIn(marked, (root / "attached/work").parents)
        self.assertEqual(re.search("QPKG_STORE:-(.*)}", (FILES / "make-store").read_text()).group(1), str(root))

    def test_the_configuration_names_the_store_of_the_template(self):
        root = re.search('^root = "(.*)"$', (FILES / "qubes.toml").read_text(), re.MULTILINE).group(1)
        self.assertIn(f'"{root}/volumes/', (FILES / "xen-dist.xml").read_text())


def load(path):
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class Salt(unittest.TestCase):
    """The state over a stub of Salt: what it asks, and what it returns."""

    def setUp(self):
        self.state = load(FILES / "salt/_states/ext_state_qpkg.py")
        self.asked = []
        self.report = {"ok": True, "changed": True}

        def change(verb):
            def call(qube, names, dry_run=False):
                self.asked.append((verb, qube, names, dry_run))
                return self.report
            return call
        self.state.__salt__ = {"qpkg.apps": lambda qube: ["org.debian.git"], "qpkg.install": change("install"),
                               "qpkg.remove": change("remove")}
        self.state.__opts__ = {"test": False}

    def test_both_are_called_qpkg(self):
        self.assertEqual(self.state.__virtual__(), "qpkg")
        self.assertEqual(load(FILES / "salt/_modules/ext_module_qpkg.py").__virtual__(), "qpkg")

    def test_what_is_missing_is_installed_at_once(self):
        result = self.state.installed("work-apps", "work", ["git", "keepassxc", "org.debian.gimp"])
        self.assertEqual(self.asked, [("install", "work", ["keepassxc", "org.debian.gimp"], False)])
        self.assertIs(result["result"], True)
        self.assertEqual(result["changes"]["keepassxc"], {"old": "absent", "new": "present"})
        self.assertEqual(set(result), {"name", "result", "changes", "comment"})

    def test_what_is_there_is_left_alone(self):
        result = self.state.installed("work-apps", "work", ["git"])
        self.assertEqual((self.asked, result["result"], result["changes"]), ([], True, {}))

    def test_test_mode_says_what_would_be(self):
        self.state.__opts__["test"] = True
        result = self.state.removed("no-git", "work", ["git", "gimp"])
        self.assertEqual(self.asked, [("remove", "work", ["git"], True)])
        self.assertIsNone(result["result"])
        self.assertEqual(result["changes"], {"git": {"old": "present", "new": "absent"}})

    def test_a_failure_is_a_failed_state_in_the_words_of_qpkg(self):
        self.report = {"ok": False, "error": {"code": 3, "message": "there is no qube work", "hint": "see qvm-ls"}}
        result = self.state.installed("work-apps", "work", ["gimp"])
        self.assertIs(result["result"], False)
        self.assertEqual(result["changes"], {})
        self.assertEqual(result["comment"], "there is no qube work (hint: see qvm-ls)")


if __name__ == "__main__":
    unittest.main()
