#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the root of Debian packages below it a dom0: xenstore, consoles, and what the test brings for guests.
set -e
mkdir -p /run/lock /run/xen /run/xenstored /run/xen-hotplug /var/log/xen /var/lib/xen /dev/pts
mount -t devpts devpts /dev/pts
mount -t xenfs xenfs /proc/xen
# The scripts that attach disks read from these.
ln -sfn /proc/self/fd /dev/fd
ln -sfn fd/0 /dev/stdin
ln -sfn fd/1 /dev/stdout
ln -sfn fd/2 /dev/stderr

xenstored --pid-file /run/xen/xenstored.pid
until xenstore-exists / 2>/dev/null; do sleep 0.1; done
"$(echo /usr/lib/xen-4.*/bin/xen-init-dom0)" >/dev/null
xenconsoled

# Into memory, where a write by a guest would change them.
mkdir /run/guests
for disk in /sys/block/vd*; do
    if [ "$(cat "$disk/serial")" = guests ]; then
        tar -xf "/dev/${disk##*/}" -C /run/guests
    fi
done
