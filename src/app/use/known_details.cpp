// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/known_details.hpp"

#include "engine/details.hpp"
#include "plan/fit.hpp"
#include "repo-format/repo/details.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"

namespace qpkg::app {

void KnownDetails::bring(const KnownRelease& known)
{
    const auto& id = known.release.details.sha256;
    if (fetched_.contains(id) || world_.content.has_details(id)) {
        return;
    }
    const auto bytes = with_context("fetch " + known.release.app.text() + " from " + known.repo.text(), [&] {
        return engine::fetch_details(known.release, catalog_.fetcher(known.repo), world_.unpack_file);
    });
    parsed_.insert_or_assign(id, parse_details(bytes));
    fetched_.emplace(id, bytes);
}

const Details* KnownDetails::stored(const Digest& id, const std::string& whose)
{
    auto found = parsed_.find(id);
    if (found == parsed_.end()) {
        found = parsed_.emplace(id, std::nullopt).first;
        try {
            if (world_.content.has_details(id)) {
                found->second = parse_details(world_.content.read_details(id));
            }
        } catch (const Error& error) {
            if (error.code() == Code::interrupted) {
                throw;
            }
            log::warning("what fits " + whose + " is not known: " + error.what());
        }
    }
    return found->second ? &*found->second : nullptr;
}

const Details* KnownDetails::of(const KnownRelease& known)
{
    return stored(known.release.details.sha256, known.release.app.text());
}

const Details* KnownDetails::of(const Base& base)
{
    return base.details ? stored(*base.details, release_name(base)) : nullptr;
}

std::optional<GivenBase> given_by(const Base& base)
{
    return base.details ? std::optional(GivenBase{base.id, base.level, base.commit, *base.details}) : std::nullopt;
}

std::optional<std::string> KnownDetails::misfit(const KnownRelease& known, const Base& base)
{
    const auto given = given_by(base);
    return given ? misfit(known, *given) : std::nullopt;
}

std::optional<std::string> KnownDetails::misfit(const KnownRelease& known, const GivenBase& base)
{
    const auto [found, is_new] = words_.try_emplace({known.id, base});
    const auto* given = is_new ? stored(base.details, base.id.text()) : nullptr;
    const auto* module = given == nullptr ? nullptr : of(known);
    if (module != nullptr) {
        const auto misfits = plan::misfits(known.release, *module, {base.id, base.level, base.commit, *given});
        if (!misfits.empty()) {
            found->second = plan::in_words(misfits);
        }
    }
    return found->second;
}

} // namespace qpkg::app
