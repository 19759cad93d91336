// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/client.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

/// Which publishers' lists are in use, and why the others are not.
namespace qpkg::trust {
namespace {

constexpr unsigned deepest_delegation = 4;
constexpr std::string_view publisher_word = "publisher ";

std::vector<std::string> common(const std::vector<std::string>& left, const std::vector<std::string>& right)
{
    std::vector<std::string> both;
    std::ranges::copy_if(left, std::back_inserter(both),
                         [&](const std::string& name) { return std::ranges::find(right, name) != right.end(); });
    return both;
}

/// Whether a delegation that cannot be read may be about one of these namespaces: only one that plainly is about others
/// may be skipped without a word.
bool may_concern(const canonical::Value& delegation, const std::vector<std::string>& namespaces)
{
    const auto* members = delegation.get_if<canonical::Object>();
    const auto found = members == nullptr ? canonical::Object::const_iterator() : members->find("paths");
    const auto* paths =
        members == nullptr || found == members->end() ? nullptr : found->second.get_if<canonical::Array>();
    if (paths == nullptr) {
        return true;
    }
    return std::ranges::any_of(*paths, [&](const canonical::Value& value) {
        const auto* path = value.get_if<std::string>();
        return path == nullptr || std::ranges::find(namespaces, path->substr(0, path->find('/'))) != namespaces.end();
    });
}

std::string of_version(std::uint64_t version) { return "version " + std::to_string(version); }

} // namespace

std::string subject_of(const std::string& publisher)
{
    return std::string(publisher_word) + text::escaped(publisher, 80);
}

bool is_of_publisher(const Problem& problem) { return problem.subject.starts_with(publisher_word); }

/// Level by level, so that no publisher can take a name from another that stands nearer to the root.
class TrustClient::Walk {
public:
    Walk(const Updater& updater, const Obtain& obtain) : updater_(updater), obtain_(obtain) {}

    Found run(const std::vector<std::string>& allowed, bool targets_outdated)
    {
        push_delegations(*updater_.targets(), "targets.json", allowed, {1, targets_outdated});
        while (!waiting_.empty()) {
            const auto step = std::move(waiting_.front());
            waiting_.pop_front();
            if (is_allowed(step)) {
                visit(step);
            }
        }
        return std::move(found_);
    }

private:
    struct Level {
        unsigned depth;
        bool outdated; ///< the delegating role is an older copy
    };
    struct Step {
        Verified<tuf::Targets> parent;
        tuf::Delegation delegation;
        std::vector<std::string> namespaces;
        Level level;
    };

    void push_delegations(const Verified<tuf::Targets>& role, const std::string& name,
                          const std::vector<std::string>& allowed, Level level)
    {
        for (const auto& [place, unusable] : role->unusable_delegations) {
            if (may_concern(unusable.value, allowed)) {
                ignore(unusable.code, name, unusable.reason + "; this delegation is not used");
            }
        }
        for (const auto& delegation : role->delegations) {
            auto namespaces = common(delegation.namespaces, allowed);
            if (!namespaces.empty()) {
                waiting_.push_back({role, delegation, std::move(namespaces), level});
            }
        }
    }

    bool is_allowed(const Step& step)
    {
        const auto name = subject_of(step.delegation.name);
        if (visited_.contains(step.delegation.name)) {
            ignore(Code::conflict, name, "it is delegated by two roles; the second delegation is not used");
            return false;
        }
        if (step.level.depth > deepest_delegation) {
            ignore(Code::no_space, name,
                   "it is delegated more than " + std::to_string(deepest_delegation) +
                       " deep; this delegation is not used");
            return false;
        }
        if (++tried_ > strict_profile().most_roles) {
            ignore(Code::no_space, name,
                   "there are more than " + std::to_string(strict_profile().most_roles) +
                       " publishers; it is not used");
            return false;
        }
        return true;
    }

