// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/publish_module.hpp"

#include "engine/details.hpp"
#include "repo-format/repo/details.hpp"
#include "repo-format/repo/manifest.hpp"
#include "repo-format/repo/owners.hpp"
#include "repo-format/repo/sequence.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

canonical::Object withdrawn(const tuf::Targets& publisher)
{
    const auto found = publisher.header.extra.find(tuf::withdrawn_member);
    const auto* object = found == publisher.header.extra.end() ? nullptr : found->second.get_if<canonical::Object>();
    return object == nullptr ? canonical::Object{} : *object;
}

void check_input(const fs::path& file, const Digest& expected)
{
    if (sha256(files::read(file, largest_input)) != expected) {
        throw Error(Code::corrupt, file.string() + ": was changed after the build",
                    "build the module again: qpkg build");
    }
}

/// Compressed anew, the same bytes may be others.
void take_packed(PinnedFile& file, const PinnedFile& of)
{
    file.packed_sha256 = of.packed_sha256;
    file.packed_size = of.packed_size;
}

BuiltModule read_module(const fs::path& directory)
{
    const auto manifest = directory / "manifest.json";
    const auto bytes = files::read_if_exists(manifest, largest_manifest);
    if (!bytes) {
        throw Error(Code::not_found, "module " + directory.string() + ": there is no manifest.json",
                    "make it: qpkg build --out DIR");
    }
    BuiltModule module{directory, with_context(manifest.string(), [&] { return parse_manifest(*bytes); })};
    check_input(directory / "module.toml", module.draft.inputs.recipe);
    check_input(directory / "module.lock", module.draft.inputs.lock);
    return module;
}

} // namespace

std::string version_of(const tuf::Target& target)
{
    const auto found = target.custom.find("version");
    const auto* text = found == target.custom.end() ? nullptr : found->second.get_if<std::string>();
    return text == nullptr ? "" : *text;
}

PackedTables read_tables(const BuiltModule& module, const Unpack& unpack)
{
    const auto read = [&](const char* name, const PinnedFile& named, std::size_t cap, const auto& check) {
        const auto file = module.directory / name;
        return with_context(file.string(), [&] {
            if (std::max(named.size, named.packed_size) > cap) {
                throw Error(Code::no_space, "allowed are " + std::to_string(cap) + " bytes");
            }
            auto packed = files::read(file, cap);
            check(engine::unpack_pinned(named, packed, unpack));
            return packed;
        });
    };
    return {read(packed_details_file, module.draft.details, largest_details,
                 [](const std::string& raw) { parse_details(raw); }),
            read(packed_owners_file, module.draft.owners, largest_owners,
                 [](const std::string& raw) { read_owners(raw, {}); })};
}

std::vector<BuiltModule> read_modules(const std::vector<fs::path>& directories)
{
    std::vector<BuiltModule> modules;
    std::map<std::string, fs::path> seen;
    for (const auto& directory : directories) {
        auto module = read_module(directory);
        const auto [other, added] = seen.emplace(module.draft.tree.ref, directory);
        if (!added) {
            throw Error(Code::conflict, "publish " + module.draft.app.text() + ": both " + other->second.string() +
                                            " and " + directory.string() + " hold it");
        }
        modules.push_back(std::move(module));
    }
    return modules;
}

std::vector<Digest> packages_in_lock(const std::string& lock)
{
    constexpr std::size_t place_of_hash = 4;
    std::vector<Digest> packages;
    for (const auto& line : text::split(lock, '\n')) {
        const auto words = text::split(line, ' ');
        if (words.front() == "package" && words.size() > place_of_hash) {
            if (const auto digest = Digest::from_hex(words[place_of_hash])) {
                packages.push_back(*digest);
            }
        }
    }
    return packages;
}

LatestRelease latest_release(const tuf::Targets& publisher, const Release& like)
{
    const auto line = tuf::line_of(target_path(like.app, like.arch, like.channel, 0));
    LatestRelease latest{.sequence = tuf::highest_given(publisher, line), .path = {}};
    std::uint64_t newest = 0;
    for (const auto& [path, target] : publisher.targets) {
        if (tuf::line_of(path) == line && tuf::sequence_of(target) >= newest) {
            newest = tuf::sequence_of(target);
            latest.path = path;
        }
    }
    return latest;
}

std::vector<std::string> releases_before(const tuf::Targets& publisher, const Release& release)
{
    const auto line = tuf::line_of(target_path(release.app, release.arch, release.channel, 0));
    std::vector<std::pair<std::uint64_t, std::string>> found;
    for (const auto& [path, target] : publisher.targets) {
        if (tuf::line_of(path) == line && tuf::sequence_of(target) < release.sequence) {
            found.emplace_back(tuf::sequence_of(target), path);
        }
    }
    std::ranges::sort(found, std::ranges::greater());
    std::vector<std::string> paths;
    std::ranges::transform(found, std::back_inserter(paths), &std::pair<std::uint64_t, std::string>::second);
    return paths;
}

bool is_same_release(const Release& published, Release draft)
{
    draft.sequence = published.sequence;
    draft.tree.archive_size = published.tree.archive_size;
    take_packed(draft.details, published.details);
    take_packed(draft.owners, published.owners);
    draft.inputs = published.inputs;
    draft.deltas = published.deltas;
    return draft == published;
}

tuf::Target list_entry(const Release& release, const std::string& manifest, std::int64_t published)
{
    return {.length = manifest.size(),
            .sha256 = sha256(manifest),
            .custom = {{"base", release.base.text()},
                       {"channel", release.channel.text()},
                       {"published", static_cast<std::uint64_t>(published)},
                       {"sequence", release.sequence},
                       {"summary", release.summary},
                       {"version", release.version}}};
}

std::vector<std::string> take_off(tuf::Targets& publisher, const Withdrawal& withdrawal)
{
    const auto folder = namespace_of(withdrawal.app) + "/" + short_name(withdrawal.app) + "/";
    auto gone = withdrawn(publisher);
    std::vector<std::string> names;
    std::erase_if(publisher.targets, [&](const auto& entry) {
        const auto& [path, target] = entry;
        if (!path.starts_with(folder) || (withdrawal.version && version_of(target) != *withdrawal.version)) {
            return false;
        }
        const auto line = tuf::line_of(path);
        const auto* before = gone.contains(line) ? gone.at(line).template get_if<std::uint64_t>() : nullptr;
        gone.insert_or_assign(line, std::max(tuf::sequence_of(target), before == nullptr ? 0 : *before));
        names.push_back(withdrawal.app.text() + " " + version_of(target));
        return true;
    });
    if (names.empty()) {
        throw Error(Code::not_found, "withdraw " + withdrawal.app.text() +
                                         (withdrawal.version ? " " + text::escaped(*withdrawal.version) : "") +
                                         ": this publisher lists no such release");
    }
    publisher.header.extra.insert_or_assign(std::string(tuf::withdrawn_member), std::move(gone));
    return names;
}

} // namespace qpkg::app
