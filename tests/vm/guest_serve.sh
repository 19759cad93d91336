#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Process 1 of the test machines: starts the agent (where systemd is process 1, its unit has) or a dom0, then runs what
# comes in as lines of base64.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/run/qpkg/bin HOME=/
port=$(sed -n 's/.*test\.shell=\([a-z0-9]*\).*/\1/p' /proc/cmdline)
port=/dev/${port:-ttyS1}
case $port in *vport*) ;; *) stty -F "$port" raw -echo ;; esac
exec <>"$port" >&0
if grep -q test.dom0 /proc/cmdline; then
    sh /run/dom0_start.sh 2>&1
    status=$?
elif [ $$ = 1 ]; then
    read -r began rest </proc/uptime
    /usr/libexec/qpkg/qpkg-agent boot 2>&1
    status=$?
    read -r ended rest </proc/uptime
    echo "$began $ended" | awk '{ print $2 - $1 }' >/run/agent-seconds
else
    journalctl --boot --output cat --quiet --unit qpkg-agent --identifier qpkg-agent
    status=$(systemctl show --property ExecMainStatus --value qpkg-agent)
fi
echo "=== $status"
while read -r line; do
    sh -c "$(echo "$line" | base64 -d)" >/run/said 2>&1 </dev/null
    status=$?
    cat /run/said
    echo "=== $status"
done
