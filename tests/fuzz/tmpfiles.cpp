// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/tmpfiles.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever a module asks for lies below a folder of /run, /var/cache or /var/log or in its state, and leads nowhere
/// else; no mode is one that gives rights.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using qpkg::Tmpfile;
    const auto require = [](bool holds) {
        if (!holds) {
            std::abort();
        }
    };
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto tmpfiles = qpkg::parse_tmpfiles(text, {"hello"});
    require(tmpfiles.made.size() <= qpkg::most_tmpfiles);
    for (const auto& made : tmpfiles.made) {
        const auto top = qpkg::first_folder(made.path);
        require(!top.empty() && made.path.starts_with(top));
        require(!top.starts_with("/var/lib/") || top == "/var/lib/hello");
        for (const auto* part : {"/../", "/./", "//", "%", " "}) {
            require((made.path + '/').find(part) == std::string::npos);
            require(made.target.find(part) == std::string::npos);
        }
        require(!made.target.starts_with("../") && (made.target.empty() == (made.kind != Tmpfile::Kind::link)));
        require(!made.target.starts_with('/') || qpkg::first_folder(made.target) == top ||
                made.target.starts_with("/var/run/"));
        const bool is_special = made.mode == 01777 || (made.mode == 02775 && made.path.starts_with("/run/"));
        require((made.mode & ~0775U) == 0 || (is_special && made.kind == Tmpfile::Kind::directory));
        require(!made.user.empty() && !made.group.empty());
    }
    static_cast<void>(qpkg::tmpfiles_paths(text));
    return 0;
}
