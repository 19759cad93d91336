// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_tests.hpp"

#include "workshop/run.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <fmt/format.h>

namespace qpkg::build {
namespace {

/// Runs its first argument as the ordinary user of a qube, in a home of its own.
constexpr const char* as_user = "mkdir -m 700 /tmp/home && chown 1000:1000 /tmp/home && cd /tmp/home && "
                                "exec /usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups /bin/sh -c \"$1\"";

} // namespace

void run_tests(const Workshop& workshop, const std::filesystem::path& tree, const std::vector<std::string>& tests)
{
    for (std::size_t i = 0; i < tests.size(); ++i) {
        workshop::Run run(workshop, "test-" + std::to_string(i));
        run.request().lower = {tree};
        run.command().environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"},
                                     {"HOME", "/tmp/home"},
                                     {"LANG", "C.UTF-8"}};
        workshop.progress.begin("test", tests[i], 0);
        const auto result = run({"/bin/sh", "-c", as_user, "sh", tests[i]});
        if (result.status != 0) {
            throw workshop::script_error(
                fmt::format("test \"{}\" ended with {}", text::escaped(tests[i]), result.status),
                workshop::last_words(text::split(result.output, '\n'), text::split(result.errors, '\n')));
        }
        workshop.progress.end("passed");
    }
}

} // namespace qpkg::build