    void visit(const Step& step)
    {
        const auto& name = step.delegation.name;
        Problem problem{Code::failed, subject_of(name), "its list is not complete here, an update was interrupted", ""};
        std::optional<Verified<tuf::Targets>> role;
        try {
            role = step.level.outdated ? std::nullopt : obtain_(step.parent, step.delegation);
        } catch (const Error& error) {
            if (error.code() == Code::interrupted || error.code() == Code::bug) {
                throw;
            }
            problem = {error.code(), subject_of(name), error.what(), error.hint()};
        }
        const bool outdated = !role;
        role = outdated ? updater_.kept(step.parent, step.delegation) : std::move(role);
        if (!role) {
            found_.missing.push_back(std::move(problem));
            return;
        }
        if (outdated) {
            problem.what += "; " + of_version((*role)->header.version) + ", verified before, is still listed";
            found_.outdated.push_back(std::move(problem));
        }
        visited_.insert(name);
        push_delegations(*role, subject_of(name), step.namespaces, {step.level.depth + 1, outdated});
        found_.publishers.push_back({name, step.namespaces, *std::move(role), outdated});
    }

    void ignore(Code code, const std::string& subject, const std::string& what)
    {
        found_.malformed.push_back({code, subject, what, ""});
    }

    const Updater& updater_;
    const Obtain& obtain_;
    std::deque<Step> waiting_;
    std::set<std::string> visited_;
    std::size_t tried_ = 0;
    Found found_;
};

void TrustClient::load_publishers()
{
    found_.reset();
    const auto& snapshot = updater_.snapshot();
    const auto& targets = updater_.targets();
    if (!snapshot || !targets) {
        return;
    }
    const bool outdated = !(*snapshot)->roles.at("targets").matches(targets->bytes());
    const Obtain from_store = [&](const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation) {
        return updater_.stored(parent, delegation);
    };
    found_ = Walk(updater_, from_store).run(repository_.namespaces, outdated);
}

void TrustClient::update_publishers(Fetcher& fetcher, RefreshReport& report)
{
    const Obtain from_repository = [&](const Verified<tuf::Targets>& parent, const tuf::Delegation& delegation) {
        const bool changed_before = std::exchange(report.changed, false);
        auto role = updater_.delegated(parent, delegation, fetcher, report);
        if (report.changed) {
            note_strays(delegation, *role, report);
        }
        report.changed = report.changed || changed_before;
        return std::optional(std::move(role));
    };
    found_ = Walk(updater_, from_repository).run(repository_.namespaces, false);
    report.problems = found_->outdated;
    report.problems.insert(report.problems.end(), found_->missing.begin(), found_->missing.end());
}

std::vector<Problem> TrustClient::remembered() const
{
    const auto kept = store_.trusted(repository_.name, std::string(problems_role));
    return kept ? parse_problems(kept->bytes) : std::vector<Problem>();
}

/// For the next command, and once for the record. What was met matters more than that it cannot be written down: a disk
/// may be full, a state read-only.
void TrustClient::remember(const std::vector<Problem>& problems)
{
    const auto before = remembered();
    const auto text = encode_problems(problems);
    const auto after = parse_problems(text);
    if (before == after) {
        return;
    }
    try {
        for (const auto& problem : after) {
            if (std::ranges::find(before, problem) == before.end()) {
                updater_.record("refused: " + problem.what);
            }
        }
        store_.accept(repository_.name, {std::string(problems_role), 1, text});
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
    }
}

std::vector<Problem> TrustClient::problems() const
{
    const auto known = remembered();
    std::vector<Problem> problems;
    std::ranges::copy_if(known, std::back_inserter(problems), [](const Problem& one) { return !is_of_publisher(one); });
    if (!found_) {
        return problems;
    }
    // The walk knows which publishers are not as they should be now, the last refresh knows why.
    for (const auto* list : {&found_->outdated, &found_->missing}) {
        for (const auto& problem : *list) {
            const auto why = std::ranges::find(known, problem.subject, &Problem::subject);
            problems.push_back(why == known.end() ? problem : *why);
        }
    }
    problems.insert(problems.end(), found_->malformed.begin(), found_->malformed.end());
    const auto entries = entry_problems();
    problems.insert(problems.end(), entries.begin(), entries.end());
    return problems;
}

std::vector<Problem> TrustClient::unread() const
{
    if (!found_) {
        const auto known = remembered();
        return known.empty()
                   ? std::vector<Problem>{{Code::not_found, std::string(metadata_subject), "it was never fetched", ""}}
                   : known;
    }
    auto unread = found_->missing;
    // A second delegation of what has one already takes nothing away.
    std::ranges::copy_if(found_->malformed, std::back_inserter(unread),
                         [](const Problem& one) { return one.code != Code::conflict && one.code != Code::no_space; });
    return unread;
}

} // namespace qpkg::trust
