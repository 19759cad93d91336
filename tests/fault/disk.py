# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk of its own for each test: XFS in a sparse file, which can lose power and comes back as a real one would."""

import fcntl
import os
import pathlib
import shutil
import struct
import subprocess

IMAGE_SIZE = 2 << 30  # bytes, sparse
XFS_IOC_GOINGDOWN = 0x8004587D  # _IOR('X', 125, __u32)
WITHOUT_LOG_FLUSH = 2


def run_checked(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


class Disk:
    """Mounted while the `with` block lasts. `state` is what a test may change; `pristine` is what it is reset to."""

    def __init__(self, folder):
        self.image = pathlib.Path(folder) / "disk"
        self.mount_point = pathlib.Path(folder) / "mounted"
        self.state = self.mount_point / "state"
        self.pristine = self.mount_point / "pristine"

    def __enter__(self):
        self.mount_point.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(IMAGE_SIZE)
        run_checked("mkfs.xfs", "-q", "-m", "reflink=1", str(self.image))
        self._mount()
        self.state.mkdir()
        return self

    def __exit__(self, *_):
        run_checked("umount", str(self.mount_point))

    def _mount(self):
        run_checked("mount", "-o", "loop", str(self.image), str(self.mount_point))

    def _sync(self):
        """Of this disk alone: a sync of all would save another test's disk from the losses that it must see."""
        run_checked("sync", "--file-system", str(self.mount_point))

    def keep_as_pristine(self):
        """What lies in `state` now is where every following test starts."""
        run_checked("cp", "-a", "--reflink=always", str(self.state), str(self.pristine))
        self._sync()

    def reset(self):
        shutil.rmtree(self.state)
        run_checked("cp", "-a", "--reflink=always", str(self.pristine), str(self.state))
        self._sync()

    def lose_power(self):
        """Everything that is not synced is gone, the file system's own log included."""
        descriptor = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, XFS_IOC_GOINGDOWN, struct.pack("I", WITHOUT_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def restart(self):
        """After a loss of power: mount again, which replays the log."""
        run_checked("umount", str(self.mount_point))
        self._mount()
