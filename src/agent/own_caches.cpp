// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/own_caches.hpp"

#include "agent/enter.hpp"
#include "agent/small_files.hpp"
#include "repo-format/guest/checksum.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace qpkg::agent {
namespace {

constexpr std::size_t largest_announced = 256 * 1024;
constexpr std::string_view identity_folder = "/run/qpkg/own/"; ///< nothing is there
constexpr std::string_view caches_of_views = "/qpkg/";         ///< below the folder of caches
constexpr std::string_view registry_name = "/gstreamer-1.0.bin";

} // namespace

std::optional<std::string> identity_of_view(const QubePaths& layout, const AppId& app)
{
    const auto file = layout.view(app) / "announced";
    if (!fs::exists(file)) {
        return std::nullopt;
    }
    auto lines = read_file(file, largest_announced);
    const auto device = std::min(lines.find('\n'), lines.size()); // the second line: another one at each start
    lines.erase(device, std::min(lines.find('\n', device + 1), lines.size()) - device);
    Checksum sum;
    sum.add(lines);
    struct stat base {};
    if (::stat((layout.base() / "usr").c_str(), &base) == 0) {
        sum.add(base.st_mtime); // of a volume's folder: a checksum of all that is in it
    }
    return sum.hex();
}

std::string with_identity(const std::string& list, const std::string& identity)
{
    const auto others = without_parts(list, [](std::string_view one) { return one.starts_with(identity_folder); });
    return with_last(others, std::string(identity_folder) + identity);
}

std::optional<std::string> own_registry(const std::function<std::string(const char*)>& environment,
                                        const std::string& identity)
{
    const auto home = environment("HOME");
    auto folder = environment("XDG_CACHE_HOME");
    if (!folder.starts_with('/')) {
        folder = home + "/.cache";
    }
    folder += caches_of_views;
    for (const auto* name : {"GST_REGISTRY_1_0", "GST_REGISTRY"}) {
        const auto chosen = environment(name);
        if (!chosen.empty() && !chosen.starts_with(folder)) {
            return std::nullopt;
        }
    }
    return folder.starts_with("/.cache") ? std::nullopt : std::optional(folder.append(identity).append(registry_name));
}

} // namespace qpkg::agent
