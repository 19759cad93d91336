// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/problem.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace qpkg::trust {
namespace {

constexpr std::array by_weight{Code::untrusted, Code::corrupt,     Code::conflict,
                               Code::no_space,  Code::unsupported, Code::not_found};

std::size_t weight(Code code)
{
    return static_cast<std::size_t>(std::ranges::find(by_weight, code) - by_weight.begin());
}

std::string in_one_line(std::string text)
{
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
}

} // namespace

std::string encode_problems(const std::vector<Problem>& problems)
{
    std::string text;
    for (const auto& problem : problems) {
        text += std::to_string(static_cast<int>(problem.code));
        for (const auto& part : {problem.subject, problem.what, problem.hint}) {
            text += '\t' + in_one_line(part);
        }
        text += '\n';
    }
    return text;
}

std::vector<Problem> parse_problems(std::string_view text)
{
    std::vector<Problem> problems;
    for (const auto& line : text::split(text, '\n')) {
        const auto parts = text::split(line, '\t');
        int code = 0;
        if (parts.size() == 4 &&
            std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), code).ec == std::errc()) {
            problems.push_back({static_cast<Code>(code), parts[1], parts[2], parts[3]});
        }
    }
    return problems;
}

const Problem* worst(const std::vector<Problem>& problems)
{
    const auto found = std::ranges::min_element(problems, {}, [](const Problem& one) { return weight(one.code); });
    return found == problems.end() ? nullptr : &*found;
}

void require_none(const std::vector<Problem>& problems)
{
    if (const auto* first = worst(problems)) {
        throw Error(first->code, first->subject + ": " + first->what, first->hint);
    }
}

} // namespace qpkg::trust
