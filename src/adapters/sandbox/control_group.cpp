// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/control_group.hpp"

#include "core/control_groups.hpp"
#include "core/kernel_file.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

namespace qpkg::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_prefix = "qpkg-build-";
constexpr std::size_t largest_file = 64 * 1024;
constexpr int removal_attempts = 100;
constexpr unsigned between_attempts = 20'000; // µs: two seconds in all

enum class Needed { yes, no };

/// The kernel's file takes the value, or it is an error.
void write_value(const fs::path& file, const std::string& value, Needed needed = Needed::yes)
{
    if (!write_kernel_file(file, value) && needed == Needed::yes) {
        throw system_error("write " + file.string(), errno);
    }
}

std::string text_of(const fs::path& file) { return files::read_if_exists(file, largest_file).value_or(""); }

/// The number behind a name in a file of "NAME NUMBER" lines.
std::uint64_t count_of(const fs::path& file, std::string_view name)
{
    for (const auto& line : text::split(text_of(file), '\n')) {
        if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ' ') {
            std::uint64_t count = 0;
            std::from_chars(line.data() + name.size() + 1, line.data() + line.size(), count);
            return count;
        }
    }
    return 0;
}

bool has_words(const std::string& text, std::initializer_list<std::string_view> words)
{
    const auto all = text::split(text.substr(0, text.find('\n')), ' ');
    return std::ranges::all_of(words, [&](std::string_view word) { return std::ranges::find(all, word) != all.end(); });
}

fs::path new_group(const fs::path& parent)
{
    auto place = control_groups::make(parent, name_prefix);
    if (!place) {
        throw Error(Code::unsupported, "no control groups below " + parent.string());
    }
    return *std::move(place);
}

/// Version 2: beside our own group, as a group with processes of its own passes no controllers on.
fs::path parent_in_unified(const ControlGroupPlaces& places)
{
    const auto own = control_groups::group_in(places.own, "").value_or("/");
    const auto own_place = places.hierarchy / fs::path(own).relative_path();
    auto parent = own == "/" || !fs::exists(own_place) ? places.hierarchy : own_place.parent_path();
    const auto passed_on = parent / "cgroup.subtree_control";
    if (!has_words(text_of(passed_on), {"memory", "pids"})) {
        write_value(passed_on, "+memory +pids");
    }
    return parent;
}

fs::path parent_in(const ControlGroupPlaces& places, const std::string& controller)
{
    const auto own = control_groups::group_in(places.own, controller);
    if (!own) {
        throw Error(Code::unsupported, "no control groups for " + controller);
    }
    const auto place = places.hierarchy / controller / fs::path(*own).relative_path();
    return fs::exists(place) ? place : places.hierarchy / controller;
}

void remove_group(const fs::path& place)
{
    for (int attempt = 0; attempt < removal_attempts; ++attempt) {
        if (::rmdir(place.c_str()) == 0 || errno != EBUSY) {
            return;
        }
        ::usleep(between_attempts);
    }
}

} // namespace

std::optional<ControlGroup> ControlGroup::make(const SandboxLimits& limits, const ControlGroupPlaces& places)
{
    try {
        if (has_words(text_of(places.hierarchy / "cgroup.controllers"), {"memory", "pids"})) {
            const auto place = new_group(parent_in_unified(places));
            ControlGroup group(Version::two, place, place);
            group.set(limits);
            return group;
        }
        auto processes = new_group(parent_in(places, "pids"));
        ControlGroup group(Version::one, processes, processes);
        group.memory_ = new_group(parent_in(places, "memory"));
        group.set(limits);
        return group;
    } catch (const Error&) {
        return std::nullopt;
    } catch (const fs::filesystem_error&) {
        return std::nullopt;
    }
}

ControlGroup::ControlGroup(Version version, fs::path processes, fs::path memory)
    : version_(version), processes_(std::move(processes)), memory_(std::move(memory))
{
}

ControlGroup::ControlGroup(ControlGroup&& other) noexcept
    : version_(other.version_), processes_(std::exchange(other.processes_, {})),
      memory_(std::exchange(other.memory_, {}))
{
}

ControlGroup::~ControlGroup()
{
    if (!processes_.empty()) {
        remove_group(processes_);
    }
    if (!memory_.empty() && memory_ != processes_) {
        remove_group(memory_);
    }
}

void ControlGroup::set(const SandboxLimits& limits) const
{
    const auto bytes = std::to_string(limits.memory);
    write_value(processes_ / "pids.max", std::to_string(limits.processes));
    if (version_ == Version::one) {
        write_value(memory_ / "memory.limit_in_bytes", bytes);
        write_value(memory_ / "memory.memsw.limit_in_bytes", bytes, Needed::no); // some kernels do not count swap
        return;
    }
    write_value(memory_ / "memory.max", bytes);
    write_value(memory_ / "memory.swap.max", "0", Needed::no);
    write_value(memory_ / "memory.oom.group", "1", Needed::no);
}

void ControlGroup::enter() const
{
    write_value(processes_ / "cgroup.procs", "0");
    if (memory_ != processes_) {
        write_value(memory_ / "cgroup.procs", "0");
    }
}

bool ControlGroup::ran_out_of_processes() const { return count_of(processes_ / "pids.events", "max") > 0; }

bool ControlGroup::ran_out_of_memory() const
{
    return count_of(memory_ / (version_ == Version::one ? "memory.oom_control" : "memory.events"), "oom_kill") > 0;
}

} // namespace qpkg::sandbox
