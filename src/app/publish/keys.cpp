// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/keys.hpp"

#include "app/scratch.hpp"
#include "signing/ostree_key.hpp"
#include "signing/ssh_agent.hpp"
#include "signing/verify.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/model/id.hpp"

#include <algorithm>
#include <set>

namespace qpkg::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view key_ending = ".key";

std::map<std::string, trust::KeyFile> read_files(const fs::path& directory)
{
    if (!fs::is_directory(directory)) {
        throw Error(Code::not_found, "keys in " + directory.string() + ": no such directory",
                    "make them: qpkg key new --out " + directory.string());
    }
    std::map<std::string, trust::KeyFile> found;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.path().extension() == key_ending) {
            found.emplace(entry.path().stem().string(), trust::KeyFile::read(entry.path()));
        }
    }
    return found;
}

std::string fingerprint_of(const std::map<std::string, trust::KeyFile>& files)
{
    const auto set = root_key_set();
    tuf::RoleKeys role{.key_ids = {}, .threshold = set.threshold};
    for (const auto& name : set.names) {
        const auto file = files.find(name);
        if (file == files.end()) {
            return {};
        }
        role.key_ids.push_back(file->second.public_key().id());
    }
    return trust::root_fingerprint(role);
}

fs::path key_path(const fs::path& directory, const std::string& name)
{
    return directory / (name + std::string(key_ending));
}

/// One that is there already stops before the first is written.
void require_new(const fs::path& directory, const std::vector<std::string>& names)
{
    for (const auto& name : names) {
        if (!RepoName::parse(name)) {
            throw Error(Code::usage, "\"" + text::escaped(name, 80) + "\" cannot be the name of a key");
        }
        if (fs::exists(key_path(directory, name))) {
            throw Error(Code::conflict, "make key " + key_path(directory, name).string() +
                                            ": it is there already, keys are never overwritten");
        }
    }
}

} // namespace

KeySet root_key_set() { return {{"root-1", "root-2", "root-3"}, 2}; }
KeySet targets_key_set() { return {{"targets-1", "targets-2", "targets-3"}, 2}; }

KeysPlan plan_keys(const NewKeysRequest& request)
{
    const auto directory = fs::absolute(request.directory).lexically_normal();
    KeysPlan plan{directory.has_filename() ? directory : directory.parent_path(), request.names};
    const auto& target = plan.directory;
    if (!plan.names.empty()) {
        require_new(target, plan.names);
        return plan;
    }
    if (fs::exists(target) && !(fs::is_directory(target) && fs::is_empty(target))) {
        throw Error(Code::conflict, "make keys in " + target.string() + ": it is not empty, keys are never overwritten",
                    "choose another directory with --out, or say with --name which key to add");
    }
    plan.names = root_key_set().names;
    std::ranges::copy(targets_key_set().names, std::back_inserter(plan.names));
    for (const auto* name : {"publisher", "snapshot", "timestamp", "ostree"}) {
        plan.names.emplace_back(name);
    }
    return plan;
}

KeysReport new_keys(const NewKeysRequest& request)
{
    const auto plan = plan_keys(request);
    const auto write_all = [&](const fs::path& directory) {
        for (const auto& name : plan.names) {
            trust::write_key_file(key_path(directory, name), trust::SecretKey::generate(), request.passphrase);
        }
    };
    if (!request.names.empty()) { // each file is whole or not there
        files::make_directories(plan.directory);
        write_all(plan.directory);
        return show_keys(plan.directory);
    }
    const Scratch staging(plan.directory.parent_path(), ".new-keys-"); // keys that a killed one left go
    write_all(staging.path());
    fault_point("keys.staged");
    files::rename_durably(staging.path(), plan.directory);
    return show_keys(plan.directory);
}

KeysReport show_keys(const fs::path& directory)
{
    const auto found = read_files(directory);
    KeysReport report{.directory = directory, .fingerprint = fingerprint_of(found), .keys = {}};
    for (const auto& [name, file] : found) {
        report.keys.push_back({.name = name,
                               .id = file.public_key().id(),
                               .public_key = file.public_key(),
                               .encrypted = file.is_encrypted(),
                               .ostree = name == "ostree" ? trust::base64(file.public_key()) : ""});
    }
    return report;
}

bool needs_passphrase(const fs::path& directory)
{
    const auto found = read_files(directory);
    return std::ranges::any_of(found, [](const auto& file) { return file.second.is_encrypted(); });
}

