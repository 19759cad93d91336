// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/exposure.hpp"

#include "engine/transaction.hpp"
#include "plan/exposure.hpp"
#include "repo-format/repo/rows.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qpkg::app {
namespace {

using Sources = std::set<std::string>;

constexpr std::string_view vulnerability = "CVE-";

bool is_vulnerability(const std::string& word) { return word.starts_with(vulnerability); }

/// People write them in either case.
std::string settled(const std::string& typed)
{
    return typed.starts_with("cve-") ? std::string(vulnerability) + typed.substr(vulnerability.size()) : typed;
}

/// What a table says of what was asked for.
struct Match {
    std::string what;
    std::string version; ///< of a package
    Standing standing;

    friend auto operator<=>(const Match&, const Match&) = default;
};

using Matches = std::set<Match>;

/// The tables of this machine. Reading one again costs less than memory for all.
class Tables {
public:
    explicit Tables(const World& world) : world_(world) {}

    /// Nothing: it is not here, or damaged, which is said once.
    std::optional<std::string> of(const Digest& id)
    {
        if (damaged_.contains(id) || !world_.content.has_details(id)) {
            return std::nullopt;
        }
        try {
            return world_.content.read_details(id);
        } catch (const Error& error) {
            log::warning(std::string(error.what()));
            damaged_.insert(id);
            return std::nullopt;
        }
    }

private:
    const World& world_;
    std::set<Digest> damaged_;
};

std::optional<Digest> details_of(const plan::Presence& presence)
{
    return presence.release != nullptr ? presence.release->release.details.sha256 : presence.base->details;
}

std::string id_of(const plan::Presence& presence)
{
    return presence.release != nullptr ? presence.release->release.app.text() : presence.base->id.text();
}

std::string version_of(const plan::Presence& presence)
{
    return presence.release != nullptr ? presence.release->release.version : release_word(*presence.base);
}

const CommitId& commit_of(const plan::Presence& presence)
{
    return presence.release != nullptr ? presence.release->release.tree.commit : presence.base->commit;
}

/// Packages of this name or source, and a library of this name.
Matches things_called(std::string_view table, const std::string& word)
{
    Matches found;
    rows::holding(table, word, [&](std::span<const std::string> fields) {
        if (fields[0] == "package" && fields.size() > 5 && (fields[1] == word || fields[5] == word)) {
            found.insert({fields[1], fields[2], Standing::has});
        } else if (fields[0] == "gives" && fields[1] == word) {
            found.insert({word, "", Standing::has});
        }
    });
    return found;
}

/// The source packages that mend it.
Sources mended_in(std::string_view table, const std::string& id)
{
    Sources sources;
    rows::holding(table, id, [&](std::span<const std::string> fields) {
        if (fields[0] == "fix" && fields[1] == id) {
            sources.insert(fields[2]);
        }
    });
    return sources;
}

Matches packages_of_sources(std::string_view table, const Sources& concerned, const Sources& mended)
{
    Matches found;
    for (const auto& source : concerned) {
        rows::holding(table, source, [&](std::span<const std::string> fields) {
            if (fields[0] == "package" && fields.size() > 5 && fields[5] == source) {
                found.insert({fields[1], fields[2], mended.contains(source) ? Standing::mended : Standing::lacks});
            }
        });
    }
    return found;
}

/// Of every release and base that is known here, installed or not.
Sources sources_concerned(const Snapshot& snapshot, Tables& tables, const std::string& id)
{
    Sources sources;
    for (const auto& details : snapshot.details) {
        if (const auto table = tables.of(details)) {
            sources.merge(mended_in(*table, id));
        }
    }
    return sources;
}

/// Hashes each object once, of whatever commit it is.
class FileHashes {
public:
    const Digest& of(const CommitReader& commit, const ModuleTree::Entry& entry)
    {
        const auto index = commit.tree().files.at(entry.index).object;
        const auto [place, is_new] = hashes_.try_emplace(commit.tree().objects.at(index).id, nothing_);
        if (is_new) {
            place->second = hash(commit.open(index));
        }
        return place->second;
    }

private:
    static Digest hash(const Fd& file)
    {
        Sha256 hash;
        files::each_piece(file.get(), "an object", [&](std::span<const std::uint8_t> bytes) { hash.update(bytes); });
        return hash.finish();
    }

