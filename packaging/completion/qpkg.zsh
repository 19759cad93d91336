#compdef qpkg
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installed as /usr/share/zsh/site-functions/_qpkg (Debian: vendor-completions/_qpkg). qpkg itself knows what may follow;
# where it says nothing, zsh offers files.
local -a found
found=("${(@f)$(qpkg __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
if [[ -n $found ]]; then
    compadd -a found
else
    _files
fi
