#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stands in for QubesDB's program in guests of a plain Xen: prints what dom0 wrote for this guest into xenstore.
# $1: /vm-config/qpkg-, the beginning of the names.
folder=$(dirname "${1#/}")
beginning=${1##*/}
for name in $(xenstore-list "$folder" 2>/dev/null); do
    case $name in
    "$beginning"*) echo "${name#"$beginning"} = $(xenstore-read "$folder/$name")" ;;
    esac
done