    const Digest nothing_ = sha256("");
    std::map<Digest, Digest> hashes_;
};

Matches files_with(const World& world, const CommitId& commit, const Digest& bytes, FileHashes& hashes)
{
    Matches found;
    if (world.content.has_commit(commit)) {
        const auto reader = world.content.open_commit(commit);
        each_path(reader->tree(), [&](const std::string& path, const ModuleTree::Entry& entry) {
            if (entry.kind == NodeKind::file && hashes.of(*reader, entry) == bytes) {
                found.insert({path, "", Standing::has});
            }
        });
    }
    return found;
}

/// What is asked for, and how each release or base answers, once.
class Question {
public:
    Question(World& world, const Snapshot& snapshot, std::string word)
        : world_(world), snapshot_(snapshot), tables_(world), word_(std::move(word)), bytes_(Digest::from_hex(word_))
    {
        if (is_vulnerability(word_)) {
            concerned_ = sources_concerned(snapshot, tables_, word_);
            if (concerned_->empty()) {
                throw Error(Code::not_found, "no release that is known here names " + text::escaped(word_),
                            "whom it concerns is not known: look for the package, qpkg exposure NAME");
            }
        }
    }

    /// Nothing: what it is made of is not known here.
    const std::optional<Matches>& answer_of(const plan::Presence& presence)
    {
        const auto& commit = commit_of(presence);
        const auto [place, is_new] = answers_.try_emplace(commit);
        if (is_new) {
            place->second = bytes_ ? files_with(world_, commit, *bytes_, hashes_) : answer_of(details_of(presence));
        }
        return place->second;
    }

    /// The version of the first newer release of the same app or base that has no such package, or mends it; empty:
    /// none is known.
    const std::string& mended_by(const plan::Presence& presence)
    {
        const auto [place, is_new] = mended_by_.try_emplace(commit_of(presence));
        if (is_new) {
            place->second =
                presence.release != nullptr ? find_mended(presence.release->release) : find_mended(*presence.base);
        }
        return place->second;
    }

private:
    bool is_mended(const std::optional<Digest>& details)
    {
        const auto answer = answer_of(details);
        return answer &&
               std::ranges::none_of(*answer, [](const Match& match) { return match.standing == Standing::lacks; });
    }

    std::string find_mended(const Release& release)
    {
        const KnownRelease* first = nullptr;
        for (const auto& [id, known] : snapshot_.releases) {
            const auto& other = known.release;
            if (other.app == release.app && other.base == release.base && other.channel == release.channel &&
                other.sequence > release.sequence && (first == nullptr || other.sequence < first->release.sequence) &&
                is_mended(other.details.sha256)) {
                first = &known;
            }
        }
        return first == nullptr ? "" : first->release.version;
    }

    std::string find_mended(const Base& base)
    {
        const Base* first = nullptr;
        for (const auto& other : snapshot_.bases) {
            if (other.id == base.id && other.number > base.number &&
                (first == nullptr || other.number < first->number) && is_mended(other.details)) {
                first = &other;
            }
        }
        return first == nullptr ? "" : release_word(*first);
    }

    std::optional<Matches> answer_of(const std::optional<Digest>& details)
    {
        const auto table = details ? tables_.of(*details) : std::nullopt;
        if (!table) {
            return std::nullopt;
        }
        return concerned_ ? packages_of_sources(*table, *concerned_, mended_in(*table, word_))
                          : things_called(*table, word_);
    }

    World& world_;
    const Snapshot& snapshot_;
    Tables tables_;
    std::string word_;
    std::optional<Digest> bytes_;      ///< a file is asked for
    std::optional<Sources> concerned_; ///< a vulnerability is asked for: the source packages that somebody mended
    FileHashes hashes_;
    std::map<CommitId, std::optional<Matches>> answers_;
    std::map<CommitId, std::string> mended_by_;
};

} // namespace

Exposure exposure(World& world, const std::string& typed)
{
    const auto snapshot = engine::take_snapshot(world.db, world.content, world.volumes);
    const auto all = plan::presences(snapshot, engine::look(world.hypervisor));
    Exposure exposure{settled(typed), {}, {}};
    Question question(world, snapshot, exposure.word);
    std::set<std::string> unknown;
    std::map<QubeName, bool> networks;
    for (const auto& presence : all) {
        const auto& answer = question.answer_of(presence);
        if (!answer) {
            unknown.insert(id_of(presence));
            continue;
        }
        for (const auto& match : *answer) {
            const auto [network, is_new] = networks.try_emplace(presence.qube, true);
            if (is_new) {
                network->second = world.hypervisor.has_network(presence.qube);
            }
            exposure.rows.push_back({presence.qube, presence.runs, presence.wanted, presence.is_disposable,
                                     network->second, id_of(presence), version_of(presence), match.what, match.version,
                                     match.standing,
                                     match.standing == Standing::lacks ? question.mended_by(presence) : ""});
        }
    }
    exposure.unknown.assign(unknown.begin(), unknown.end());
    if (exposure.rows.empty() && unknown.empty() && !is_vulnerability(exposure.word)) {
        throw Error(Code::not_found, "no qube has \"" + text::escaped(typed) + '"',
                    "packages by their names, files by SHA-256, other files and commands: qpkg why");
    }
    return exposure;
}

} // namespace qpkg::app
