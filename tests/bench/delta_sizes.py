# SPDX-License-Identifier: LGPL-2.1-or-later
"""delta_sizes.py SITE APP UPGRADE.json: bytes of the newest release's delta, of the objects it saves, and transferred."""

import json
import pathlib
import sys

site, app, upgrade = sys.argv[1:]
manifests = [json.loads(path.read_text()) for path in pathlib.Path(site).glob(f"targets/org.debian/{app}/*/*.json")]
newest = max(manifests, key=lambda manifest: manifest["sequence"])
_, _, size, objects, _ = newest["deltas"][0]
print(size, objects, json.loads(pathlib.Path(upgrade).read_text())["fetched_bytes"])
