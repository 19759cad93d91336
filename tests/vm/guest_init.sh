#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# /init of the test machines: kernel modules, then the base volume as root where there is one, then a shell on the second
# serial port for tests/vm/machine.py.
export PATH=/usr/bin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do
    case $(cat /proc/cmdline) in
    *test.no-verity*)
        case $module in dm-*) continue ;; esac
        ;;
    esac
    insmod "/lib/modules/$module" || echo "insmod $module failed"
done </lib/modules/order

disk_with_serial() {
    for disk in /sys/block/vd*; do
        if [ "$(cat "$disk/serial" 2>/dev/null)" = "$1" ]; then
            echo "/dev/${disk##*/}"
        fi
    done
}

case $(cat /proc/cmdline) in
*test.base*)
    tries=0
    until base=$(disk_with_serial qpkg-base) && [ -n "$base" ] || [ $tries -gt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    mount -t erofs -o ro "$base" /newroot
    for place in dev proc sys; do
        mount --move "/$place" "/newroot/$place"
    done
    mount -t tmpfs run /newroot/run
    cp /serve /newroot/run/serve
    exec switch_root /newroot /bin/sh /run/serve
    ;;
*) exec /bin/sh /serve ;;
esac
