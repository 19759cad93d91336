// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/program.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/core/removal.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace qpkg::program {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_table = 1024 * 1024;
constexpr int cannot_run = 126; // as shells have it
constexpr int not_found = 127;
// Apps come last: none takes a name from the base. The folders before are those of a login on Debian.
constexpr const char* user_path = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games:/run/qpkg/bin";
constexpr const char* root_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/qpkg/bin";

/// What a program may learn of the caller's surroundings: his terminal, language, display and way of typing.
constexpr std::array passed_variables = {"TERM",       "COLORTERM",     "NO_COLOR",    "COLUMNS",  "LINES",
                                         "LANG",       "LANGUAGE",      "LC_ALL",      "LC_CTYPE", "LC_MESSAGES",
                                         "TZ",         "DISPLAY",       "LC_NUMERIC",  "LC_TIME",  "WAYLAND_DISPLAY",
                                         "XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE"};

/// Empty when it is not there.
std::string read_table(const char* path)
{
    const Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
    std::string text(largest_table, '\0');
    std::size_t done = 0;
    while (fd && done < text.size()) {
        const auto got = ::read(fd.get(), text.data() + done, text.size() - done);
        if (got <= 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    text.resize(done);
    return text;
}

UserEntry require_user(const std::string& name)
{
    if (auto entry = find_user(read_table("/etc/passwd"), read_table("/etc/group"), name)) {
        return *std::move(entry);
    }
    throw Error(Code::failed, "the qube's base has no user \"" + name + '"');
}

void give_to(const fs::path& path, const UserEntry& user)
{
    if (::lchown(path.c_str(), user.uid, user.gid) != 0) {
        throw system_error("give " + path.string() + " to " + user.name, errno);
    }
}

/// Complete before it has its name, so that a killed first start leaves no half of a home.
void make_home(const UserEntry& user)
{
    const fs::path home = user.home;
    if (home.parent_path() != "/home" || fs::exists(fs::symlink_status(home))) {
        return;
    }
    const auto fresh = home.parent_path() / ("." + user.name + ".new");
    files::remove_tree(fresh);
    fs::create_directory(fresh);
    if (fs::is_directory("/etc/skel")) {
        fs::copy("/etc/skel", fresh, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    }
    give_to(fresh, user);
    for (const auto& entry : fs::recursive_directory_iterator(fresh)) {
        give_to(entry.path(), user);
    }
    if (::chmod(fresh.c_str(), 0700) != 0 || ::rename(fresh.c_str(), home.c_str()) != 0) {
        throw system_error("make the home " + home.string(), errno);
    }
}

fs::path make_runtime_directory(const UserEntry& user)
{
    auto directory = fs::path("/run/user") / std::to_string(user.uid);
    fs::create_directories(directory);
    give_to(directory, user);
    if (::chmod(directory.c_str(), 0700) != 0) {
        throw system_error("set the mode of " + directory.string(), errno);
    }
    return directory;
}

Environment environment_of(const UserEntry& user, const fs::path& runtime, const Environment& passed)
{
    Environment environment{
        {"PATH", user.uid == 0 ? root_path : user_path},
        {"HOME", user.home},
        {"USER", user.name},
        {"LOGNAME", user.name},
        {"SHELL", user.shell},
        {"XDG_RUNTIME_DIR", runtime.string()},
        {"XDG_DATA_DIRS", "/usr/local/share:/usr/share:/run/qpkg/share"},
    };
    environment.insert(passed.begin(), passed.end());
    return environment;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> all;
    for (auto& text : texts) {
        all.push_back(text.data());
    }
    all.push_back(nullptr);
    return all;
}

void become_user(const UserEntry& user)
{
    if (::setgroups(user.groups.size(), user.groups.data()) != 0 || ::setresgid(user.gid, user.gid, user.gid) != 0 ||
        ::setresuid(user.uid, user.uid, user.uid) != 0) {
        throw system_error("become " + user.name, errno);
    }
}

/// What of the host could still be reached through a descriptor ends with the exec.
void close_at_exec(unsigned first) { ::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC); }

} // namespace

Environment callers_environment()
{
    Environment environment;
    for (const auto* name : passed_variables) {
        if (const char* const value = std::getenv(name)) {
            environment.emplace(name, value);
        }
    }
    return environment;
}

Program prepare_program(const std::string& qube, const std::string& user, std::vector<std::string> argv,
                        const Environment& passed)
{
    auto entry = require_user(user);
    make_home(entry);
    auto environment = environment_of(entry, make_runtime_directory(entry), passed);
    if (argv.empty()) {
        argv = {entry.shell};
    }
    return {qube, std::move(argv), std::move(entry), std::move(environment)};
}

int become_program(const Program& program, unsigned first_closed)
{
    close_at_exec(first_closed);
    become_user(program.user);
    if (::chdir(program.user.home.c_str()) != 0) {
        (void)!::chdir("/");
    }
    ::clearenv();
    for (const auto& [name, value] : program.environment) {
        ::setenv(name.c_str(), value.c_str(), 1);
    }
    auto words = program.argv;
    ::execvp(words[0].c_str(), pointers(words).data());
    const int cause = errno;
    const bool absent = cause == ENOENT || cause == ENOTDIR;
    ::dprintf(STDERR_FILENO, "%s: %s: %s\n", program.qube.c_str(), words[0].c_str(),
              absent ? "no such program in this qube" : std::strerror(cause));
    return absent ? not_found : cannot_run;
}

int become_agent(const char* path, const char* verb)
{
    close_at_exec(3);
    ::clearenv();
    ::setenv("PATH", root_path, 1);
    (void)!::chdir("/");
    ::execl(path, "qpkg-agent", verb, nullptr);
    throw system_error("run the agent", errno);
}

} // namespace qpkg::program