KeyRing::KeyRing(const fs::path& directory, std::optional<std::string> passphrase, Agent agent)
    : directory_(directory), passphrase_(std::move(passphrase)), files_(read_files(directory))
{
    if (agent == Agent::ssh) {
        agent_ = trust::agent_keys(trust::agent_socket());
    }
}

KeyRing::~KeyRing()
{
    if (passphrase_) {
        trust::wipe(*passphrase_);
    }
}

bool KeyRing::is_open() const
{
    return agent_.empty() && std::ranges::none_of(files_, [](const auto& file) { return file.second.is_encrypted(); });
}

trust::PublicKey KeyRing::public_key(const std::string& name) const
{
    const auto found = files_.find(name);
    if (found == files_.end()) {
        throw Error(Code::not_found,
                    "keys in " + directory_.string() + ": there is no " + name + std::string(key_ending));
    }
    return found->second.public_key();
}

const trust::SecretKey& KeyRing::secret(const std::string& name)
{
    public_key(name);
    const auto found = open_.find(name);
    return found != open_.end() ? found->second : open_.emplace(name, files_.at(name).open(passphrase_)).first->second;
}

std::optional<trust::PublicKey> KeyRing::find(const Digest& id) const
{
    for (const auto& [name, file] : files_) {
        if (file.public_key().id() == id) {
            return file.public_key();
        }
    }
    for (const auto& key : agent_) {
        if (key->public_key().id() == id) {
            return key->public_key();
        }
    }
    return std::nullopt;
}

bool KeyRing::holds_any(const std::vector<Digest>& key_ids) const
{
    return !names_of(key_ids).empty() || !agent_keys_of(key_ids).empty();
}

/// Those of the agent that are in no file.
trust::Signers KeyRing::agent_keys_of(const std::vector<Digest>& key_ids) const
{
    trust::Signers found;
    for (const auto& key : agent_) {
        const auto id = key->public_key().id();
        const bool in_a_file = std::ranges::any_of(
            files_, [&](const auto& file) { return file.second.public_key() == key->public_key(); });
        if (!in_a_file && std::ranges::find(key_ids, id) != key_ids.end()) {
            found.emplace_back(*key);
        }
    }
    return found;
}

std::vector<std::string> KeyRing::names_of(const std::vector<Digest>& key_ids) const
{
    std::vector<std::string> names;
    std::set<Digest> seen;
    for (const auto& [name, file] : files_) {
        const auto id = file.public_key().id();
        if (std::ranges::find(key_ids, id) != key_ids.end() && seen.insert(id).second) {
            names.push_back(name);
        }
    }
    return names;
}

trust::Signers KeyRing::all_of(const std::vector<Digest>& key_ids)
{
    trust::Signers signers;
    for (const auto& name : names_of(key_ids)) {
        signers.emplace_back(secret(name));
    }
    std::ranges::copy(agent_keys_of(key_ids), std::back_inserter(signers));
    return signers;
}

bool KeyRing::can_sign(const tuf::RoleKeys& role) const
{
    return names_of(role.key_ids).size() + agent_keys_of(role.key_ids).size() >= role.threshold;
}

std::optional<trust::Signers> KeyRing::signers(const tuf::RoleKeys& role)
{
    const auto names = names_of(role.key_ids);
    const auto agent = agent_keys_of(role.key_ids);
    if (!can_sign(role)) {
        return std::nullopt;
    }
    trust::Signers signers;
    for (const auto& name : names) {
        if (signers.size() < role.threshold) {
            signers.emplace_back(secret(name));
        }
    }
    for (const auto& key : agent) {
        if (signers.size() < role.threshold) {
            signers.push_back(key);
        }
    }
    return signers;
}

trust::Signers KeyRing::require_signers(const tuf::RoleKeys& role, const std::string& role_name)
{
    if (auto found = signers(role)) {
        return *std::move(found);
    }
    throw too_few(role, role_name);
}

Error KeyRing::too_few(const tuf::RoleKeys& role, const std::string& role_name) const
{
    return Error(Code::untrusted,
                 "keys in " + directory_.string() + ": too few keys that the repository lists for " + role_name + ", " +
                     std::to_string(role.threshold) + " needed",
                 "use the keys this repository was made with");
}

} // namespace qpkg::app
