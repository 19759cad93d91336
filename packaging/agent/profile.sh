# SPDX-License-Identifier: LGPL-2.1-or-later
# Installed in qubes as /etc/profile.d/qpkg.sh: what apps export comes after all that the qube has itself, also where a
# PATH that was inherited has it elsewhere.
case ":$PATH:" in
*:/run/qpkg/bin:) ;;
*:/run/qpkg/bin:*)
    PATH=":$PATH:"
    PATH="${PATH%%:/run/qpkg/bin:*}:${PATH#*:/run/qpkg/bin:}/run/qpkg/bin"
    export PATH="${PATH#:}"
    ;;
*) export PATH="$PATH:/run/qpkg/bin" ;;
esac
case ":${XDG_DATA_DIRS:=/usr/local/share:/usr/share}:" in
*:/run/qpkg/share:*) ;;
*) export XDG_DATA_DIRS="$XDG_DATA_DIRS:/run/qpkg/share" ;;
esac
