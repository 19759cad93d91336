// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/told_types.hpp"

#include "agent/small_files.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <map>

namespace qpkg::agent {
namespace {

constexpr const char* table_of_types = "usr/share/mime/globs2";

/// Any other pattern could be the longer one of two.
bool is_plain_pattern(std::string_view pattern)
{
    pattern.remove_prefix(pattern.starts_with("*.") ? 2 : 0);
    return !pattern.empty() && pattern != "__NOGLOBS__" && std::ranges::all_of(pattern, [](char c) {
        return c > ' ' && c < '\x7f' && std::string_view(":/\\*?[]").find(c) == std::string_view::npos;
    });
}

class ToldPatterns {
public:
    explicit ToldPatterns(const std::vector<MimeGlob>& of_base)
    {
        for (const auto& one : of_base) {
            of_base_.insert(lower_case(one.pattern));
        }
    }

    void add(const TypesOfApp& app)
    {
        for (const auto& one : app.patterns) {
            if (app.opened.contains(one.type) && is_plain_pattern(one.pattern) && is_free(one)) {
                auto told = one;
                told.weight = std::min(one.weight, heaviest_told);
                told_.insert(std::move(told));
            }
        }
        for (const auto& one : app.patterns) {
            known_[lower_case(one.pattern)].insert(one.type);
        }
    }

    std::vector<MimeGlob> finish() const { return {told_.begin(), told_.end()}; }

private:
    bool is_free(const MimeGlob& one) const
    {
        const auto pattern = lower_case(one.pattern);
        const auto known = known_.find(pattern);
        return !of_base_.contains(pattern) && (known == known_.end() || known->second.contains(one.type));
    }

    std::set<std::string> of_base_{};
    std::map<std::string, std::set<std::string>> known_{}; ///< by apps that were asked before
    std::set<MimeGlob> told_{};
};

} // namespace

std::vector<MimeGlob> told_patterns(const std::vector<MimeGlob>& of_base, const std::vector<TypesOfApp>& apps)
{
    ToldPatterns told(of_base);
    for (const auto& app : apps) {
        told.add(app);
    }
    return told.finish();
}

std::vector<MimeGlob> patterns_of_tree(const fs::path& tree)
{
    try {
        return parse_globs2(read_file_within(tree, table_of_types, largest_mime_table));
    } catch (const Error& error) {
        if (error.code() == Code::not_found) {
            return {};
        }
        throw;
    }
}

} // namespace qpkg::agent
