// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/fetching.hpp"

#include "app/upgrade.hpp"
#include "engine/transaction.hpp"

#include "qpkg/base/log.hpp"

namespace qpkg::app {

Fetcher& Fetching::fetcher(const KnownRelease& release)
{
    if (!change_.catalog) {
        throw Error(Code::bug, "a plan without repositories wants to fetch from " + release.repo.text());
    }
    auto& repository = change_.catalog->fetcher(release.repo);
    const auto& commit = release.release.tree.commit;
    if (const auto made = applied_.find(commit); made != applied_.end()) {
        return *made->second.objects; // laid aside before the lock was taken, asked for again under it
    }
    const auto chosen = change_.deltas.find(commit);
    if (chosen == change_.deltas.end()) {
        return repository;
    }
    Applied applied{Scratch(world_.root / "fetch", "delta-"), nullptr};
    NamedProgress named(world_.progress, short_name(release.release.app));
    try {
        applied.objects = world_.apply_delta({chosen->second, commit, applied.scratch.path()}, repository, named);
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::warning(release.release.app.text() + ": " + error.what() + "; its objects are fetched one by one");
        return repository;
    }
    return *applied_.emplace(commit, std::move(applied)).first->second.objects;
}

void Fetching::lay_aside()
{
    const auto fetcher_for = [this](const KnownRelease& release) -> Fetcher& { return fetcher(release); };
    laid_aside_.emplace();
    std::map<AppId, Error> failed;
    for (const auto& step : change_.plan.prepare) {
        const auto* wanted = std::get_if<plan::FetchCommit>(&step);
        if (wanted == nullptr) {
            continue;
        }
        try {
            engine::add(*laid_aside_, engine::lay_aside(*wanted, world_.content, fetcher_for, world_.progress));
        } catch (const Error& error) {
            if (!change_.replan || !is_of_the_release(error)) {
                throw;
            }
            failed.emplace(wanted->release.release.app, error);
        }
    }
    if (!failed.empty()) {
        leave_out(change_, failed);
    }
    correct(*laid_aside_);
}

ImportReport Fetching::transferred(ImportReport imported) const
{
    if (!laid_aside_) {
        correct(imported);
        return imported;
    }
    engine::add(imported, *laid_aside_);
    return imported;
}

void Fetching::correct(ImportReport& report) const
{
    for (const auto& [commit, applied] : applied_) {
        report.fetched_bytes += applied.objects->transferred();
        report.fetched_bytes -= applied.objects->made();
    }
}

} // namespace qpkg::app
