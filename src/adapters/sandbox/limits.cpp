// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/limits.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/room.hpp"
#include "qpkg/core/text.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace qpkg::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kept_free = std::uint64_t{256} << 20U; ///< bytes: whatever a run does, the disk is never full
constexpr std::size_t largest_row = 4096;

struct ProcessUse {
    std::uint64_t processes = 0; ///< threads count as well
    std::uint64_t memory = 0;    ///< bytes that belong to no file
};

/// The only child of the process that made the pid namespace; nothing while it is not there.
std::optional<std::string> first_process(pid_t maker)
{
    const auto number = std::to_string(maker);
    const auto children =
        files::read_if_exists("/proc/" + number + "/task/" + number + "/children", largest_row).value_or("");
    auto first = children.substr(0, children.find(' '));
    return first.empty() ? std::nullopt : std::optional(std::move(first));
}

/// Of /proc/N/statm: size, resident and shared pages.
std::uint64_t memory_of(const fs::path& process)
{
    std::string row;
    try {
        row = files::read_if_exists(process / "statm", largest_row).value_or("");
    } catch (const Error&) {
        return 0; // it has just ended
    }
    const auto words = text::split(row, ' ');
    const auto pages = [&](std::size_t index) {
        std::uint64_t value = 0;
        if (index < words.size()) {
            std::from_chars(words[index].data(), words[index].data() + words[index].size(), value);
        }
        return value;
    };
    const auto resident = pages(1);
    return (resident - std::min(resident, pages(2))) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Where a process sees itself and its descendants; nothing while it still has our root, whose /proc shows everybody.
std::optional<fs::path> own_proc(const std::string& process)
{
    struct stat its {};
    struct stat ours {};
    fs::path place = "/proc/" + process + "/root/proc";
    const bool both = ::stat(place.c_str(), &its) == 0 && ::stat("/proc", &ours) == 0;
    return both && its.st_dev != ours.st_dev ? std::optional(std::move(place)) : std::nullopt;
}

ProcessUse use_of_processes(pid_t child)
{
    ProcessUse use;
    const auto first = first_process(child);
    const auto proc = first ? own_proc(*first) : std::nullopt;
    if (!proc) {
        return use;
    }
    std::error_code ended;
    for (const auto& entry : fs::directory_iterator(*proc, ended)) {
        const auto name = entry.path().filename().string();
        if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
            continue;
        }
        struct stat threads {};
        const bool counted = ::stat((entry.path() / "task").c_str(), &threads) == 0 && threads.st_nlink > 2;
        use.processes += counted ? threads.st_nlink - 2 : 1;
        use.memory += memory_of(entry.path());
    }
    return use;
}

std::string amount_of(std::chrono::seconds time)
{
    const auto seconds = time.count();
    if (seconds % 3600 == 0) {
        return std::to_string(seconds / 3600) + " h";
    }
    return seconds % 60 == 0 ? std::to_string(seconds / 60) + " min" : std::to_string(seconds) + " s";
}

} // namespace

LimitWatch::LimitWatch(const SandboxLimits& limits, const SandboxRun& run, const std::optional<ControlGroup>& group)
    : limits_(limits), run_(run), group_(group), begin_(std::chrono::steady_clock::now()),
      least_free_(std::min(kept_free, files::room_at(run.upper).bytes / 2))
{
}

void LimitWatch::look(pid_t child) const
{
    if (std::chrono::steady_clock::now() - begin_ > limits_.time) {
        throw over(Code::failed, "ran for more than " + amount_of(limits_.time), "minutes");
    }
    look_at_counts();
    if (!group_) {
        look_at_processes(child);
    }
    look_at_disk();
}

void LimitWatch::look_at_counts() const
{
    if (group_ && group_->ran_out_of_processes()) {
        throw over(Code::no_space, "used more than " + std::to_string(limits_.processes) + " processes", "processes");
    }
    if (group_ && group_->ran_out_of_memory()) {
        throw over(Code::no_space, "used more than " + text::human_size(limits_.memory) + " of memory", "memory_mib");
    }
}

void LimitWatch::look_at_processes(pid_t child) const
{
    const auto use = use_of_processes(child);
    if (use.processes > limits_.processes) {
        throw over(Code::no_space, "used more than " + std::to_string(limits_.processes) + " processes", "processes");
    }
    if (use.memory > limits_.memory) {
        throw over(Code::no_space, "used more than " + text::human_size(limits_.memory) + " of memory", "memory_mib");
    }
}

void LimitWatch::look_at_disk() const
{
    if (disk_use(run_.upper) > limits_.disk) {
        throw over(Code::no_space, "used more than " + text::human_size(limits_.disk) + " of disk", "disk_mib");
    }
    // What was removed and is still open has no name to be counted by.
    if (files::room_at(run_.upper).bytes < least_free_) {
        throw Error(Code::no_space, run_.command.argv.at(0) + " was ended: the disk of " + run_.upper.string() +
                                        " has less than " + text::human_size(least_free_) + " left");
    }
}

Error LimitWatch::over(Code code, const std::string& limit, const std::string& key) const
{
    return {code, "the build " + limit + ": " + text::escaped(run_.command.argv.at(0)) + " was ended",
            "the limit is " + key + " in the section [build] of /etc/qpkg/qpkg.toml"};
}

} // namespace qpkg::sandbox
