# SPDX-License-Identifier: LGPL-2.1-or-later
"""Salt states: apps that a qube has (`qpkg.installed`) or has not (`qpkg.removed`).

work-apps:
  qpkg.installed:
    - qube: work
    - apps: [firefox-esr, keepassxc]
"""

__virtualname__ = "qpkg"


def __virtual__():
    return __virtualname__


def _is(app, wanted):
    """People name an app by its full id or by its last part."""
    return app == wanted or app.rsplit(".", 1)[-1] == wanted


def _state(name, qube, function, names, done, todo, nothing):
    """Runs `function` for `names`; what a state returns."""
    result = {"name": name, "result": True, "changes": {}, "comment": nothing}
    if not names:
        return result
    dry_run = __opts__["test"]  # noqa: F821  # Salt puts it there
    report = __salt__[function](qube, names, dry_run=dry_run)  # noqa: F821
    if not report["ok"]:
        hint = report["error"].get("hint", "")
        comment = report["error"]["message"] + (f" (hint: {hint})" if hint else "")
        return {**result, "result": False, "comment": comment}
    changes = {app: {"old": "present" if todo == "removed" else "absent",
                     "new": "absent" if todo == "removed" else "present"} for app in names}
    if dry_run:
        return {**result, "result": None, "changes": changes, "comment": f"would be {todo}: {', '.join(names)}"}
    return {**result, "changes": changes, "comment": f"{done}: {', '.join(names)}"}


def installed(name, qube, apps):
    there = __salt__["qpkg.apps"](qube)  # noqa: F821
    missing = [app for app in apps if not any(_is(found, app) for found in there)]
    return _state(name, qube, "qpkg.install", missing, "installed", "installed", f"all are in {qube}")


def removed(name, qube, apps):
    there = __salt__["qpkg.apps"](qube)  # noqa: F821
    present = [app for app in apps if any(_is(found, app) for found in there)]
    return _state(name, qube, "qpkg.remove", present, "removed", "removed", f"none is in {qube}")
