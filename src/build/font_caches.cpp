// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/font_caches.hpp"

#include "build/scan.hpp"
#include "repo-format/guest/font_caches.hpp"
#include "workshop/run.hpp"

#include "qpkg/core/foreign_tree.hpp"

#include <string>

namespace qpkg::build {
namespace {

constexpr const char* cache_program = "/usr/bin/fc-cache";
constexpr const char* made_in = "/var/cache/fontconfig";
constexpr std::size_t largest_cache = 64 * 1024 * 1024;

} // namespace

bool wants_font_caches(const std::filesystem::path& directory, const Fd& base)
{
    const ForeignTree tree(directory);
    const bool brings_program = tree.look(cache_program).has_value();
    return brings_program || (exists_in_root(base, cache_program) && tree.has_directory("/usr/share/fonts"));
}

void add_font_caches(const Workshop& workshop, const std::filesystem::path& volume,
                     const std::filesystem::path& directory, std::int64_t epoch)
{
    workshop::Run run(workshop, "fonts");
    run.request().lower = {volume};
    workshop.progress.begin("fonts", "caches", 0);
    const auto result = run({cache_program, "--system-only", "--force"});
    if (result.status != 0) {
        throw workshop::command_error(result, "make the caches of fonts");
    }
    const ForeignTree made(run.upper());
    const ForeignTree tree(directory);
    std::size_t count = 0;
    for (const auto& entry : made.list(made_in)) {
        if (S_ISREG(entry.info.st_mode) && entry.path.find(".cache-") != std::string::npos) {
            const auto place = std::string(font_caches) + entry.path.substr(entry.path.rfind('/'));
            tree.write(place, made.read(entry.path, largest_cache));
            tree.set_time(place, epoch);
            ++count;
        }
    }
    workshop.progress.end(std::to_string(count));
}

} // namespace qpkg::build
