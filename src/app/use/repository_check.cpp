// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/repository_check.hpp"

#include "app/use/repositories.hpp"

#include <algorithm>

namespace qpkg::app {
namespace {

std::string advice_for_metadata(Code code, const std::string& name)
{
    switch (code) {
    case Code::untrusted:
        return "its server may be an attacker's, or behind the others: ask its publisher; what was verified before is "
               "still used";
    case Code::corrupt:
    case Code::no_space:
        return "its server or mirror serves what was not signed: take another mirror, or tell its publisher; what was "
               "verified before is still used";
    default:
        return "see whether the place can be reached; if it moved: qpkg repo remove " + name + ", then qpkg repo add " +
               name + " LOCATION";
    }
}

std::string advice_for(const trust::Problem& problem, const std::string& name)
{
    if (problem.subject == trust::metadata_subject) {
        return advice_for_metadata(problem.code, name);
    }
    if (trust::is_of_publisher(problem)) {
        return "other publishers go on; who runs the repository has to publish this one's list again";
    }
    return problem.subject.find('/') == std::string::npos
               ? "other delegations go on; who runs the repository has to sign this one again"
               : "only this release is not offered; its publisher has to mend the entry";
}

RepositoryVerdict judge(const Repository& repository, RepositoryState state, const Error* failure)
{
    RepositoryVerdict verdict{repository, std::move(state), {}};
    auto& problems = verdict.problems;
    problems = verdict.state.problems;
    const auto name = repository.name.text();
    if (failure != nullptr &&
        std::ranges::find(problems, trust::metadata_subject, &trust::Problem::subject) == problems.end()) {
        problems.push_back({failure->code(), std::string(trust::metadata_subject), failure->what(), ""});
    }
    for (auto& problem : problems) {
        problem.hint = problem.hint.empty() ? advice_for(problem, name) : problem.hint;
    }
    if (!verdict.state.expired.empty()) {
        problems.push_back({Code::untrusted, "expiry", verdict.state.expired,
                            "its publisher has to sign it again; see also whether this machine's clock is right"});
    }
    return verdict;
}

} // namespace

std::vector<RepositoryVerdict> check_repositories(World& world, const std::optional<std::string>& name, Reach reach)
{
    auto snapshot = world.db.snapshot();
    if (name) {
        snapshot.repositories = {known_repository(snapshot, *name)};
    }
    const Catalog catalog(world, snapshot, reach);
    std::vector<RepositoryVerdict> verdicts;
    for (const auto& repository : snapshot.repositories) {
        const auto state = std::ranges::find(catalog.repositories(), repository.name, &RepositoryState::name);
        verdicts.push_back(judge(repository, *state, catalog.failure(repository.name)));
    }
    return verdicts;
}

} // namespace qpkg::app
