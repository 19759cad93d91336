// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/sequence.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::tuf {
namespace {

/// Less than clients allow: a client that has not seen the newest release must still take the one after a withdrawal.
constexpr std::uint64_t longest_withdrawn_step = longest_step / 2;

const canonical::Object* withdrawn(const Targets& publisher)
{
    const auto found = publisher.header.extra.find(withdrawn_member);
    return found == publisher.header.extra.end() ? nullptr : found->second.get_if<canonical::Object>();
}

void require_step(const std::string& line, std::uint64_t sequence, std::uint64_t newest)
{
    if (!may_follow(sequence, newest)) {
        throw Error(Code::untrusted,
                    text::escaped(line) + ": number " + std::to_string(sequence) + " is too far above " +
                        std::to_string(newest) + ", the newest before it",
                    "withdraw that release; the next one gets a number that follows the others");
    }
}

} // namespace

std::string line_of(const std::string& target_path) { return target_path.substr(0, target_path.rfind('-')); }

std::uint64_t sequence_of(const Target& target)
{
    const auto found = target.custom.find("sequence");
    const auto* number = found == target.custom.end() ? nullptr : found->second.get_if<std::uint64_t>();
    return number == nullptr ? 0 : *number;
}

std::uint64_t newest_listed(const Targets& publisher, const std::string& line)
{
    std::uint64_t newest = 0;
    for (const auto& [path, target] : publisher.targets) {
        if (line_of(path) == line) {
            newest = std::max(newest, sequence_of(target));
        }
    }
    return newest;
}

std::uint64_t newest_withdrawn(const Targets& publisher, const std::string& line)
{
    const auto* records = withdrawn(publisher);
    const auto found = records == nullptr ? canonical::Object::const_iterator() : records->find(line);
    const auto* number =
        records == nullptr || found == records->end() ? nullptr : found->second.get_if<std::uint64_t>();
    return number == nullptr ? 0 : *number;
}

std::uint64_t highest_given(const Targets& publisher, const std::string& line)
{
    const auto listed = newest_listed(publisher, line);
    const auto gone = newest_withdrawn(publisher, line);
    return gone <= listed + longest_withdrawn_step ? std::max(listed, gone) : listed;
}

void require_plausible_sequences(const Targets* before, const Targets& after)
{
    for (const auto& [path, target] : after.targets) {
        const auto line = line_of(path);
        require_step(line, sequence_of(target), before == nullptr ? 0 : highest_given(*before, line));
    }
    const auto* records = withdrawn(after);
    if (records == nullptr || before == nullptr) {
        return;
    }
    for (const auto& [line, value] : *records) {
        const auto number = newest_withdrawn(after, line);
        if (number > std::max(newest_listed(*before, line), newest_withdrawn(*before, line))) {
            throw Error(Code::untrusted, std::string(withdrawn_member) + ": " + text::escaped(line) + " says that " +
                                             std::to_string(number) + " was withdrawn, which was never listed");
        }
    }
}

} // namespace qpkg::tuf
