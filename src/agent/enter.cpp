// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/enter.hpp"

#include "agent/whole_view.hpp"
#include "core/kernel_file.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/text.hpp"

#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace qpkg::agent {
namespace {

constexpr std::string_view view_option = "--view=";
constexpr std::string_view launch_option = "--launch=";
constexpr const char* usage = "usage: qpkg-run APP COMMAND [ARGUMENT…] | qpkg-run --view=APP PROGRAM [ARGUMENT…]";

void write_map(const char* path, const std::string& text)
{
    if (!write_kernel_file(path, text)) {
        throw system_error(std::string("write ") + path, errno);
    }
}

/// A user namespace that knows the caller alone, by his own numbers: no program may take him for root.
void make_user_namespace()
{
    const auto user = std::to_string(::getuid());
    const auto group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
        const auto hint = errno == EPERM ? "this kernel or container lets no ordinary user make a user namespace"
                                         : "too many views are nested, or /proc/sys/user sets a limit";
        throw Error(Code::failed, std::string(system_error("make a user namespace", errno).what()) + " (" + hint + ")");
    }
    write_map("/proc/self/setgroups", "deny");
    write_map("/proc/self/uid_map", user + ' ' + user + " 1");
    write_map("/proc/self/gid_map", group + ' ' + group + " 1");
}

void make_namespaces()
{
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0) {
        make_user_namespace();
    }
    mounts::make_following("/"); // apps that are added later can be started from this view, too
}

/// Over the root's own.
void bind_trees(const QubePaths& layout, const fs::path& view)
{
    for (const auto* tree : view_trees) {
        if (fs::is_directory(view / tree)) {
            mounts::bind(view / tree, layout.root / tree);
        }
    }
}

AppId app_named(std::string_view text)
{
    if (const auto app = AppId::parse(text)) {
        return *app;
    }
    throw Error(Code::usage, "\"" + std::string(text.substr(0, 200)) + "\" is no app id");
}

} // namespace

Invocation parse_invocation(const std::vector<std::string>& words)
{
    const auto rest = [&](std::size_t from) {
        return std::vector<std::string>(words.begin() + static_cast<std::ptrdiff_t>(from), words.end());
    };
    if (words.size() < 2) {
        throw Error(Code::usage, usage);
    }
    const std::string_view first = words[0];
    if (first.starts_with(view_option)) {
        return {app_named(first.substr(view_option.size())), std::nullopt, rest(1)};
    }
    if (first.starts_with(launch_option)) {
        const auto colon = first.find(':');
        if (colon == std::string_view::npos) {
            throw Error(Code::usage, usage);
        }
        const auto app = app_named(first.substr(launch_option.size(), colon - launch_option.size()));
        return {app, std::string(first.substr(colon + 1)), rest(2)};
    }
    return {app_named(first), words[1], rest(2)};
}

std::string program_of(const QubePaths& layout, const AppId& app, const std::string& command)
{
    if (!fs::is_directory(layout.view(app))) {
        throw Error(Code::not_found, "this qube has no app " + app.text());
    }
    const auto link = layout.view(app) / "commands" / command;
    std::array<char, 4096> target{};
    const auto length =
        command.find('/') == std::string::npos ? ::readlink(link.c_str(), target.data(), target.size()) : -1;
    if (length <= 0) {
        throw Error(Code::not_found, app.text() + " exports no command \"" + command + "\"");
    }
    return {target.data(), static_cast<std::size_t>(length)};
}

std::string called_as(const std::string& program, const std::string& path)
{
    const auto name = fs::path(program).filename();
    for (const auto& folder : text::split(path, ':')) {
        const auto candidate = fs::path(folder) / name;
        std::error_code unknown;
        if (!folder.empty() && fs::exists(candidate, unknown)) {
            return fs::equivalent(candidate, program, unknown) ? name.string() : program;
        }
    }
    return program;
}

void enter_view(const QubePaths& layout, const AppId& app)
{
    const auto view = layout.view(app);
    if (!fs::is_directory(view)) {
        throw Error(Code::not_found, "this qube has no app " + app.text());
    }
    std::array<char, 4096> here{};
    const bool knows_here = ::getcwd(here.data(), here.size()) != nullptr;
    make_namespaces();
    leave_whole_view(layout);
    const bool is_whole = fs::is_directory(layout.whole(app));
    if (is_whole) {
        enter_whole_view(layout, app);
    } else {
        bind_trees(layout, view);
    }
    // The place may have been covered. Where it is gone, the old one stays, but no other root is left behind.
    if (knows_here && ::chdir(here.data()) != 0 && is_whole) {
        (void)!::chdir("/");
    }
}

std::string without_parts(const std::string& list, const std::function<bool(std::string_view)>& is_unwanted)
{
    std::string kept;
    for (std::size_t begin = 0; begin <= list.size();) {
        const auto end = std::min(list.find(':', begin), list.size());
        const auto part = list.substr(begin, end - begin);
        if (!part.empty() && !is_unwanted(part)) {
            kept += (kept.empty() ? "" : ":") + part;
        }
        begin = end + 1;
    }
    return kept;
}

std::string with_last(const std::string& list, const std::string& part)
{
    const auto others = without_parts(list, [&](std::string_view one) { return one == part; });
    return others.empty() ? part : others + ':' + part;
}

} // namespace qpkg::agent
