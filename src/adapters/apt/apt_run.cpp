// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_run.hpp"

#include "adapters/apt/apt_text.hpp"
#include "adapters/apt/package_cache.hpp"
#include "adapters/apt/package_name.hpp"

namespace qpkg::apt {

/// APT::Sandbox::User: a sandbox of one user has no room for apt's own.
const std::vector<std::string> apt_get{"apt-get", "-q", "-y", "-o", "APT::Sandbox::User=root", "-o", "Dpkg::Use-Pty=0"};

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more)
{
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

AptRun::AptRun(const Workshop& workshop, const std::string& name) : Run(workshop, name)
{
    auto& environment = command().environment;
    environment.emplace_back("DEBIAN_FRONTEND", "noninteractive");
    environment.emplace_back("DEBCONF_NONINTERACTIVE_SEEN", "true");
}

OnlineRun::OnlineRun(const Workshop& workshop, const std::string& name) : AptRun(workshop, name)
{
    allow_network();
    prepare_cache(workshop.cache);
    request().binds = {{workshop.cache / "lists", "/var/lib/apt/lists"}, {workshop.cache / "apt", "/var/cache/apt"}};
}

Error command_error(const CommandResult& result, const std::string& what, const std::string& hint)
{
    return workshop::command_error(result, what, hint, "W: ");
}

std::string record_word(const std::string& name, const std::string& arch, const std::string& version)
{
    return name + (arch == "all" ? "" : ':' + arch) + '=' + version;
}

std::map<std::string, Digest> digests_in(std::string_view records)
{
    std::map<std::string, Digest> digests;
    for (const auto& package : parse_package_records(records)) {
        digests.emplace(package_file_name(package), package.sha256);
    }
    return digests;
}

} // namespace qpkg::apt
