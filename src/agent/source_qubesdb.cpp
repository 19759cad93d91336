// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/child.hpp"
#include "agent/sources.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

namespace qpkg::agent {
namespace {

constexpr const char* entry_prefix = "/vm-config/qpkg-";
constexpr std::string_view between = " = ";
constexpr std::size_t largest_answer = 1024 * 1024; // 26 values of at most 3072 bytes, and what else begins so

} // namespace

Notices parse_qubesdb(std::string_view printed)
{
    Notices notices;
    while (!printed.empty()) {
        const auto end = printed.find('\n');
        const auto line = printed.substr(0, end);
        printed.remove_prefix(end == std::string_view::npos ? printed.size() : end + 1);
        const auto blank = line.find(between);
        const auto name = line.substr(0, blank);
        if (blank == std::string_view::npos || !letter_of_slot(name)) {
            continue; // another entry that begins with our prefix
        }
        try {
            notices.found.push_back({std::string(name), parse_slot(line.substr(blank + between.size())), Searched{}});
        } catch (const Error& error) {
            notices.problems.push_back("slot " + std::string(name) + ": " + error.what());
        }
    }
    return notices;
}

std::optional<Notices> read_qubesdb(const Surroundings& where)
{
    const auto answer = run_child({where.qubesdb.string(), entry_prefix}, largest_answer);
    if (!answer) {
        return std::nullopt;
    }
    if (answer->status != 0) {
        throw Error(Code::failed, "ask QubesDB for " + std::string(entry_prefix) + ": " + where.qubesdb.string() +
                                      " ended with status " + std::to_string(answer->status));
    }
    return parse_qubesdb(answer->out);
}

} // namespace qpkg::agent
