# SPDX-License-Identifier: LGPL-2.1-or-later
# Installed as /usr/share/fish/vendor_completions.d/qpkg.fish. qpkg itself knows what may follow; where it says nothing,
# fish offers files.
function __qpkg_complete
    set -l before (commandline --tokenize --cut-at-cursor --current-process)
    set -l word (commandline --cut-at-cursor --current-token)
    set -l found (qpkg __complete $before[2..] "$word" 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path "$word"
    end
end
complete --command qpkg --no-files --arguments '(__qpkg_complete)'
