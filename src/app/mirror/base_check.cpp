// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/mirror/base_check.hpp"

#include "app/mirror/site_reader.hpp"
#include "app/publish/publish_module.hpp"
#include "engine/details.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace qpkg::app {
namespace {

/// A base that modules are compared with.
struct Candidate {
    Release release;
    Details details;
};
using BaseKey = std::pair<BaseOrNone, Arch>;
using Candidates = std::map<BaseKey, Candidate>;

bool is_of_a_base(const trust::ListedRelease& listed) { return listed.base.text() == listed.app.text(); }

Candidate built_base(const World& world, const std::filesystem::path& directory)
{
    const auto module = read_modules({directory}).front();
    if (!is_base(module.draft)) {
        throw Error(Code::usage, directory.string() + " holds " + module.draft.app.text() + ", which is no base",
                    "make one: qpkg base build BASE --out DIR");
    }
    const auto tables = read_tables(module, world.unpack_file);
    const auto raw = engine::unpack_pinned(module.draft.details, tables.details, world.unpack_file);
    return {module.draft, parse_details(raw)};
}

class Checking {
public:
    Checking(World& world, const BaseCheck& request)
        : world_(world), site_(world.fetcher(request.site), request.site, world.clock.now())
    {
        for (const auto& listed : site_.listed()) {
            if (is_of_a_base(listed)) {
                auto& best = newest_[{listed.base, listed.arch}];
                best = best == nullptr || best->sequence < listed.sequence ? &listed : best;
            }
        }
        if (request.base) {
            auto built = built_base(world, *request.base);
            const BaseKey key(built.release.base, built.release.arch);
            candidates_.emplace(key, std::move(built));
        }
    }

    std::vector<CheckedFit> run() &&
    {
        std::vector<CheckedFit> rows;
        for (const auto& listed : site_.listed()) {
            interrupt::throw_if_requested();
            if (!is_of_a_base(listed) && !listed.base.is_none()) {
                rows.push_back(check(listed));
            }
        }
        std::ranges::sort(rows, {},
                          [](const CheckedFit& row) { return std::tie(row.app, row.channel, row.arch, row.sequence); });
        return rows;
    }

private:
    CheckedFit check(const trust::ListedRelease& listed)
    {
        CheckedFit row{listed.app, listed.channel, listed.arch, listed.version, listed.sequence, *listed.base.base()};
        try {
            const auto& [base, details] = candidate_for(listed);
            row.base_version = base.version;
            row.base_sequence = base.sequence;
            row.base_commit = base.tree.commit;
            const auto release = site_.fetch(listed).release;
            row.misfits = plan::misfits(release, details_of(release),
                                        {*base.base.base(), base.base_level, base.tree.commit, details});
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
            row.problem = error.what();
        }
        return row;
    }

    const Candidate& candidate_for(const trust::ListedRelease& listed)
    {
        const BaseKey key(listed.base, listed.arch);
        if (const auto known = candidates_.find(key); known != candidates_.end()) {
            return known->second;
        }
        const auto found = newest_.find(key);
        if (found == newest_.end()) {
            throw Error(Code::not_found, "no release of base " + listed.base.text() + " is listed");
        }
        const auto release = site_.fetch(*found->second).release;
        return candidates_.emplace(key, Candidate{release, details_of(release)}).first->second;
    }

    Details details_of(const Release& release)
    {
        return parse_details(engine::fetch_details(release, site_.source(), world_.unpack_file));
    }

    World& world_;
    SiteReader site_;
    std::map<BaseKey, const trust::ListedRelease*> newest_;
    Candidates candidates_;
};

} // namespace

std::vector<CheckedFit> check_bases(World& world, const BaseCheck& request)
{
    return with_context("check " + request.site, [&] { return Checking(world, request).run(); });
}

} // namespace qpkg::app
