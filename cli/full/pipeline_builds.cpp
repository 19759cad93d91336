// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/pipeline_builds.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <cstdlib>

namespace qpkg::cli {
namespace {

/// What stands behind the last of these words at the beginning of a line; empty where none does.
std::string told_behind(const std::string& errors, std::string_view word)
{
    std::string told;
    for (const auto& line : text::split(errors, '\n')) {
        if (line.starts_with(word)) {
            told = line.substr(word.size());
        }
    }
    return told;
}

Error failure_of(const CommandResult& result)
{
    const auto told = told_behind(result.errors, "Failed: ");
    const bool is_ours = result.status > 0 && result.status < 128 && !told.empty();
    return is_ours ? Error(static_cast<Code>(result.status), told, told_behind(result.errors, "hint: "))
                   : Error(Code::failed, "the build ended with " + std::to_string(result.status));
}

/// Faults of a test are those of the process that it means.
void forget_faults()
{
    for (const auto* name :
         {"QPKG_FAULT_TRACE", "QPKG_FAULT_KILL", "QPKG_FAULT_POWER", "QPKG_FAULT_FULL", "QPKG_FAULT_INTERRUPT"}) {
        ::unsetenv(name);
    }
}

} // namespace

std::function<void(const std::filesystem::path& recipe, const std::filesystem::path& out)>
build_by_itself(const Options& options, const std::filesystem::path& inputs)
{
    std::vector<std::string> words{"/proc/self/exe",      "--quiet",   "--root",
                                   options.root.string(), "--backend", options.backend};
    if (!options.config.empty()) {
        words.insert(words.end(), {"--config", options.config.string()});
    }
    return [words, inputs](const std::filesystem::path& recipe, const std::filesystem::path& out) {
        files::make_directories(out);
        qpkg::Command command{.argv = words, .in_child = forget_faults};
        command.argv.insert(command.argv.end(),
                            {"build", recipe.string(), "--out", out.string(), "--inputs", inputs.string()});
        if (const auto result = run(command); result.status != 0) {
            throw failure_of(result);
        }
    };
}

} // namespace qpkg::cli
