// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/processes.hpp"

#include "agent/small_files.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

namespace qpkg::agent {
namespace {

constexpr std::size_t largest_stat = 4096;

std::optional<pid_t> process_number(const std::string& text)
{
    pid_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && stop == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// proc(5): number, name in brackets, state, parent. The name may hold brackets and blanks.
std::optional<Process> parse_stat(pid_t number, const std::string& stat)
{
    const auto name_end = stat.rfind(") ");
    if (name_end == std::string::npos || stat.size() < name_end + 5) {
        return std::nullopt;
    }
    const char state = stat[name_end + 2];
    pid_t parent = 0;
    std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);
    return Process{number, parent, state == 'Z' || state == 'X'};
}

} // namespace

std::vector<Process> running_processes(const fs::path& proc)
{
    std::vector<Process> found;
    for (const auto& name : names_in(proc)) {
        const auto number = process_number(name);
        if (!number) {
            continue;
        }
        try {
            if (auto process = parse_stat(*number, read_file(proc / name / "stat", largest_stat))) {
                found.push_back(*process);
            }
        } catch (const Error&) {
            continue; // ended just now
        }
    }
    return found;
}

bool others_run(const std::vector<Process>& processes, pid_t bus)
{
    std::map<pid_t, pid_t> parents;
    for (const auto& process : processes) {
        parents[process.number] = process.parent;
    }
    const auto is_of_bus = [&](pid_t number) {
        std::set<pid_t> seen; // the table is no snapshot: a number may be taken again
        while (bus != 0 && number > first_process && seen.insert(number).second) {
            if (number == bus) {
                return true;
            }
            const auto parent = parents.find(number);
            number = parent == parents.end() ? 0 : parent->second;
        }
        return false;
    };
    return std::ranges::any_of(processes, [&](const Process& process) {
        return process.number != first_process && !process.ended && !is_of_bus(process.number);
    });
}

} // namespace qpkg::agent
