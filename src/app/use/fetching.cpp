// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/fetching.hpp"

#include "app/use/upgrade.hpp"
#include "engine/details.hpp"
#include "engine/transaction.hpp"

#include "qpkg/base/log.hpp"

namespace qpkg::app {

namespace {

class NothingMore final : public Fetcher {
public:
    std::optional<std::string> get(const std::string& path, std::uint64_t) override { throw gone(path); }
    void get_many(std::span<const FetchRequest> requests, FetchSink&) override
    {
        if (!requests.empty()) {
            throw gone(requests.front().path);
        }
    }

private:
    static Error gone(const std::string& path)
    {
        return {Code::conflict, path + " is not here any more", "run the command again: it is fetched then"};
    }
};

} // namespace

engine::FetcherFor nothing_more()
{
    return [none = std::make_shared<NothingMore>()](const KnownRelease&) -> Fetcher& { return *none; };
}

Fetcher& Fetching::source(const KnownRelease& release)
{
    if (!change_.catalog) {
        throw Error(Code::bug, "a plan without repositories wants to fetch from " + release.repo.text());
    }
    auto& repository = change_.catalog->fetcher(release.repo);
    const auto& commit = release.release.tree.commit;
    const auto chosen = change_.deltas.find(commit);
    if (chosen == change_.deltas.end() || applied_.contains(commit)) {
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

void Fetching::lay_aside(const plan::FetchCommit& step)
{
    const auto fetcher_for = [this](const KnownRelease& release) -> Fetcher& { return source(release); };
    engine::add(laid_aside_, engine::lay_aside(step, world_.content, fetcher_for, world_.progress));
    lay_aside_details(step.release);
}

/// A delta makes objects only: details are the repository's.
void Fetching::lay_aside_details(const KnownRelease& known)
{
    const auto& release = known.release;
    if (world_.content.has_details(release.details.sha256)) {
        return;
    }
    auto& repository = change_.catalog->fetcher(known.repo);
    const auto brought = change_.details.find(release.details.sha256);
    if (brought != change_.details.end()) {
        world_.content.stage_details(brought->second);
    } else {
        world_.content.stage_details(with_context("fetch " + release.app.text() + " from " + known.repo.text(), [&] {
            return engine::fetch_details(release, repository, world_.unpack_file);
        }));
    }
    laid_aside_.fetched_bytes +=
        repository.content_form() == ContentForm::raw ? release.details.size : release.details.packed_size;
}

void Fetching::lay_aside()
{
    std::map<AppId, Error> failed;
    for (const auto& step : change_.plan.prepare) {
        const auto* wanted = std::get_if<plan::FetchCommit>(&step);
        if (wanted == nullptr) {
            continue;
        }
        try {
            lay_aside(*wanted);
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
}

ImportReport Fetching::transferred() const
{
    auto report = laid_aside_;
    for (const auto& [commit, applied] : applied_) {
        report.fetched_bytes += applied.objects->transferred();
        report.fetched_bytes -= applied.objects->made();
    }
    return report;
}

} // namespace qpkg::app
