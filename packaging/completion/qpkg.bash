# SPDX-License-Identifier: LGPL-2.1-or-later
# Installed as /usr/share/bash-completion/completions/qpkg. qpkg itself knows what may follow; where it says nothing,
# bash offers files.
_qpkg() {
    mapfile -t COMPREPLY < <(qpkg __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _qpkg qpkg
