// SPDX-License-Identifier: LGPL-2.1-or-later
#include "workshop/run.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace qpkg::workshop {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_resolv_conf = 64 * 1024;
constexpr std::size_t shown_lines = 4;     // of each stream
constexpr std::size_t longest_shown = 300; // characters of a line

/// Without empty ones.
std::vector<std::string> last_of(std::vector<std::string> lines)
{
    std::erase_if(lines, [](const std::string& line) { return text::trimmed(line, " \t\r").empty(); });
    if (lines.size() > shown_lines) {
        lines.erase(lines.begin(), lines.end() - shown_lines);
    }
    return lines;
}

std::string joined(std::vector<std::string> lines)
{
    for (auto& line : lines) {
        line = text::escaped(text::trimmed(line, " \t\r"), longest_shown);
    }
    return text::join(lines, "; ");
}

} // namespace

Run::Run(const Workshop& workshop, const std::string& name) : workshop_(workshop), place_(workshop.scratch / name)
{
    request_.base_image = workshop.base_image;
    request_.upper = place_ / "upper";
    request_.work = place_ / "work";
    request_.lower = {place_ / "layer"};
    request_.command.environment = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                                    {"HOME", "/root"},
                                    {"LC_ALL", "C.UTF-8"},
                                    {"TZ", "UTC"}};
    request_.command.clean_environment = true;
    const ForeignTree scratch(workshop.scratch);
    for (const auto* part : {"upper", "work", "layer"}) {
        scratch.make_directories(name + '/' + part);
    }
}

fs::path Run::layer(const fs::path& inside) const
{
    ForeignTree(place_ / "layer").make_directories(inside.parent_path().string());
    return place_ / "layer" / inside.relative_path();
}

void Run::allow_network()
{
    request_.network = Network::host;
    for (const auto* name : {"http_proxy", "https_proxy", "no_proxy"}) {
        if (const auto* value = std::getenv(name)) {
            request_.command.environment.emplace_back(name, value);
        }
    }
    if (const auto servers = files::read_if_exists("/etc/resolv.conf", largest_resolv_conf)) {
        files::write(layer("/etc/resolv.conf"), *servers, 0644, files::Durability::scratch);
    }
}

CommandResult Run::operator()(std::vector<std::string> argv)
{
    auto request = request_;
    request.command.argv = std::move(argv);
    request.command.on_line = [&](std::string_view line) {
        log::debug(line);
        if (request_.command.on_line) {
            request_.command.on_line(line);
        }
    };
    return workshop_.sandbox.run(request);
}

std::vector<std::string> last_words(std::vector<std::string> output, std::vector<std::string> errors)
{
    auto words = last_of(std::move(output));
    std::ranges::move(last_of(std::move(errors)), std::back_inserter(words));
    return words;
}

Error command_error(const CommandResult& result, const std::string& what, const std::string& hint,
                    std::string_view noise)
{
    auto lines = text::split(result.errors.empty() ? result.output : result.errors, '\n');
    std::erase_if(lines, [&](const std::string& line) { return !noise.empty() && line.starts_with(noise); });
    return {Code::failed, what + ": " + joined(last_of(std::move(lines))), hint};
}

Error script_error(const std::string& what, const std::vector<std::string>& words)
{
    return {Code::failed, words.empty() ? what + ", and said nothing" : what + "; its last words: " + joined(words),
            "with -v all that it says is told as it comes"};
}

} // namespace qpkg::workshop
