#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# /sbin/init of machines that nobody but their host speaks to: the agent, and what starts programs for the host.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
/usr/libexec/qpkg/qpkg-agent boot
/usr/libexec/qpkg/qpkg-agent serve &
while :; do
    wait
    sleep 1
done
