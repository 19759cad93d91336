// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/commit_identity.hpp"

namespace qpkg {

std::string collection_id(const std::string& name_space)
{
    std::string id;
    bool first_of_part = true;
    for (const char c : name_space) {
        const bool digit = c >= '0' && c <= '9';
        if (first_of_part && digit) {
            id += '_';
        }
        id += digit || (c >= 'a' && c <= 'z') || c == '.' ? c : '_';
        first_of_part = c == '.';
    }
    return id.find('.') == std::string::npos ? "qpkg." + id : id;
}

std::map<std::string, std::string> commit_identity(const AppId& app, const Arch& arch, const BaseOrNone& base,
                                                   const std::string& version)
{
    return {{"ostree.collection-binding", collection_id(namespace_of(app))},
            {"qpkg.app", app.text()},
            {"qpkg.arch", arch.text()},
            {"qpkg.base", base.text()},
            {"qpkg.version", version}};
}

std::map<std::string, std::string> commit_identity(const BaseId& base, const Arch& arch)
{
    std::map<std::string, std::string> identity{{"qpkg.arch", arch.text()}, {"qpkg.base", base.text()}};
    if (const auto app = AppId::parse(base.text())) {
        identity.emplace("ostree.collection-binding", collection_id(namespace_of(*app)));
    }
    return identity;
}

std::map<std::string, std::string> commit_identity(const Release& release)
{
    return is_base(release) ? commit_identity(*release.base.base(), release.arch)
                            : commit_identity(release.app, release.arch, release.base, release.version);
}

} // namespace qpkg
